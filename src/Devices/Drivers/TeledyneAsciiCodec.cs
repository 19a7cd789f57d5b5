using System.Globalization;
using System.Text;
using MeetNet.Devices.Decoding;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;

namespace MeetNet.Devices.Drivers;

/// <summary>
/// Asks for the mode and for each measurement. Warnings and messages about calibrations come between the answers; what they say holds for the rest of the poll, and what
/// lasts longer is seen in the mode. The stamp of a message has no year and no seconds: it is no device time.
/// </summary>
internal sealed class TeledyneAsciiCodec : IDeviceCodec
{
    public const int LongestLine = 256;

    private static readonly LineFramer Lines = new(LineEnding.Lf, LongestLine);
    private static readonly byte[] ModeTest = "MODE"u8.ToArray();

    private readonly DeviceProfile _profile;
    private readonly TeledyneAsciiSettings _settings;
    private readonly TeledyneAsciiFieldSettings[] _fields;
    private readonly int? _id;
    private readonly int _first;
    private ReadingStatus _said;

    public TeledyneAsciiCodec(DeviceProfile profile, int? id)
    {
        _profile = profile;
        _settings = (TeledyneAsciiSettings)profile.Settings;
        _fields = [.. profile.Fields.Select(f => (TeledyneAsciiFieldSettings)f.Settings)];
        _id = id;
        _first = _settings.Mode ? 1 : 0;
    }

    public IFramer Framer => Lines;

    public int Exchanges => _first + _fields.Length;

    public int WriteRequest(in FrameContext context, Span<byte> destination)
    {
        if (context is { Exchange: 0, Attempt: 0 })
        {
            _said = ReadingStatus.Ok;
        }

        return context.Exchange < _first
            ? Write((byte)'V', ModeTest, destination)
            : Write((byte)'T', _fields[context.Exchange - _first].Test, destination);
    }

    public int WriteCommand(int command, double? argument, Span<byte> destination)
    {
        var text = ((TeledyneAsciiCommandSettings)_profile.Commands[command].Settings).Text.AsSpan();
        return Write(text[0], text[2..], destination);
    }

    public CommandAnswer DecodeCommand(int command, ReadOnlySpan<byte> frame, out string said)
    {
        said = string.Empty;
        if (!TeledyneMessage.TryRead(frame, out var message) || message.Type != ((TeledyneAsciiCommandSettings)_profile.Commands[command].Settings).Text[0])
        {
            return CommandAnswer.Unexpected;
        }

        said = Encoding.ASCII.GetString(message.Text);
        return CommandAnswer.Done;
    }

    public DecodeStatus Decode(in FrameContext context, ReadOnlySpan<byte> frame, ref ReadingBuffer readings)
    {
        if (!TeledyneMessage.TryRead(frame, out var message))
        {
            readings.Reason = "not-a-message";
            return DecodeStatus.Unexpected;
        }

        if (_id is { } id && id != message.Id)
        {
            readings.Reason = "other-device";
            return DecodeStatus.Unexpected;
        }

        if (message.Type is (byte)'W' or (byte)'C')
        {
            _said = message.Type == 'W' ? ReadingStatus.DeviceFault : ReadingStatus.Calibrating;
            readings.Reason = message.Type == 'W' ? "warning" : "calibration";
            return DecodeStatus.Unexpected;
        }

        if (context.Exchange < 0 || context.Exchange >= Exchanges || !message.TrySplit(out var name, out var value, out var unit))
        {
            readings.Reason = "not-asked";
            return DecodeStatus.Unexpected;
        }

        var field = context.Exchange - _first;
        if (!Ascii.EqualsIgnoreCase(name, field < 0 ? ModeTest : _fields[field].Message))
        {
            readings.Reason = "other-answer";
            return DecodeStatus.Unexpected;
        }

        return field < 0 ? Mode(value, unit, ref readings) : Number(field, (ReadingStatus)context.State, value, unit, ref readings);
    }

    /// <summary>SAMPLE, or SAMPLE and more where the instrument calibrates by itself; anything with CAL is a calibration, and the rest no measurement.</summary>
    private static DecodeStatus Mode(ReadOnlySpan<byte> word, ReadOnlySpan<byte> rest, ref ReadingBuffer readings)
    {
        var status = word.StartsWith("SAMPLE"u8) ? ReadingStatus.Ok
            : word.IndexOf("CAL"u8) >= 0 || rest.IndexOf("CAL"u8) >= 0 ? ReadingStatus.Calibrating
            : ReadingStatus.DeviceFault;
        readings.Reason = status == ReadingStatus.DeviceFault ? "mode" : readings.Reason;
        readings.Follow = new Follow(1, State: (int)status);
        return DecodeStatus.Ok;
    }

    private DecodeStatus Number(int field, ReadingStatus mode, ReadOnlySpan<byte> value, ReadOnlySpan<byte> unit, ref ReadingBuffer readings)
    {
        var status = mode != ReadingStatus.Ok ? mode : _said;
        var reason = _said != ReadingStatus.Ok && mode == ReadingStatus.Ok ? (_said == ReadingStatus.DeviceFault ? "warning" : "calibration") : readings.Reason;
        RawReading reading;
        if (value.IndexOfAnyExcept("X."u8) < 0)
        {
            // XXXX: the concentration is invalid (T360 manual 07272, table 4-30).
            reading = RawReading.Missing(field);
        }
        else if (AsciiNumber.TryRead(value, out var number))
        {
            reading = _settings.Units.Check(_profile.Fields[field].Value.Read(field, number), _profile.Fields[field], unit, ref reason);
        }
        else
        {
            readings.Reason = "not-a-number";
            return DecodeStatus.Unexpected;
        }

        readings.Reason = reason;
        readings.Add(status == ReadingStatus.Ok || reading.Status == ReadingStatus.Missing ? reading : reading with { Status = status });
        return DecodeStatus.Ok;
    }

    /// <summary><c>X [ID] COMMAND CR</c> (T703 manual §7.1.7.2).</summary>
    private int Write(byte type, ReadOnlySpan<byte> command, Span<byte> destination)
    {
        destination[0] = type;
        destination[1] = (byte)' ';
        var length = 2;
        if (_id is { } id)
        {
            id.TryFormat(destination[length..], out var digits, default, CultureInfo.InvariantCulture);
            length += digits;
            destination[length++] = (byte)' ';
        }

        command.CopyTo(destination[length..]);
        length += command.Length;
        destination[length] = LineFramer.Cr;
        return length + 1;
    }
}

/// <summary>One message of such an instrument: <c>X DDD:HH:MM IIII MESSAGE</c> (Teledyne 200A manual p. 70).</summary>
internal readonly ref struct TeledyneMessage
{
    private const int HeaderLength = 17;

    private TeledyneMessage(byte type, int day, ReadOnlySpan<byte> time, int id, ReadOnlySpan<byte> text)
    {
        Type = type;
        Day = day;
        Time = time;
        Id = id;
        Text = text;
    }

    /// <summary>C calibration, D diagnostics, R report, T test measurement, V variable, W warning.</summary>
    public byte Type { get; }

    /// <summary>Day of the year, 1 to 366.</summary>
    public int Day { get; }

    /// <summary>HH:MM.</summary>
    public ReadOnlySpan<byte> Time { get; }

    /// <summary>The machine id.</summary>
    public int Id { get; }

    /// <summary>What it says.</summary>
    public ReadOnlySpan<byte> Text { get; }

    public static bool TryRead(ReadOnlySpan<byte> line, out TeledyneMessage message)
    {
        message = default;
        var text = LineFramer.TextOf(line);
        if (text.Length < HeaderLength || "CDRTVW"u8.IndexOf(text[0]) < 0 || text[1] != ' ' || text[5] != ':' || text[8] != ':' || text[11] != ' ' || text[16] != ' '
            || !BayernHessenCodec.TryDigits(text.Slice(2, 3), out var day) || !BayernHessenCodec.TryDigits(text.Slice(6, 2), out _)
            || !BayernHessenCodec.TryDigits(text.Slice(9, 2), out _) || !BayernHessenCodec.TryDigits(text.Slice(12, 4), out var id))
        {
            return false;
        }

        message = new TeledyneMessage(text[0], day, text.Slice(6, 5), id, text[HeaderLength..].Trim((byte)' '));
        return true;
    }

    /// <summary><see cref="TrySplit(ReadOnlySpan{byte}, out ReadOnlySpan{byte}, out ReadOnlySpan{byte}, out ReadOnlySpan{byte})"/> of the text.</summary>
    public bool TrySplit(out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value, out ReadOnlySpan<byte> unit) => TrySplit(Text, out name, out value, out unit);

    /// <summary><c>NAME=value UNIT</c>: names hold blanks and slashes, so the last '=' is the one.</summary>
    public static bool TrySplit(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value, out ReadOnlySpan<byte> unit)
    {
        var equals = text.LastIndexOf((byte)'=');
        name = equals < 0 ? default : text[..equals].Trim((byte)' ');
        var rest = equals < 0 ? default : text[(equals + 1)..].Trim((byte)' ');
        var blank = rest.IndexOf((byte)' ');
        value = blank < 0 ? rest : rest[..blank];
        unit = blank < 0 ? default : rest[blank..].Trim((byte)' ');
        return !name.IsEmpty && !value.IsEmpty;
    }
}
