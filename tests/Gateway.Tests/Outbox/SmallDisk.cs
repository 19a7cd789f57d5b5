using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Outbox;

/// <summary>A test that mounts a file system of its own, which takes root (CAP_SYS_ADMIN); elsewhere it is reported as skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SmallDiskFactAttribute : FactAttribute
{
    public SmallDiskFactAttribute()
    {
        if (!Environment.IsPrivilegedProcess || !File.Exists("/dev/loop-control"))
        {
            Skip = "needs root and loop devices, to mount a small file system";
        }
    }
}

/// <summary>A file system in memory of a given size that can be filled up.</summary>
internal sealed partial class SmallDisk : IDisposable
{
    /// <summary>MNT_DETACH (sys/mount.h).</summary>
    private const int Detach = 2;

    private readonly TemporaryFolder _folder = new();
    public SmallDisk(int bytes)
    {
        if (mount("tmpfs", Path, "tmpfs", 0, string.Create(CultureInfo.InvariantCulture, $"size={bytes}")) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    public string Path => _folder.Path;

    public string File(string name) => _folder.File(name);

    /// <summary>Fills what is free with a file of that name.</summary>
    public void FillUp(string name)
    {
        using var file = System.IO.File.Create(File(name), bufferSize: 0);
        var block = new byte[4096];
        try
        {
            while (true)
            {
                file.Write(block);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    public void Dispose()
    {
        _ = umount2(Path, Detach);
        _folder.Dispose();
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mount(string source, string target, string type, nuint flags, string data);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int umount2(string target, int flags);
}
