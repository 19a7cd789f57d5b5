using System.Collections.Concurrent;
using MeetNet.Sqlite;

namespace MeetNet.Ingest.Facts;

/// <summary>Read-only connections to one SQLite file, made when needed and used again; one is used by one thread at a time.</summary>
internal sealed class ReaderPool(string path) : IDisposable
{
    /// <summary>Connections kept when nobody uses them.</summary>
    private const int Kept = 8;

    private readonly ConcurrentBag<SqliteFile> _idle = [];
    private volatile bool _disposed;

    /// <summary>Borrows a connection for the length of one read.</summary>
    public T Read<T>(Func<SqliteFile, T> work)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!_idle.TryTake(out var connection))
        {
            connection = SqliteFile.OpenReader(path);
        }
        try
        {
            var result = work(connection);
            if (_idle.Count < Kept && !_disposed)
            {
                _idle.Add(connection);
                connection = null;
            }
            return result;
        }
        finally
        {
            // A connection that failed is not used again.
            connection?.Dispose();
        }
    }

    /// <summary>Closes the idle connections; those in use close when they come back.</summary>
    public void Dispose()
    {
        _disposed = true;
        while (_idle.TryTake(out var connection))
        {
            connection.Dispose();
        }
    }
}
