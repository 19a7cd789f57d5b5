using MeetNet.Mqtt.Protocol;
using MeetNet.Mqtt.Stores;

namespace MeetNet.Mqtt;

/// <summary>
/// Keeps a session in one file: changes are appended, each with its checksum, and the file is written anew when most of it is history. One process
/// at a time has it. A write that was cut off at the end of the file is dropped and counted: nothing that depends on it was sent. Any other damage is
/// an error that names file and offset. Create it, give it to one client, and dispose it after the client.
/// </summary>
public sealed class MqttFileSessionStore : IMqttSessionStore, IDisposable
{
    /// <summary>Below this many bytes history is not worth writing the file anew.</summary>
    private const long SmallFile = 1024 * 1024;

    private readonly string _path;
    private readonly PacketBuffer _output = new();
    private StoredState _state = new();
    private string _clientId = "";
    private FileStream? _file;
    private long _length;
    private long _compactAt;
    private bool _dirty; // Bytes beyond _length may be in the file.

    /// <param name="path">The file; made when it is not there. Another file with <c>.new</c> behind its name is used now and then.</param>
    public MqttFileSessionStore(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = Path.GetFullPath(path);
    }

    /// <summary>
    /// True: changes are on the disk before anything depends on them, one fsync for each write to the network at most, and a power cut loses
    /// nothing. False: they are with the operating system, which survives the end of the process and not of the machine; after a power cut QoS 2
    /// messages may be lost or come twice.
    /// </summary>
    public bool FlushesToDisk { get; init; } = true;

    /// <summary>Bytes of a write that was cut off, found and dropped at the end of the file when it was read.</summary>
    public long TornBytes { get; private set; }

    /// <summary>Bytes of the file.</summary>
    public long Length => Volatile.Read(ref _length);

    /// <summary>Times that writing the file anew failed; the file as it was goes on.</summary>
    public long CompactionsFailed { get; private set; }

    /// <inheritdoc/>
    public ValueTask<MqttStoredSession> LoadAsync(string clientId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Close();
        _clientId = clientId;
        try
        {
            // Held until the new file is there, so that no other process comes between.
            using var old = Open(_path, FileMode.Open);
            _state = Read(old);
            WriteAnew();
        }
        catch (FileNotFoundException)
        {
            _state = new StoredState();
            Guard(WriteAnew);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MqttSessionStoreException($"The session file '{_path}' can't be used: {e.Message}", e);
        }

        return ValueTask.FromResult(_state.Session);
    }

    /// <inheritdoc/>
    public ValueTask SaveAsync(IReadOnlyList<MqttSessionChange> changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        ObjectDisposedException.ThrowIf(_file is null, this);
        _output.Clear();
        foreach (var change in changes)
        {
            SessionFile.Append(_output, change);
        }

        Guard(Append);
        foreach (var change in changes)
        {
            _state.Apply(change);
        }

        if (_length >= _compactAt)
        {
            Compact();
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        Close();
        _output.Dispose();
    }

    private StoredState Read(FileStream file)
    {
        if (file.Length > Array.MaxLength)
        {
            throw new MqttSessionStoreException($"The session file '{_path}' has {file.Length} bytes, which is more than any session needs.");
        }

        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        if (SessionFile.Read(bytes, _clientId, out var state, out var torn, out var offset) is { } problem)
        {
            throw new MqttSessionStoreException($"The session file '{_path}' {problem} (offset {offset}).");
        }

        TornBytes += torn;
        return state;
    }

    private void Append()
    {
        var file = _file!;
        if (_dirty)
        {
            file.SetLength(_length); // What a failed write has left.
        }

        _dirty = true;
        file.Position = _length;
        file.Write(_output.Written.Span);
        file.Flush(FlushesToDisk);
        _dirty = false;
        _length += _output.Length;
    }

    private void Compact()
    {
        try
        {
            WriteAnew();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            CompactionsFailed++;
            _compactAt = 2 * _length;
        }
    }

    /// <summary>
    /// The state alone, in a new file that takes the place of the old one when it is whole. (The rename is on the disk with the first append
    /// that is: journals of file systems keep the order.)
    /// </summary>
    private void WriteAnew()
    {
        _output.Clear();
        SessionFile.Begin(_output, _clientId);
        foreach (var change in _state.Shortest())
        {
            SessionFile.Append(_output, change);
        }

        var next = Open(_path + ".new", FileMode.Create);
        try
        {
            next.Write(_output.Written.Span);
            next.Flush(FlushesToDisk);
            File.Move(next.Name, _path, overwrite: true);
        }
        catch
        {
            next.Dispose();
            throw;
        }

        _file?.Dispose();
        _file = next;
        _dirty = false;
        _length = _output.Length;
        _compactAt = Math.Max(SmallFile, 2 * _length);
        _output.Clear(keep: (int)SmallFile);
    }

    private void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MqttSessionStoreException($"The session file '{_path}' can't be written: {e.Message}", e);
        }
    }

    /// <summary>Unbuffered, and for this process alone.</summary>
    /// <summary>Nobody else may read it: it holds messages.</summary>
    private static FileStream Open(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        if (mode == FileMode.Create && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }

    private void Close()
    {
        _file?.Dispose();
        _file = null;
    }
}
