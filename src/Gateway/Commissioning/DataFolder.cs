using System.Diagnostics.CodeAnalysis;
using MeetNet.Hosting;

namespace MeetNet.Gateway.Commissioning;

/// <summary>Takes the data folder for one process.</summary>
internal static class DataFolder
{
    private const string LockFile = "gateway.lock";

    /// <summary>Makes the folder and takes it, until the lock is disposed; else says why not.</summary>
    public static bool TryTake(string data, TextWriter error, [NotNullWhen(true)] out FileStream? taken, out int code)
    {
        (taken, code) = (null, ExitCodes.Ok);
        try
        {
            Directory.CreateDirectory(data);
            // Two gateways on one outbox would each be the other's corruption. The lock goes with the process, however it ends.
            taken = new FileStream(Path.Combine(data, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (UnauthorizedAccessException e)
        {
            error.WriteLine($"--data {data}: the folder can't be used: {e.Message}");
            code = ExitCodes.Usage;
        }
        catch (IOException e)
        {
            error.WriteLine($"--data {data}: can't be taken; is another gateway running on it? ({e.Message})");
            code = ExitCodes.Failure;
        }

        return false;
    }
}
