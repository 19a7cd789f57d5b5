namespace MeetNet.Gateway.Lines;

internal enum LineParity
{
    None,
    Even,
    Odd,
}

/// <summary>A serial port and how it is set. Nothing has a default: a wrong guess reads plausible nonsense.</summary>
/// <param name="Name">As in the station file.</param>
/// <param name="Path">The device file, absolute; <c>/dev/serial/by-id/…</c> survives replugging.</param>
/// <param name="BaudRate">Bits per second, one that the kernel names (50 … 4,000,000).</param>
/// <param name="DataBits">5 to 8.</param>
/// <param name="StopBits">1 or 2.</param>
/// <param name="Rs485">Kernel-driven RS-485 direction control, where the port needs it; null leaves it alone.</param>
internal sealed record SerialSettings(
    string Name, string Path, int BaudRate, int DataBits, LineParity Parity, int StopBits, Rs485Settings? Rs485 = null);

/// <summary>TIOCSRS485 (kernel Documentation/driver-api/serial/serial-rs485): the driver switches the transmitter by RTS.</summary>
/// <param name="RtsOnSend">RTS is high while sending (and low after); false for inverted adapters.</param>
/// <param name="DelayBeforeSend">Whole milliseconds between switching and the first bit.</param>
/// <param name="DelayAfterSend">Whole milliseconds between the last bit and switching back.</param>
/// <param name="ReceiveOwn">Hear one's own sending (echo).</param>
internal sealed record Rs485Settings(bool RtsOnSend, TimeSpan DelayBeforeSend, TimeSpan DelayAfterSend, bool ReceiveOwn);
