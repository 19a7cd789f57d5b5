using System.Globalization;
using System.Text;

namespace MeetNet.Devices.Drivers;

/// <summary>Commands for technicians: identification, address query and change, metadata, and the sensor's own (SDI-12 specification 1.4 §4.4, §6).</summary>
internal static class Sdi12Commands
{
    public static int Write(Sdi12CommandSettings command, byte address, double? argument, Span<byte> destination)
    {
        var number = argument is { } given ? Math.Round(given).ToString(CultureInfo.InvariantCulture) : string.Empty;
        var text = command.Send.Replace(Sdi12CommandSettings.Argument, number, StringComparison.Ordinal);
        return Encoding.ASCII.GetBytes(command.IsQuery ? "?!" : (char)address + text + "!", destination);
    }

    public static CommandAnswer Decode(Sdi12CommandSettings command, byte address, ReadOnlySpan<byte> frame, out string said)
    {
        said = string.Empty;
        var line = frame[(EchoEnd(frame) + 1)..].TrimEnd("\r\n\u0003"u8);
        while (!line.IsEmpty && !Sdi12Text.IsAddress(line[0]))
        {
            line = line[1..];
        }

        if (line.IsEmpty || line.ContainsAnyInRange((byte)0x80, (byte)0xFF))
        {
            return CommandAnswer.Unexpected;
        }

        if (command.IsQuery || command.IsAddressChange)
        {
            // The answer of the new address, which the query does not know and the change has just given.
            said = $"address {(char)line[0]}";
            return line.Length == 1 ? CommandAnswer.Done : CommandAnswer.Unexpected;
        }

        if (line[0] != address)
        {
            return CommandAnswer.Unexpected;
        }

        if (command.IsIdentification)
        {
            said = Sdi12Text.Identity(line);
            return line.Length > 1 ? CommandAnswer.Done : CommandAnswer.Unexpected;
        }

        if (command.IsMetadata && line.Length == 1)
        {
            said = "there is no such value";
            return CommandAnswer.Refused;
        }

        said = command.IsMetadata && line[1] == (byte)',' ? string.Join(", ", Sdi12Text.Parameter(line))
            : command.IsMetadata && Sdi12Text.TryTiming(line, out var seconds, out var count) ? $"{count} values after {seconds} s"
            : string.Join('\n', Sdi12Text.Lines(line));
        return CommandAnswer.Done;
    }

    /// <summary>The end of an adapter's echo of the command: the first '!', when only a command can stand before it.</summary>
    private static int EchoEnd(ReadOnlySpan<byte> frame)
    {
        var end = frame.IndexOf((byte)'!');
        var line = frame.IndexOf((byte)'\n');
        return end >= 0 && end < line && frame[..end].IndexOfAny((byte)' ', (byte)',', (byte)2) < 0 ? end : -1;
    }
}
