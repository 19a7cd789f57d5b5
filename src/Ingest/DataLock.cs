namespace MeetNet.Ingest;

/// <summary>
/// One process per data directory: two writers on one log would damage it. The lock goes with the process, however it ends.
/// </summary>
internal sealed class DataLock : IDisposable
{
    private const string FileName = "ingest.lock";

    private readonly FileStream _file;

    private DataLock(FileStream file) => _file = file;

    /// <summary>Takes the lock; null when another process holds it.</summary>
    /// <exception cref="IOException">The directory can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory can't be written.</exception>
    public static DataLock? TryTake(string dataDirectory)
    {
        Directory.CreateDirectory(dataDirectory);
        var path = Path.Combine(dataDirectory, FileName);
        if (!File.Exists(path))
        {
            File.WriteAllBytes(path, []);
        }
        try
        {
            return new DataLock(new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException)
        {
            return null;
        }
    }

    public void Dispose() => _file.Dispose();
}
