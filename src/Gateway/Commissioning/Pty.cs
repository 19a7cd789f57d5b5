using System.ComponentModel;
using System.Runtime.InteropServices;

namespace MeetNet.Gateway.Commissioning;

/// <summary>
/// A pseudo-terminal: this side is the instrument, <see cref="SlavePath"/> is the serial port that a gateway opens. Raw, so that every byte value
/// passes unchanged. Reads and writes never block; not thread-safe.
/// </summary>
internal sealed partial class Pty : IDisposable
{
    // <asm-generic/fcntl.h>, <asm-generic/ioctls.h>, <asm-generic/termbits.h>, <poll.h> on Linux; glibc's struct termios is 60 bytes.
    private const int ReadWrite = 0x2;
    private const int NoControllingTerminal = 0x100;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int SetNow = 0;
    private const uint NotExclusive = 0x540D;
    private const short PollIn = 0x1;
    private const int TermiosSize = 60;
    private const int TryAgain = 11;
    private const int Interrupted = 4;
    private const int InputOutputError = 5;

    private readonly int _master;
    private readonly int _slave;
    private bool _disposed;

    private Pty(int master, int slave, string slavePath)
    {
        _master = master;
        _slave = slave;
        SlavePath = slavePath;
    }

    /// <summary>The device node of the other side, for example <c>/dev/pts/7</c>.</summary>
    public string SlavePath { get; }

    /// <summary>Makes a pair; throws <see cref="Win32Exception"/> when the system has none to give.</summary>
    public static Pty Open()
    {
        var master = Checked(posix_openpt(ReadWrite | NoControllingTerminal | NonBlocking | CloseOnExec), "posix_openpt");
        try
        {
            Checked(grantpt(master), "grantpt");
            Checked(unlockpt(master), "unlockpt");
            var path = SlaveName(master);
            var slave = Checked(open(path, ReadWrite | NoControllingTerminal | NonBlocking | CloseOnExec), "open " + path);
            MakeRaw(slave);
            return new Pty(master, slave, path);
        }
        catch
        {
            _ = close(master);
            throw;
        }
    }

    /// <summary>
    /// Waits up to <paramref name="timeout"/> for bytes from the gateway. Our own handle on the slave keeps the terminal alive while no gateway has it
    /// open; it also lifts the exclusive mark that a killed gateway leaves behind, which on a real port goes with the last handle.
    /// </summary>
    public bool WaitReadable(TimeSpan timeout)
    {
        _ = ioctl(_slave, NotExclusive, 0);
        var polled = new PollDescriptor { Descriptor = _master, Events = PollIn };
        return poll(ref polled, 1, (int)Math.Clamp(timeout.TotalMilliseconds, 0, int.MaxValue)) > 0 && (polled.Returned & PollIn) != 0;
    }

    /// <summary>Reads what is there; 0 when nothing is.</summary>
    public int Read(Span<byte> destination)
    {
        var count = read(_master, ref MemoryMarshal.GetReference(destination), (nuint)destination.Length);
        if (count >= 0)
        {
            return (int)count;
        }

        var error = Marshal.GetLastPInvokeError();
        return error is TryAgain or Interrupted or InputOutputError ? 0 : throw new Win32Exception(error, "read from the pseudo-terminal failed");
    }

    /// <summary>Writes and returns how many bytes went: like a real instrument it does not wait for a listener.</summary>
    public int Write(ReadOnlySpan<byte> bytes)
    {
        var count = write(_master, ref MemoryMarshal.GetReference(bytes), (nuint)bytes.Length);
        if (count >= 0)
        {
            return (int)count;
        }

        var error = Marshal.GetLastPInvokeError();
        return error is TryAgain or Interrupted or InputOutputError ? 0 : throw new Win32Exception(error, "write to the pseudo-terminal failed");
    }

    /// <summary>Hangs up: a gateway that has the port open sees the cable go.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _ = close(_slave);
        _ = close(_master);
    }

    private static string SlaveName(int master)
    {
        var name = new byte[64];
        var error = ptsname_r(master, ref name[0], (nuint)name.Length);
        return error == 0
            ? System.Text.Encoding.ASCII.GetString(name, 0, Array.IndexOf(name, (byte)0))
            : throw new Win32Exception(error, "ptsname_r failed");
    }

    private static void MakeRaw(int descriptor)
    {
        var settings = new byte[TermiosSize];
        Checked(tcgetattr(descriptor, ref settings[0]), "tcgetattr");
        cfmakeraw(ref settings[0]);
        Checked(tcsetattr(descriptor, SetNow, ref settings[0]), "tcsetattr");
    }

    private static int Checked(int result, string call) =>
        result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{call} failed: {Marshal.GetLastPInvokeErrorMessage()}");

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

#pragma warning disable IDE1006, SYSLIB1054 // The C library's own names.
    [LibraryImport("libc", SetLastError = true)]
    private static partial int posix_openpt(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int grantpt(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unlockpt(int descriptor);

    [LibraryImport("libc")]
    private static partial int ptsname_r(int descriptor, ref byte name, nuint size);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(int descriptor, ref byte buffer, nuint size);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(int descriptor, ref byte buffer, nuint size);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int poll(ref PollDescriptor descriptors, nuint count, int milliseconds);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(int descriptor, nuint request, nint argument);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int tcgetattr(int descriptor, ref byte settings);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int tcsetattr(int descriptor, int when, ref byte settings);

    [LibraryImport("libc")]
    private static partial void cfmakeraw(ref byte settings);
#pragma warning restore IDE1006, SYSLIB1054
}
