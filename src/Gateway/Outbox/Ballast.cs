namespace MeetNet.Gateway.Outbox;

/// <summary>
/// Bytes set aside in a file of zeros: on a full disk even a DELETE needs room for the write-ahead log, and the way out of a
/// full disk is to deliver and delete.
/// </summary>
internal sealed class Ballast(string path, int bytes)
{
    public bool IsHeld => bytes == 0 || new FileInfo(path) is { Exists: true } file && file.Length == bytes;

    /// <summary>Gives the room back to the file system.</summary>
    /// <returns>False when there was none to give.</returns>
    public bool Release()
    {
        try
        {
            var had = File.Exists(path);
            File.Delete(path);
            return had;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Takes the room (again). Written out, since a file with a length only takes no blocks.</summary>
    /// <returns>False when there is no room.</returns>
    public bool TryTake()
    {
        if (IsHeld)
        {
            return true;
        }
        try
        {
            using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
            var zeros = new byte[Math.Min(bytes, 64 << 10)];
            for (var left = bytes; left > 0; left -= zeros.Length)
            {
                file.Write(zeros, 0, Math.Min(left, zeros.Length));
            }
            file.Flush(flushToDisk: true);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Release();
            return false;
        }
    }
}
