using System.Buffers.Text;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;

namespace MeetNet.Devices.Drivers;

/// <summary>
/// Asks DA and reads MD:
/// <code>
/// STX DA [kkk] end                                    kkk: three digits; without it every instrument on the line answers
/// STX MDcc { kkk ±nnnn±ee ss ff [more] } end          cc: number of groups; ss, ff: operating and fault status, hexadecimal
/// </code>
/// Blanks separate and may be doubled. What follows ff (gas id, serial number, special functions) differs by maker and is passed
/// over; the next group begins where three digits are followed by a number.
/// </summary>
internal sealed class BayernHessenCodec : IDeviceCodec
{
    public const int MaxId = 999;

    private const int NumberLength = 8;
    private const int IdLength = 3;

    private readonly DeviceProfile _profile;
    private readonly HessenSettings _settings;
    private readonly int[] _ids;
    private readonly int? _address;

    public BayernHessenCodec(DeviceProfile profile, int? address)
    {
        _profile = profile;
        _settings = (HessenSettings)profile.Settings;
        _ids = [.. profile.Fields.Select(f => ((HessenFieldSettings)f.Settings).IdAt(address))];
        _address = address;
        Framer = new BayernHessenFramer(_settings.Ending);
    }

    public IFramer Framer { get; }

    public int Exchanges => 1;

    public int WriteRequest(in FrameContext context, Span<byte> destination)
    {
        destination[0] = BayernHessenFramer.Stx;
        destination[1] = (byte)'D';
        destination[2] = (byte)'A';
        var length = 3;
        if (_address is { } address)
        {
            length += WriteId(address, destination[length..]);
        }

        return BayernHessenFramer.Close(destination, length, _settings.Ending);
    }

    public DecodeStatus Decode(in FrameContext context, ReadOnlySpan<byte> frame, ref ReadingBuffer readings)
    {
        if (frame.Length < 5 || !frame[1..].StartsWith("MD"u8) || !TryDigits(frame.Slice(3, 2), out var declared))
        {
            readings.Reason = "not-an-answer";
            return DecodeStatus.Unexpected;
        }

        var end = frame.LastIndexOfAny(BayernHessenFramer.Etx, BayernHessenFramer.Cr);
        var tokens = new HessenTokens(end < 5 ? [] : frame[5..end]);
        Span<bool> seen = stackalloc bool[ProfileReader.MaxFields];
        var before = readings.Count;
        var groups = 0;
        while (tokens.MoveToNextNumber(out var id, out var number))
        {
            groups++;
            if (!TryNumber(number, out var value) || !tokens.TryStatus(out var operating, out var fault))
            {
                return Broken("broken-group", before, ref readings);
            }

            var field = FieldOf(id, alone: declared == 1);
            if (field >= 0 && !seen[field])
            {
                seen[field] = true;
                readings.Add(Reading(field, value, operating, fault));
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

        for (var i = 0; i < _ids.Length; i++)
        {
            if (!seen[i])
            {
                readings.Add(RawReading.Missing(i));
            }
        }

        return DecodeStatus.Ok;
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

    private RawReading Reading(int field, double value, int operating, int fault)
    {
        var reading = _profile.Fields[field].Value.Read(field, value);
        for (var i = 0; i < _settings.Status.Count; i++)
        {
            var rule = _settings.Status[i];
            if (((rule.Operating ? operating : fault) & rule.Mask) != 0)
            {
                return reading with { Status = rule.Means };
            }
        }

        return reading;
    }

    /// <summary>The field of a group; a lone group may come without its id (Serinus 40 manual, DA without address).</summary>
    private int FieldOf(ReadOnlySpan<byte> id, bool alone)
    {
        if (id.IsEmpty)
        {
            return alone && _ids.Length == 1 ? 0 : -1;
        }

        return TryDigits(id, out var number) ? Array.IndexOf(_ids, number) : -1;
    }

    /// <summary>±nnnn±ee as n.nnn × 10^ee or nnnn × 10^ee, correctly rounded: the digits are read as one decimal number.</summary>
    private bool TryNumber(ReadOnlySpan<byte> text, out double value)
    {
        value = 0;
        if (text.Length != NumberLength || !TryDigits(text.Slice(6, 2), out var exponent))
        {
            return false;
        }

        exponent = text[5] == (byte)'-' ? -exponent : exponent;
        exponent -= _settings.IntegerMantissa ? 0 : 3;
        Span<byte> scientific = stackalloc byte[16];
        text[..5].CopyTo(scientific);
        scientific[5] = (byte)'E';
        return Utf8Formatter.TryFormat(exponent, scientific[6..], out var digits)
            && Utf8Parser.TryParse(scientific[..(6 + digits)], out value, out var used, 'E')
            && used == 6 + digits;
    }

    private static bool TryDigits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
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

    /// <summary>The two status bytes after a number.</summary>
    public bool TryStatus(out int operating, out int fault)
    {
        fault = 0;
        return TryHex(out operating) && TryHex(out fault);
    }

    private bool TryHex(out int value)
    {
        value = 0;
        if (!TryNext(out var word) || word.Length != 2)
        {
            return false;
        }

        var (high, low) = (BayernHessenFramer.HexDigit(word[0]), BayernHessenFramer.HexDigit(word[1]));
        value = (high << 4) | low;
        return high >= 0 && low >= 0;
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
