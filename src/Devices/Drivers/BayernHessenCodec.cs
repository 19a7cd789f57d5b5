using System.Buffers.Text;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;

namespace MeetNet.Devices.Drivers;

/// <summary>
/// Asks DA and reads MD:
/// <code>
/// STX DA [kkk] end                                    kkk: three digits; without it every instrument on the line answers
/// STX MDcc { kkk ±nnnn±ee ss ff [mmm] [more] } end    cc: number of groups; ss, ff: operating and fault status, hexadecimal, or one word ssff; mmm: gas id
/// STX ST [kkk] c end                                  c: K span gas, N zero gas, M measure; S background check (Acoem)
/// </code>
/// Blanks separate and may be doubled. What else follows ff (serial number, special functions) differs by maker and is passed
/// over; the next group begins where three digits are followed by a number.
/// </summary>
internal sealed class BayernHessenCodec : IDeviceCodec
{
    public const int MaxId = 999;

    private const int NumberLength = 8;
    private const int IdLength = 3;

    private readonly DeviceProfile _profile;
    private readonly HessenSettings _settings;
    private readonly HessenFieldSettings[] _fields;
    private readonly int? _address;
    private readonly HessenEnding _ending;

    public BayernHessenCodec(DeviceProfile profile, DeviceAddress at)
    {
        _profile = profile;
        _settings = (HessenSettings)profile.Settings;
        _fields = [.. profile.Fields.Select(f => (HessenFieldSettings)f.Settings)];
        _address = at.Number;
        _ending = _settings.EndingAt(at);
        Framer = new BayernHessenFramer(_ending);
    }

    public IFramer Framer { get; }

    public int Exchanges => 1;

    public int WriteRequest(in FrameContext context, Span<byte> destination) => Question("DA"u8, default, destination);

    public int WriteCommand(int command, double? argument, Span<byte> destination) =>
        Question("ST"u8, [(byte)' ', (byte)((HessenCommandSettings)_profile.Commands[command].Settings).Control], destination);

    public DecodeStatus Decode(in FrameContext context, ReadOnlySpan<byte> frame, ref ReadingBuffer readings)
    {
        var text = TextOf(frame);
        if (text.Length < 4 || !text.StartsWith("MD"u8) || !TryDigits(text.Slice(2, 2), out var declared))
        {
            readings.Reason = "not-an-answer";
            return DecodeStatus.Unexpected;
        }

        var tokens = new HessenTokens(text[4..]);
        Span<bool> seen = stackalloc bool[ProfileReader.MaxFields];
        var before = readings.Count;
        var reason = readings.Reason;
        var groups = 0;
        while (tokens.MoveToNextNumber(out var id, out var number))
        {
            groups++;
            if (!TryNumber(number, _settings.IntegerMantissa, out var value) || !tokens.TryStatus(out var word))
            {
                return Broken("broken-group", before, ref readings);
            }

            var field = FieldOf(id, tokens.PeekGas(), alone: declared == 1);
            if (field >= 0 && !seen[field])
            {
                seen[field] = true;
                readings.Add(Reading(field, value, word, ref reason));
            }
        }

        // The CR form has no check, so the number of groups is what shows a telegram that lost its tail.
        if (groups != declared)
        {
            return Broken("group-count", before, ref readings);
        }

        if (readings.Count == before)
        {
            readings.Reason = "other-device";
            return DecodeStatus.Unexpected;
        }

        for (var i = 0; i < _fields.Length; i++)
        {
            if (!seen[i])
            {
                readings.Add(RawReading.Missing(i));
            }
        }

        readings.Reason = reason;
        return DecodeStatus.Ok;
    }

    /// <summary>A telegram without what stands around its text; empty when there is none.</summary>
    internal static ReadOnlySpan<byte> TextOf(ReadOnlySpan<byte> frame)
    {
        var text = frame.TrimStart((byte)BayernHessenFramer.Cr);
        text = text.StartsWith([BayernHessenFramer.Stx]) ? text[1..] : text;
        var end = text.IndexOfAny(BayernHessenFramer.Etx, BayernHessenFramer.Cr);
        return end < 0 ? [] : text[..end];
    }

    /// <summary>Writes a three-digit id.</summary>
    internal static int WriteId(int id, Span<byte> destination)
    {
        destination[0] = (byte)('0' + (id / 100));
        destination[1] = (byte)('0' + (id / 10 % 10));
        destination[2] = (byte)('0' + (id % 10));
        return IdLength;
    }

    private static DecodeStatus Broken(string reason, int before, ref ReadingBuffer readings)
    {
        readings.Truncate(before);
        readings.Reason = reason;
        return DecodeStatus.Unexpected;
    }

    private int Question(ReadOnlySpan<byte> command, ReadOnlySpan<byte> more, Span<byte> destination)
    {
        destination[0] = BayernHessenFramer.Stx;
        command.CopyTo(destination[1..]);
        var length = 1 + command.Length;
        if (_address is { } address)
        {
            length += WriteId(address, destination[length..]);
        }

        more.CopyTo(destination[length..]);
        return BayernHessenFramer.Close(destination, length + more.Length, HessenSettings.QuestionOf(_ending));
    }

    private RawReading Reading(int field, double value, int word, ref string? reason)
    {
        var reading = _profile.Fields[field].Value.Read(field, value);
        for (var i = 0; i < _settings.Status.Count; i++)
        {
            if (_settings.Status[i] is { } rule && rule.Fits(word))
            {
                // "Not valid in this mode" is a zero (Thermo 42i manual p. D-6); in zero gas, a zero is what was measured.
                return value == 0 && rule.Means != ReadingStatus.Calibrating ? new RawReading(field, double.NaN, rule.Means) : reading with { Status = rule.Means };
            }
        }

        if (_settings.Units is not { } units)
        {
            return reading;
        }

        if (units.Said(word) is { } said)
        {
            return SaidUnit.Check(reading, _profile.Fields[field], said, ref reason);
        }

        reason = SaidUnit.OtherUnit;
        return reading with { Status = ReadingStatus.DeviceFault };
    }

    /// <summary>The field of a group; a lone group may come without its id (Serinus 40 manual, DA without address).</summary>
    private int FieldOf(ReadOnlySpan<byte> id, ReadOnlySpan<byte> gas, bool alone)
    {
        if (id.IsEmpty)
        {
            return alone && _fields.Length == 1 ? 0 : -1;
        }

        if (!TryDigits(id, out var number))
        {
            return -1;
        }

        var behind = TryDigits(gas, out var gasId) && (_address is null || number == _address) ? gasId : -1;
        for (var i = 0; i < _fields.Length; i++)
        {
            if (_fields[i].Gas is { } wanted ? wanted == number || wanted == behind : _fields[i].IdAt(_address) == number)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>±nnnn±ee as n.nnn × 10^ee or nnnn × 10^ee, correctly rounded: the digits are read as one decimal number.</summary>
    internal static bool TryNumber(ReadOnlySpan<byte> text, bool integerMantissa, out double value)
    {
        value = 0;
        if (text.Length != NumberLength || text[0] is not ((byte)'+' or (byte)'-') || text[5] is not ((byte)'+' or (byte)'-')
            || !TryDigits(text.Slice(1, 4), out _) || !TryDigits(text.Slice(6, 2), out var exponent))
        {
            return false;
        }

        exponent = text[5] == (byte)'-' ? -exponent : exponent;
        exponent -= integerMantissa ? 0 : 3;
        Span<byte> scientific = stackalloc byte[16];
        text[..5].CopyTo(scientific);
        scientific[5] = (byte)'E';
        return Utf8Formatter.TryFormat(exponent, scientific[6..], out var digits)
            && Utf8Parser.TryParse(scientific[..(6 + digits)], out value, out var used, 'E')
            && used == 6 + digits;
    }

    /// <summary>A whole number of at most nine digits: what is longer is no id, count or code of any of these protocols.</summary>
    internal static bool TryDigits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        if (text.Length > 9)
        {
            return false;
        }

        foreach (var b in text)
        {
            if (b is < (byte)'0' or > (byte)'9')
            {
                return false;
            }

            value = (10 * value) + (b - '0');
        }

        return !text.IsEmpty;
    }
}

/// <summary>The words of an MD answer, one after another.</summary>
internal ref struct HessenTokens(ReadOnlySpan<byte> text)
{
    private ReadOnlySpan<byte> _rest = text;

    /// <summary>Goes to the next word that looks like ±nnnn±ee; the word before it is its id when it has three characters.</summary>
    public bool MoveToNextNumber(out ReadOnlySpan<byte> id, out ReadOnlySpan<byte> number)
    {
        id = default;
        while (TryNext(out number))
        {
            if (number[0] is (byte)'+' or (byte)'-')
            {
                id = id.Length == 3 ? id : default;
                return true;
            }

            id = number;
        }

        return false;
    }

    /// <summary>The status after a number, as one word: two bytes, or written as one word.</summary>
    public bool TryStatus(out int word)
    {
        word = 0;
        if (!TryNext(out var first) || !TryHex(first, ref word))
        {
            return false;
        }

        return first.Length == 4 || (first.Length == 2 && TryNext(out var second) && second.Length == 2 && TryHex(second, ref word));
    }

    /// <summary>The gas id that stands next, when it is not the id of the next group.</summary>
    public readonly ReadOnlySpan<byte> PeekGas()
    {
        var ahead = this;
        return ahead.TryNext(out var word) && word.Length == 3 && (!ahead.TryNext(out var after) || after[0] is not ((byte)'+' or (byte)'-')) ? word : default;
    }

    private static bool TryHex(ReadOnlySpan<byte> digits, ref int word)
    {
        foreach (var digit in digits)
        {
            var value = BayernHessenFramer.HexDigit(digit);
            if (value < 0 || word > 0xFFF)
            {
                return false;
            }

            word = (word << 4) | value;
        }

        return true;
    }

    private bool TryNext(out ReadOnlySpan<byte> word)
    {
        var start = _rest.IndexOfAnyExcept((byte)' ');
        if (start < 0)
        {
            word = default;
            return false;
        }

        var length = _rest[start..].IndexOf((byte)' ');
        word = length < 0 ? _rest[start..] : _rest.Slice(start, length);
        _rest = _rest[(start + word.Length)..];
        return true;
    }
}
