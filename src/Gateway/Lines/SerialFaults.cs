namespace MeetNet.Gateway.Lines;

/// <summary>What the kernel's error numbers mean to a technician in front of the box.</summary>
internal static class SerialFaults
{
    public static LineFault Opening(SerialSettings settings, int errno) => errno switch
    {
        Termios.NoSuchFile or Termios.NoSuchDevice or Termios.DeviceGone or Termios.NotADirectory => new LineFault(
            LineFaultKind.NoSuchPort, $"no such port: {settings.Path} (not plugged in, or another name? see ls -l /dev/serial/by-id)"),
        Termios.AccessDenied or Termios.NotPermitted => new LineFault(
            LineFaultKind.Denied, $"no permission for {settings.Path}: add this user to the group dialout (usermod -aG dialout <user>) and start again"),
        Termios.DeviceBusy => Busy(settings),
        _ => new LineFault(LineFaultKind.Failed, $"{settings.Path} can't be opened: {Termios.Message(errno)}"),
    };

    public static LineFault Busy(SerialSettings settings) => new(
        LineFaultKind.Busy, $"{settings.Path} is in use by another program or another line (see fuser {settings.Path})");

    public static LineFault Setting(SerialSettings settings, int errno) => errno == Termios.Invalid || errno == Termios.NotATerminal
        ? new LineFault(LineFaultKind.Unsupported, $"{settings.Path} can't be set to {Describe(settings)}")
        : new LineFault(LineFaultKind.Failed, $"{settings.Path} can't be set to {Describe(settings)}: {Termios.Message(errno)}");

    /// <summary>For example <c>9600 7E1</c>.</summary>
    public static string Describe(SerialSettings settings) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"{settings.BaudRate} {settings.DataBits}{settings.Parity.ToString()[0]}{settings.StopBits}{(settings.Rs485 is null ? "" : " RS-485")}");
}
