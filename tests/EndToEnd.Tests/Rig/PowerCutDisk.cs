using System.ComponentModel;
using System.Runtime.InteropServices;

namespace MeetNet.EndToEnd.Tests.Rig;

/// <summary>
/// A small ext4 file system on a loop device whose power can be cut: FS_IOC_SHUTDOWN with NOLOGFLUSH drops everything that
/// was not flushed to the device, as pulling the plug does. Needs root (mount) and e2fsprogs (mkfs.ext4).
/// </summary>
internal sealed class PowerCutDisk : IAsyncDisposable
{
    // include/uapi/linux/fs.h: FS_IOC_SHUTDOWN = _IOR('X', 125, __u32); FS_SHUTDOWN_FLAGS_NOLOGFLUSH = 2.
    private const nuint ShutdownRequest = 0x8004587d;
    private const int NoLogFlush = 2;

    private readonly string _image;

    private PowerCutDisk(string image, string folder)
    {
        _image = image;
        Folder = folder;
    }

    /// <summary>Where the file system is mounted.</summary>
    public string Folder { get; }

    public static async Task<PowerCutDisk> CreateAsync(string under, int mebibytes = 64)
    {
        var image = Path.Combine(under, "disk.img");
        using (var file = new FileStream(image, FileMode.CreateNew))
        {
            file.SetLength(mebibytes * 1024L * 1024L);
        }

        var folder = Directory.CreateDirectory(Path.Combine(under, "disk")).FullName;
        await Command.RunAsync("mkfs.ext4", "-q", "-F", image);
        var disk = new PowerCutDisk(image, folder);
        await disk.MountAsync();
        return disk;
    }

    /// <summary>Cuts the power: from here nothing more reaches the disk, and what was not flushed is gone.</summary>
    public void CutPower()
    {
        var descriptor = open(Folder, 0);
        if (descriptor < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }

        var flag = NoLogFlush;
        var result = ioctl(descriptor, ShutdownRequest, ref flag);
        var error = Marshal.GetLastPInvokeError();
        _ = close(descriptor);
        if (result != 0)
        {
            throw new Win32Exception(error, "FS_IOC_SHUTDOWN");
        }
    }

    /// <summary>Power back: the file system is mounted again and replays its own journal.</summary>
    public async Task PowerOnAsync()
    {
        await Command.RunAsync("umount", Folder);
        await MountAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Command.RunAsync("umount", "-l", Folder);
        File.Delete(_image);
    }

    private Task<string> MountAsync() => Command.RunAsync("mount", "-o", "loop", _image, Folder);

    [DllImport("libc", SetLastError = true)]
    private static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int ioctl(int descriptor, nuint request, ref int argument);

    [DllImport("libc", SetLastError = true)]
    private static extern int close(int descriptor);
}
