using System.Globalization;
using System.Text;
using MeetNet.Devices.Decoding;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;

namespace MeetNet.Devices.Drivers;

/// <summary>Asks for gas mode and flags first, as far as the model has them, and then for each number.</summary>
internal sealed class ThermoCLinkCodec : IDeviceCodec
{
    /// <summary>Longer than any answer of one number.</summary>
    public const int LongestLine = 256;

    /// <summary>Errors and what they make of a number (Thermo 15i manual, table B-1).</summary>
    private static readonly (byte[] Text, string Reason, ReadingStatus Means)[] Errors =
    [
        ("bad cmd"u8.ToArray(), "bad-cmd", ReadingStatus.DeviceFault),
        ("too high"u8.ToArray(), "too-high", ReadingStatus.OutOfRange),
        ("too low"u8.ToArray(), "too-low", ReadingStatus.OutOfRange),
        ("invalid string"u8.ToArray(), "invalid-string", ReadingStatus.DeviceFault),
        ("data not valid"u8.ToArray(), "data-not-valid", ReadingStatus.Missing),
        ("can't, wrong settings"u8.ToArray(), "wrong-settings", ReadingStatus.DeviceFault),
        ("can't, mode is service"u8.ToArray(), "mode-is-service", ReadingStatus.DeviceFault),
        ("feature not enabled"u8.ToArray(), "feature-not-enabled", ReadingStatus.DeviceFault),
    ];

    private static readonly byte[] GasMode = "gas mode"u8.ToArray();
    private static readonly byte[] FlagsCommand = "flags"u8.ToArray();
    private static readonly LineFramer Lines = new(LineEnding.Cr, LongestLine);

    private readonly DeviceProfile _profile;
    private readonly CLinkSettings _settings;
    private readonly byte[][] _questions;
    private readonly int _id;

    public ThermoCLinkCodec(DeviceProfile profile, int id)
    {
        _profile = profile;
        _settings = (CLinkSettings)profile.Settings;
        _id = id;
        var fields = profile.Fields.Select(f => ((CLinkFieldSettings)f.Settings).Command);
        _questions = [.. _settings.GasMode ? [GasMode] : Array.Empty<byte[]>(), .. _settings.Flags.Count > 0 ? [FlagsCommand] : Array.Empty<byte[]>(), .. fields];
    }

    public IFramer Framer => Lines;

    public int Exchanges => _questions.Length;

    public int WriteRequest(in FrameContext context, Span<byte> destination) => Write(_questions[context.Exchange], destination);

    public int WriteCommand(int command, double? argument, Span<byte> destination)
    {
        var length = Write(((CLinkCommandSettings)_profile.Commands[command].Settings).Text, destination) - 1;
        if (argument is { } number)
        {
            length += Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $" {number:R}"), destination[length..]);
        }

        destination[length] = LineFramer.Cr;
        return length + 1;
    }

    public CommandAnswer DecodeCommand(int command, ReadOnlySpan<byte> frame, out string said)
    {
        said = string.Empty;
        if (!CLinkAnswer.TryRead(frame, ((CLinkCommandSettings)_profile.Commands[command].Settings).Text, out var answer))
        {
            return CommandAnswer.Unexpected;
        }

        said = Encoding.Latin1.GetString(answer);
        return answer.EndsWith("ok"u8) ? CommandAnswer.Done : CommandAnswer.Refused;
    }

    public DecodeStatus Decode(in FrameContext context, ReadOnlySpan<byte> frame, ref ReadingBuffer readings)
    {
        if (context.Exchange < 0 || context.Exchange >= _questions.Length)
        {
            readings.Reason = "not-asked";
            return DecodeStatus.Unexpected;
        }

        if (!CLinkAnswer.TryRead(frame, _questions[context.Exchange], out var answer))
        {
            readings.Reason = "other-answer";
            return DecodeStatus.Unexpected;
        }

        var field = context.Exchange - _settings.StatusExchanges;
        if (ErrorOf(answer) is { } error)
        {
            readings.Reason = error.Reason;
            if (field >= 0)
            {
                readings.Add(field, double.NaN, error.Means);
            }
            else
            {
                readings.Follow = new Follow(context.Exchange + 1, State: (int)ReadingStatus.DeviceFault);
            }

            return DecodeStatus.Ok;
        }

        return field >= 0 ? Number(field, (ReadingStatus)context.State, answer, ref readings) : Status(context, answer, ref readings);
    }

    private int Write(byte[] command, Span<byte> destination)
    {
        var length = 0;
        if (_id > 0)
        {
            // "each command must begin with the ASCII symbol or byte value equivalent to the instrument's identification number plus 128" (5028i manual, p. B-1).
            destination[length++] = (byte)(_id + 128);
        }

        command.CopyTo(destination[length..]);
        length += command.Length;
        destination[length] = LineFramer.Cr;
        return length + 1;
    }

    private static (string Reason, ReadingStatus Means)? ErrorOf(ReadOnlySpan<byte> answer)
    {
        foreach (var (text, reason, means) in Errors)
        {
            if (Ascii.EqualsIgnoreCase(answer, text))
            {
                return (reason, means);
            }
        }

        return null;
    }

    /// <summary>What the instrument says of itself goes along to the numbers that follow.</summary>
    private DecodeStatus Status(in FrameContext context, ReadOnlySpan<byte> answer, ref ReadingBuffer readings)
    {
        var status = ReadingStatus.Ok;
        if (ReferenceEquals(_questions[context.Exchange], GasMode))
        {
            // Zero, span or a level: anything but the air outside.
            status = Ascii.EqualsIgnoreCase(answer, "sample"u8) ? ReadingStatus.Ok : ReadingStatus.Calibrating;
        }
        else if (Hex.TryWord(answer, out var flags))
        {
            status = StatusBits.Of(_settings.Flags, flags);
        }
        else
        {
            readings.Reason = "flags";
            return DecodeStatus.Unexpected;
        }

        var before = (ReadingStatus)context.State;
        readings.Follow = new Follow(context.Exchange + 1, State: (int)(before == ReadingStatus.Ok ? status : before));
        return DecodeStatus.Ok;
    }

    private DecodeStatus Number(int field, ReadingStatus status, ReadOnlySpan<byte> answer, ref ReadingBuffer readings)
    {
        var blank = answer.IndexOf((byte)' ');
        var number = blank < 0 ? answer : answer[..blank];
        if (!AsciiNumber.TryRead(number, out var value))
        {
            readings.Reason = "not-a-number";
            return DecodeStatus.Unexpected;
        }

        var reason = readings.Reason;
        var reading = _profile.Fields[field].Value.Read(field, value);
        reading = _settings.Units.Check(reading, _profile.Fields[field], answer[number.Length..].Trim((byte)' '), ref reason);
        readings.Reason = reason;
        readings.Add(status == ReadingStatus.Ok ? reading : reading with { Status = status });
        return DecodeStatus.Ok;
    }
}

/// <summary>Takes an answer apart: the command again, what it gives, and perhaps a sum.</summary>
internal static class CLinkAnswer
{
    /// <summary>
    /// <code>
    /// [0x80 | 0xFF] command answer [*] [LF | 0x80] [sum xxxx]
    /// </code>
    /// The odd characters around it are those of older firmware (HagenTelg/forge, thermo49/instrument.py, _read_response).
    /// </summary>
    /// <param name="answer">What stands behind the command; an error that comes without the command is taken as it is.</param>
    public static bool TryRead(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> command, out ReadOnlySpan<byte> answer)
    {
        answer = default;
        var text = LineFramer.TextOf(frame);
        var sum = text.LastIndexOf("sum "u8);
        if (sum > 1 && text[sum - 1] is LineFramer.Lf or 0x80 && !TryCheck(ref text, sum))
        {
            return false;
        }

        text = text.Trim("\x00 *\r\n"u8);
        if (!text.IsEmpty && text[0] >= 0x80)
        {
            text = text[1..];
        }

        while (!text.IsEmpty && text[^1] is 0x80 or 0xFF or (byte)'*')
        {
            text = text[..^1];
        }

        if (Ascii.EqualsIgnoreCase(text, "bad cmd"u8))
        {
            answer = text;
            return true;
        }

        if (text.Length <= command.Length || text[command.Length] != ' ' || !Ascii.EqualsIgnoreCase(text[..command.Length], command))
        {
            return false;
        }

        answer = text[command.Length..].Trim((byte)' ');
        return !answer.IsEmpty;
    }

    /// <summary>The sum of the characters before it, as four hexadecimal digits; whether the character between counts differs by model.</summary>
    private static bool TryCheck(ref ReadOnlySpan<byte> text, int sum)
    {
        var digits = text[(sum + 4)..].Trim((byte)' ');
        if (digits.Length != 4 || !Hex.TryWord(digits, out var said))
        {
            return false;
        }

        var body = text[..(sum - 1)];
        var bare = Checksums.Sum16(body);
        var whole = Checksums.Sum16(text[..sum]);
        text = body;
        return said == bare || said == whole;
    }
}
