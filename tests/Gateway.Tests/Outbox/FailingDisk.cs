using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Outbox;

/// <summary>
/// An ext4 file system on a loop device that can be made to fail under its users: every call then ends in an I/O error, as
/// with an SD card that was pulled out. Needs root and e2fsprogs.
/// </summary>
internal sealed partial class FailingDisk : IDisposable
{
    // include/uapi/linux/fs.h: FS_IOC_SHUTDOWN = _IOR('X', 125, __u32), with FS_SHUTDOWN_FLAGS_LOGFLUSH
    private const nuint Shutdown = 0x8004587d;
    private const uint LogFlush = 1;

    private readonly TemporaryFolder _folder = new();

    public FailingDisk()
    {
        using (var image = System.IO.File.Create(_folder.File("image")))
        {
            image.SetLength(16 << 20);
        }
        Directory.CreateDirectory(Path);
        Run("mkfs.ext4", "-q", "-F", _folder.File("image"));
        PutIn();
    }

    public string Path => _folder.File("disk");

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Fail()
    {
        var folder = open(Path, 0);
        var how = LogFlush;
        if (folder < 0 || ioctl(folder, Shutdown, ref how) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
        _ = close(folder);
    }

    /// <summary>Takes the failed file system out (its users keep their broken handles) and puts it in again.</summary>
    public void PutInAgain()
    {
        Run("umount", "-l", Path);
        PutIn();
    }

    public void Dispose()
    {
        Run("umount", "-l", Path);
        _folder.Dispose();
    }

    private void PutIn() => Run("mount", "-o", "loop", _folder.File("image"), Path);

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {said}");
        }
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(int file, nuint request, ref uint how);

    [LibraryImport("libc")]
    private static partial int close(int file);
}
