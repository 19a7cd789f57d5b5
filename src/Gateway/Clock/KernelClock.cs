using System.Runtime.InteropServices;

namespace MeetNet.Gateway.Clock;

/// <summary>What the machine knows of its own clock.</summary>
internal interface IHostClock
{
    /// <summary>Names this run of the machine: another one after each boot. Monotonic times are comparable within one.</summary>
    string BootId { get; }

    /// <summary>Whether the clock is synchronised to another one; null when the machine does not tell.</summary>
    bool? IsSynchronised { get; }
}

/// <summary>The Linux kernel's answers.</summary>
internal sealed partial class KernelClock : IHostClock
{
    /// <summary>struct timex is 208 bytes with 64-bit longs, 128 with 32-bit ones (linux/timex.h); its first member, modes, is 0: nothing is changed.</summary>
    private const int TimexBytes = 256;

    /// <summary>TIME_ERROR of adjtimex(2): STA_UNSYNC is set, the clock is not synchronised.</summary>
    private const int TimeError = 5;

    // proc(5): random for each boot.
    private const string BootIdFile = "/proc/sys/kernel/random/boot_id";

    public string BootId { get; } = File.ReadAllText(BootIdFile).Trim();

    public bool? IsSynchronised
    {
        get
        {
            Span<byte> timex = stackalloc byte[TimexBytes];
            timex.Clear();
            var state = AdjTimex(ref MemoryMarshal.GetReference(timex));
            return state < 0 ? null : state != TimeError;
        }
    }

    [LibraryImport("libc", EntryPoint = "adjtimex")]
    private static partial int AdjTimex(ref byte timex);
}
