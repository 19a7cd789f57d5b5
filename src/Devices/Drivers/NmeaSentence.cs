using MeetNet.Devices.Decoding;
using MeetNet.Devices.Framing;

namespace MeetNet.Devices.Drivers;

/// <summary>
/// One sentence cut into its fields: <c>WIMWV,282,R,0.1,M,A</c> is talker WI, name MWV and five fields. A query <c>--WIQ,MWV</c> has the name of what it asks for as
/// its first field. Proprietary sentences begin with P and have no talker.
/// </summary>
internal readonly ref struct NmeaSentence
{
    private readonly ReadOnlySpan<byte> _text;

    public NmeaSentence(ReadOnlySpan<byte> frame)
    {
        _text = NmeaFramer.TextOf(frame);
        var comma = _text.IndexOf((byte)',');
        var head = comma < 0 ? _text : _text[..comma];
        IsQuery = head.Length == 5 && head[4] == (byte)'Q';
        Talker = head.Length == 5 ? IsQuery ? head[2..4] : head[..2] : default;
        Name = head.Length == 5 && !IsQuery ? head[2..] : default;
    }

    /// <summary>The two characters of who talks, or of who is asked.</summary>
    public ReadOnlySpan<byte> Talker { get; }

    /// <summary>The three letters of what it says; empty for queries and proprietary sentences.</summary>
    public ReadOnlySpan<byte> Name { get; }

    /// <summary>Whether it asks for a sentence.</summary>
    public bool IsQuery { get; }

    /// <summary>A field after the name, from 1; false when the sentence has fewer.</summary>
    public bool TryField(int index, out ReadOnlySpan<byte> field)
    {
        field = default;
        var rest = _text;
        for (var i = 0; i < index; i++)
        {
            var comma = rest.IndexOf((byte)',');
            if (comma < 0)
            {
                return false;
            }

            rest = rest[(comma + 1)..];
        }

        var end = rest.IndexOf((byte)',');
        field = (end < 0 ? rest : rest[..end]).Trim((byte)' ');
        return true;
    }

    /// <summary>Whether a field is there and says that.</summary>
    public bool Says(int index, ReadOnlySpan<byte> text) => TryField(index, out var field) && field.SequenceEqual(text);

    /// <summary>The field with the value of a transducer in an XDR sentence; 0 when it is not in it. Groups are type, value, unit, name.</summary>
    public int ValueOf(NmeaTransducer transducer)
    {
        for (var at = 1; at + 3 <= NmeaSettings.MostFields && TryField(at + 3, out var name); at += 4)
        {
            if (Says(at, transducer.Type) && name.SequenceEqual(transducer.Name))
            {
                return at + 1;
            }
        }

        return 0;
    }

    /// <summary>Degrees and minutes (ddmm.mmm or dddmm.mmm) and the letter in the next field, as degrees.</summary>
    public bool TryDegrees(int index, byte positive, byte negative, double most, out double degrees)
    {
        degrees = 0;
        if (!TryField(index, out var text) || !AsciiNumber.TryRead(text, out var number) || number < 0 || !TryField(index + 1, out var letter) || letter.Length != 1)
        {
            return false;
        }

        var whole = Math.Floor(number / 100);
        degrees = whole + ((number - (100 * whole)) / 60);
        var inside = degrees <= most && (letter[0] == positive || letter[0] == negative);
        degrees = letter[0] == negative ? -degrees : degrees;
        return inside;
    }

    /// <summary>The time of ZDA (time, day, month, year) or RMC (time … date ddmmyy), always UTC.</summary>
    public bool TryTime(out DateTime time)
    {
        time = default;
        var isZda = Name.SequenceEqual("ZDA"u8);
        if (!TryField(1, out var clock) || clock.Length < 6 || !AsciiNumber.TryRead(clock, out var hhmmss) || hhmmss is < 0 or >= 240000
            || !TryField(isZda ? 2 : 9, out var date) || !AsciiNumber.TryRead(date, out var first))
        {
            return false;
        }

        var (day, month, year) = ((int)first / 10000, (int)first / 100 % 100, 2000 + ((int)first % 100));
        if (isZda)
        {
            if (!TryField(3, out var middle) || !AsciiNumber.TryRead(middle, out var m) || !TryField(4, out var last) || !AsciiNumber.TryRead(last, out var y)
                || first is < 1 or > 31 || m is < 1 or > 12 || y is < 1980 or > 9999)
            {
                return false;
            }

            (day, month, year) = ((int)first, (int)m, (int)y);
        }

        // Two digits of year: from 1980, where the time of satellite navigation begins.
        year = !isZda && year >= 2080 ? year - 100 : year;
        var seconds = hhmmss % 100;
        var minutes = (int)(hhmmss / 100) % 100;
        if (month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || minutes > 59 || seconds >= 60)
        {
            return false;
        }

        time = new DateTime(year, month, day).AddHours((int)(hhmmss / 10000)).AddMinutes(minutes).AddMilliseconds(Math.Round(1000 * seconds));
        return true;
    }
}
