using System.Buffers;
using System.Globalization;
using System.Text;
using MeetNet.Devices.Decoding;
using MeetNet.Devices.Framing;

namespace MeetNet.Devices.Drivers;

/// <summary>The parts of SDI-12 answers (SDI-12 specification 1.4 §4.4).</summary>
internal static class Sdi12Text
{
    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789."u8);

    private const int CrcLength = 3;
    private const int MostDigits = 7;

    /// <summary>Whether a sensor may have this address: a digit or a letter (§4.3).</summary>
    public static bool IsAddress(byte b) => char.IsAsciiLetterOrDigit((char)b);

    /// <summary>
    /// The answer in a line: from the address on, without its end, without an adapter's echo of the command and without what a line gives after a break.
    /// </summary>
    /// <returns>Why there is none; null when there is.</returns>
    public static string? Take(ReadOnlySpan<byte> line, byte address, out ReadOnlySpan<byte> answer)
    {
        answer = line.TrimEnd("\r\n"u8);
        if (line.ContainsAnyInRange((byte)0x80, (byte)0xFF))
        {
            // Seven bits and even parity, read as eight bits: the end CR has the parity bit set in every line.
            return "bit-7-set";
        }

        answer = answer[(answer.LastIndexOf((byte)'!') + 1)..];
        while (!answer.IsEmpty && !IsAddress(answer[0]))
        {
            answer = answer[1..];
        }

        return answer.IsEmpty ? "empty" : answer[0] != address ? "other-device" : null;
    }

    /// <summary>The answer to a command that starts a measurement: atttn, atttnn or atttnnn (§4.4.5, §4.4.7, §5.1).</summary>
    /// <remarks>All lengths are taken for all commands: a Seametrics PT2X answers aC! with one digit (manual p. 22).</remarks>
    public static bool TryTiming(ReadOnlySpan<byte> answer, out int seconds, out int count)
    {
        seconds = 0;
        count = 0;
        if (answer.Length is < 5 or > 7 || answer[1..].ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            return false;
        }

        foreach (var digit in answer[1..4])
        {
            seconds = (10 * seconds) + digit - '0';
        }

        foreach (var digit in answer[4..])
        {
            count = (10 * count) + digit - '0';
        }

        return true;
    }

    /// <summary>Takes the CRC off the end of an answer; false when it is wrong (§4.4.12).</summary>
    public static bool TryCrc(ref ReadOnlySpan<byte> answer)
    {
        Span<byte> crc = stackalloc byte[CrcLength];
        if (answer.Length < 1 + CrcLength)
        {
            return false;
        }

        WriteCrc(answer[..^CrcLength], crc);
        if (!answer[^CrcLength..].SequenceEqual(crc))
        {
            return false;
        }

        answer = answer[..^CrcLength];
        return true;
    }

    /// <summary>The CRC as three characters of six bits each, 0x40 set; 0x7F may be among them (§4.4.12.2).</summary>
    public static int WriteCrc(ReadOnlySpan<byte> answer, Span<byte> crc) => EncodeCrc(Checksums.Crc16Arc(answer), crc);

    /// <summary>Writes a CRC as characters.</summary>
    public static int EncodeCrc(ushort value, Span<byte> crc)
    {
        crc[0] = (byte)(0x40 | (value >> 12));
        crc[1] = (byte)(0x40 | ((value >> 6) & 0x3F));
        crc[2] = (byte)(0x40 | (value & 0x3F));
        return CrcLength;
    }

    /// <summary>The values of an answer, each a sign and one to seven digits with at most one point (§4.4.8).</summary>
    /// <returns>How many; -1 when anything else is among them.</returns>
    public static int Values(ReadOnlySpan<byte> text, Span<double> values)
    {
        var count = 0;
        while (!text.IsEmpty)
        {
            var length = text[1..].IndexOfAny((byte)'+', (byte)'-') is var next and >= 0 ? next + 1 : text.Length;
            var number = text[..length];
            var digits = number.Length - 1 - number.Count((byte)'.');
            if (number[0] is not ((byte)'+' or (byte)'-') || digits is < 1 or > MostDigits || count == values.Length
                || number[1..].ContainsAnyExcept(Digits) || !AsciiNumber.TryRead(number, out values[count]))
            {
                return -1;
            }

            count++;
            text = text[length..];
        }

        return count;
    }

    /// <summary>Writes a value with as many places after the point as its seven digits leave; null when it has more than seven before it.</summary>
    public static string? Write(double value)
    {
        if (!double.IsFinite(value) || Math.Abs(value) >= 1e7)
        {
            return null;
        }

        var before = Math.Max(1, (int)Math.Ceiling(Math.Log10(Math.Floor(Math.Abs(value)) + 1)));
        var text = value.ToString("F" + (MostDigits - before).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        text = text.Contains('.', StringComparison.Ordinal) ? text.TrimEnd('0').TrimEnd('.') : text;
        text = text == "-0" ? "0" : text;
        return text.Count(char.IsAsciiDigit) > MostDigits ? null : text[0] == '-' ? text : "+" + text;
    }

    /// <summary>The identification in words: SDI-12 version, maker, model, the sensor's version, and what the maker adds (§4.4.2).</summary>
    public static string Identity(ReadOnlySpan<byte> answer)
    {
        var text = Encoding.ASCII.GetString(answer[1..]);
        return text.Length < 19
            ? text
            : $"SDI-12 {text[0]}.{text[1]}, {text[2..10].Trim()}, {text[10..16].Trim()}, version {text[16..19].Trim()}, {text[19..].Trim()}".TrimEnd(',', ' ');
    }

    /// <summary>The fields of the description of a value: identification, unit, and what the maker adds (§6.2).</summary>
    public static string[] Parameter(ReadOnlySpan<byte> answer) =>
        [.. Encoding.ASCII.GetString(answer[1..]).TrimEnd(';').TrimStart(',').Split(',').Select(f => f.Trim())];

    /// <summary>The lines of an answer between STX and ETX; the one line of another (§4.4.13.1).</summary>
    public static string[] Lines(ReadOnlySpan<byte> answer) =>
        Encoding.ASCII.GetString(answer[1..]).Trim('\u0002', '\u0003', '\r', '\n', ' ').Split("\r\n");
}
