using System.Runtime.InteropServices;

namespace MeetNet.Gateway.Lines;

/// <summary>
/// The C library's terminal interface as far as a serial line needs it: termios(3), poll(2), eventfd(2), ioctl_tty(2).
/// Numbers are those of Linux's asm-generic headers, which x86-64, arm and arm64 share.
/// </summary>
internal static partial class Termios
{
    // fcntl.h
    public const int OpenFlags = 0x2 /* O_RDWR */ | 0x100 /* O_NOCTTY */ | 0x800 /* O_NONBLOCK */ | 0x80000 /* O_CLOEXEC */;

    // errno.h
    public const int NotPermitted = 1, NoSuchFile = 2, Interrupted = 4, InputOutput = 5, NoSuchDevice = 6, TryAgain = 11,
        AccessDenied = 13, DeviceBusy = 16, DeviceGone = 19, NotADirectory = 20, Invalid = 22, NotATerminal = 25;

    // poll.h
    public const short PollIn = 0x1, PollOut = 0x4, PollError = 0x8, PollHangUp = 0x10, PollInvalid = 0x20;

    // asm-generic/ioctls.h
    private const nuint TakeExclusive = 0x540C /* TIOCEXCL */, GiveUpExclusive = 0x540D /* TIOCNXCL */, SetRs485 = 0x542F /* TIOCSRS485 */,
        BreakOn = 0x5427 /* TIOCSBRK */, BreakOff = 0x5428 /* TIOCCBRK */;

    // sys/file.h
    private const int LockExclusive = 2, LockWithoutWaiting = 4;

    // sys/eventfd.h: EFD_NONBLOCK | EFD_CLOEXEC are the O_ flags
    private const int EventFlags = 0x800 | 0x80000;

    // asm-generic/termbits.h: c_iflag, c_cflag
    private const uint CheckParity = 0x10 /* INPCK */, IgnoreParityErrors = 0x4 /* IGNPAR */, MarkParityErrors = 0x8 /* PARMRK */,
        StripBit8 = 0x20 /* ISTRIP */, SoftwareFlow = 0x400 | 0x1000 | 0x800 /* IXON, IXOFF, IXANY */,
        SizeMask = 0x30 /* CSIZE */, TwoStopBits = 0x40 /* CSTOPB */, EnableReceiver = 0x80 /* CREAD */, ParityOn = 0x100 /* PARENB */,
        ParityOdd = 0x200 /* PARODD */, HangUpOnClose = 0x400 /* HUPCL */, IgnoreModemLines = 0x800 /* CLOCAL */,
        HardwareFlow = 0x8000_0000 /* CRTSCTS */;

    private const int TimeIndex = 5 /* VTIME */, MinIndex = 6 /* VMIN */;
    private const int SetNow = 0 /* TCSANOW */, FlushOutput = 1 /* TCOFLUSH */, FlushBoth = 2 /* TCIOFLUSH */;

    /// <summary>Sets raw mode, speed and frame of an open terminal.</summary>
    /// <returns>0, or the errno.</returns>
    public static int Apply(SafeHandle terminal, SerialSettings settings)
    {
        if (tcgetattr(terminal, out var attributes) != 0)
        {
            return Marshal.GetLastPInvokeError();
        }
        Compose(ref attributes, settings);
        // cfsetspeed of glibc takes the plain number and knows which ones exist.
        if (cfsetspeed(ref attributes, (uint)settings.BaudRate) != 0 || tcsetattr(terminal, SetNow, ref attributes) != 0)
        {
            return Marshal.GetLastPInvokeError();
        }
        return settings.Rs485 is { } rs485 ? ApplyRs485(terminal, rs485) : 0;
    }

    /// <summary>Raw mode and the frame (data bits, parity, stop bits), in the structure only; the speed is set apart.</summary>
    public static void Compose(ref Attributes attributes, SerialSettings settings)
    {
        cfmakeraw(ref attributes);
        attributes.Input &= ~(CheckParity | IgnoreParityErrors | MarkParityErrors | StripBit8 | SoftwareFlow);
        attributes.Control &= ~(SizeMask | TwoStopBits | ParityOn | ParityOdd | HardwareFlow | HangUpOnClose);
        // Modem lines are not wired on most instruments. Without HUPCL a restart of the gateway does not drop DTR, which
        // resets many microcontroller nodes.
        attributes.Control |= EnableReceiver | IgnoreModemLines;
        attributes.Control |= settings.DataBits switch { 5 => 0u, 6 => 0x10u, 7 => 0x20u, _ => 0x30u };
        attributes.Control |= settings.StopBits == 2 ? TwoStopBits : 0;
        if (settings.Parity != LineParity.None)
        {
            // A byte with a parity error is read as 0, so that the frame's own check fails; it is not taken out silently.
            attributes.Input |= CheckParity;
            attributes.Control |= ParityOn | (settings.Parity == LineParity.Odd ? ParityOdd : 0);
        }
        // Neither waits: poll does.
        attributes.Characters[TimeIndex] = 0;
        attributes.Characters[MinIndex] = 0;
    }

    /// <summary>Keeps others from opening the terminal (TIOCEXCL) and, for those who may anyway (root), takes a file lock.</summary>
    /// <returns>False when somebody else has the lock.</returns>
    public static bool TryTake(SafeHandle terminal) =>
        flock(terminal, LockExclusive | LockWithoutWaiting) == 0 && ioctl(terminal, TakeExclusive, 0) == 0;

    /// <summary>
    /// Gives the terminal back. The exclusive mark would outlive us where another process has it open too, and bytes still
    /// waiting to go out would hold up the close for seconds.
    /// </summary>
    public static void Release(SafeHandle terminal)
    {
        _ = ioctl(terminal, GiveUpExclusive, 0);
        _ = tcflush(terminal, FlushOutput);
    }

    /// <summary>Throws away what arrived before we listened and what somebody else left to be sent.</summary>
    public static void Flush(SafeHandle terminal) => _ = tcflush(terminal, FlushBoth);

    /// <summary>Begins or ends the break state. A pseudo-terminal has no such state and takes the call as done.</summary>
    /// <returns>False when the line has gone.</returns>
    public static bool SetBreak(SafeHandle terminal, bool on) => ioctl(terminal, on ? BreakOn : BreakOff, 0) == 0 || Marshal.GetLastPInvokeError() != InputOutput;

    public static bool IsTerminal(SafeHandle file) => tcgetattr(file, out _) == 0;

    public static string Message(int errno) => Marshal.GetPInvokeErrorMessage(errno);

    /// <summary>A descriptor that poll(2) finds readable once something has been written to it.</summary>
    public static int NewEvent() => eventfd(0, EventFlags);

    private static int ApplyRs485(SafeHandle terminal, Rs485Settings rs485)
    {
        // linux/serial.h: SER_RS485_ENABLED, _RTS_ON_SEND, _RTS_AFTER_SEND, _RX_DURING_TX
        var wish = new Rs485Request
        {
            Flags = 1u | (rs485.RtsOnSend ? 2u : 4u) | (rs485.ReceiveOwn ? 16u : 0u),
            DelayBeforeSend = (uint)rs485.DelayBeforeSend.TotalMilliseconds,
            DelayAfterSend = (uint)rs485.DelayAfterSend.TotalMilliseconds,
        };
        return ioctl(terminal, SetRs485, ref wish) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>struct termios of glibc on Linux (bits/termios-struct.h).</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Attributes
    {
        public uint Input, Output, Control, Local;
        public byte Discipline;
        public ControlCharacters Characters;
        public uint InputSpeed, OutputSpeed;
    }

    [System.Runtime.CompilerServices.InlineArray(32)]
    public struct ControlCharacters
    {
        private byte _first;
    }

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollEntry
    {
        public int Descriptor;
        public short Asked, Found;
    }

    /// <summary>struct serial_rs485 (linux/serial.h): 32 bytes.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 32)]
    private struct Rs485Request
    {
        public uint Flags, DelayBeforeSend, DelayAfterSend;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(SafeHandle file, ref byte destination, nuint size);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(SafeHandle file, ref readonly byte source, nuint size);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(Span<PollEntry> entries, nuint count, int milliseconds);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int eventfd(uint value, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int flock(SafeHandle file, int operation);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(SafeHandle file, nuint request, nint none);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(SafeHandle file, nuint request, ref Rs485Request wish);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int tcgetattr(SafeHandle file, out Attributes attributes);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int tcsetattr(SafeHandle file, int when, ref Attributes attributes);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int cfsetspeed(ref Attributes attributes, uint speed);

    [LibraryImport("libc")]
    private static partial void cfmakeraw(ref Attributes attributes);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int tcflush(SafeHandle file, int queue);
}
