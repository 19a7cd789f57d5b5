using System.Buffers;
using System.Globalization;
using System.Text;
using MeetNet.Mqtt;

namespace MeetNet.Gateway.Commissioning.Wire;

/// <summary>The format of <c>-F</c>, as mosquitto_sub(1) describes it; times are UTC. Read once, then written for each message.</summary>
internal sealed class MessageFormat
{
    private const string Parameters = "AClmpqrtxXDEFPRSIUjJ%";
    private const string TimeParameters = "YmdHMSsFTjyNzZ@";
    private const string EscapeCodes = @"\0aenrtv";
    private const string Escaped = "\\\0\a\u001B\n\r\t\v";

    /// <summary>What mosquitto_sub shows with <c>-v</c> for an empty message.</summary>
    private static readonly byte[] Nothing = "(null)"u8.ToArray();

    private readonly List<Piece> _pieces = [];
    private readonly bool _endsLine;

    private MessageFormat(bool endsLine) => _endsLine = endsLine;

    /// <summary>The payload as it is; an empty one gives nothing, not even a line end.</summary>
    public static MessageFormat Payload(bool endsLine) => new(endsLine) { _pieces = { new Piece('b') } };

    /// <summary>Topic, a blank, the payload.</summary>
    public static MessageFormat Verbose(bool endsLine) => new(endsLine) { _pieces = { new Piece('t'), Piece.Of(" "), new Piece('v') } };

    /// <summary>Reads a format.</summary>
    /// <exception cref="WireFailure">A sequence that is not known or not complete.</exception>
    public static MessageFormat Parse(string text, bool endsLine)
    {
        var format = new MessageFormat(endsLine);
        var plain = new StringBuilder();
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '\\')
            {
                plain.Append(Escaped[Known(EscapeCodes, text, ++at, "\\")]);
            }
            else if (text[at] is not ('%' or '@'))
            {
                plain.Append(text[at]);
            }
            else
            {
                format.Add(plain);
                format._pieces.Add(text[at] == '%' ? ReadParameter(text, ref at) : ReadTime(text, ++at));
            }
        }

        format.Add(plain);
        return format;
    }

    /// <summary>Writes a message.</summary>
    /// <param name="at">When it arrived, UTC.</param>
    /// <param name="output">Where to.</param>
    /// <returns>False when a payload that must be JSON is not; what does not depend on it is written.</returns>
    public bool Write(MqttMessage message, DateTimeOffset at, IBufferWriter<byte> output)
    {
        if (_pieces is [{ Kind: 'b' }])
        {
            output.Write(message.Payload.Span);
            if (_endsLine && message.Payload.Length > 0)
            {
                output.Write("\n"u8);
            }

            return true;
        }

        var sound = true;
        foreach (var piece in _pieces)
        {
            sound &= Write(piece, message, at, output);
        }

        if (_endsLine)
        {
            output.Write("\n"u8);
        }

        return sound;
    }

    private static bool Write(in Piece piece, MqttMessage message, DateTimeOffset at, IBufferWriter<byte> output)
    {
        var properties = message.Properties;
        switch (piece.Kind)
        {
            case '\0': output.Write(piece.Literal); break;
            case 'v': output.Write(message.Payload.IsEmpty ? Nothing : message.Payload.Span); break;
            case 't': piece.Cut(Utf8(message.Topic), output); break;
            case 'p': piece.Pad(message.Payload.Span, output); break;
            case 'x': piece.Pad(Utf8(Convert.ToHexStringLower(message.Payload.Span)), output); break;
            case 'X': piece.Pad(Utf8(Convert.ToHexString(message.Payload.Span)), output); break;
            case 'l': piece.Pad(Utf8(message.Payload.Length), output); break;
            case 'm': piece.Pad(Utf8(message.PacketId), output); break;
            case 'q': output.Write(Utf8((int)message.QualityOfService)); break;
            case 'r': output.Write(message.Retain ? "1"u8 : "0"u8); break;
            case 'A': piece.Pad(Number(properties, MqttPropertyId.TopicAlias), output); break;
            case 'C': piece.Cut(Utf8(properties.Text(MqttPropertyId.ContentType) ?? string.Empty), output); break;
            case 'D': output.Write((properties.Data(MqttPropertyId.CorrelationData) ?? default).Span); break;
            case 'E': piece.Pad(Number(properties, MqttPropertyId.MessageExpiryInterval), output); break;
            case 'F': piece.Pad(Number(properties, MqttPropertyId.PayloadFormatIndicator), output); break;
            case 'P': output.Write(Utf8(string.Join(' ', properties.Where(p => p.Id == MqttPropertyId.UserProperty).Select(p => $"{p.Name}:{p.Text}")))); break;
            case 'R': piece.Cut(Utf8(properties.Text(MqttPropertyId.ResponseTopic) ?? string.Empty), output); break;
            case 'S': piece.Pad(Number(properties, MqttPropertyId.SubscriptionIdentifier), output); break;
            case 'I': piece.Cut(Utf8(Time(at, "yyyy-MM-dd'T'HH:mm:ss'Z'")), output); break;
            case 'U': output.Write(Utf8(string.Create(CultureInfo.InvariantCulture, $"{at.ToUnixTimeSeconds()}.{Nanoseconds(at)}"))); break;
            case 'j': JsonMessage.Write(message, at, asText: true, output); break;
            case 'J': return JsonMessage.Write(message, at, asText: false, output);
            case '@': output.Write(Utf8(TimePart(piece.Code, at))); break;
        }

        return true;
    }

    /// <summary>Flags and width, then the letter: <c>%-20.10t</c>.</summary>
    private static Piece ReadParameter(string text, ref int at)
    {
        at++;
        var (left, zero) = (false, false);
        for (; at < text.Length && text[at] is '-' or '0'; at++)
        {
            left |= text[at] == '-';
            zero |= text[at] == '0';
        }

        var width = ReadNumber(text, ref at) ?? 0;
        int? longest = null;
        if (at < text.Length && text[at] == '.')
        {
            at++;
            longest = ReadNumber(text, ref at) ?? 0;
        }

        Known(Parameters, text, at, "%");
        return text[at] == '%' ? Piece.Of("%") : new Piece(text[at]) { Width = left ? -width : width, Zero = zero && !left, Longest = longest ?? int.MaxValue };
    }

    private static int? ReadNumber(string text, ref int at)
    {
        const int Most = 9_999;
        var begin = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        return at == begin ? null : (int)Arguments.Number("a width in -F", text[begin..at], 0, Most);
    }

    private static Piece ReadTime(string text, int at)
    {
        Known(TimeParameters, text, at, "@");
        return text[at] == '@' ? Piece.Of("@") : new Piece('@') { Code = text[at] };
    }

    /// <summary>The place of the character in those that are known.</summary>
    private static int Known(string allowed, string text, int at, string sign)
    {
        if (at >= text.Length)
        {
            throw WireFailure.Usage($"the format ends within a sequence after '{sign}'; a '{sign}' itself is '{sign}{sign}'");
        }

        var place = allowed.IndexOf(text[at], StringComparison.Ordinal);
        return place >= 0 ? place : throw WireFailure.Usage($"the format has '{sign}{text[at]}'; after '{sign}' are known: {string.Join(' ', allowed.ToCharArray())}");
    }

    private static string TimePart(char code, DateTimeOffset at) => code switch
    {
        'Y' => Time(at, "yyyy"),
        'm' => Time(at, "MM"),
        'd' => Time(at, "dd"),
        'H' => Time(at, "HH"),
        'M' => Time(at, "mm"),
        'S' => Time(at, "ss"),
        's' => at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        'F' => Time(at, "yyyy-MM-dd"),
        'T' => Time(at, "HH:mm:ss"),
        'j' => at.DayOfYear.ToString("D3", CultureInfo.InvariantCulture),
        'y' => Time(at, "yy"),
        'N' => Nanoseconds(at),
        'z' => "+0000",
        _ => "UTC",
    };

    private static string Time(DateTimeOffset at, string format) => at.UtcDateTime.ToString(format, CultureInfo.InvariantCulture);

    /// <summary>Nanoseconds within the second; the clock counts hundreds of them.</summary>
    private static string Nanoseconds(DateTimeOffset at) => (at.Ticks % TimeSpan.TicksPerSecond * 100).ToString("D9", CultureInfo.InvariantCulture);

    private static byte[] Number(MqttProperties properties, MqttPropertyId id) => properties.Number(id) is { } number ? Utf8(number) : [];

    private static byte[] Utf8(long number) => Utf8(number.ToString(CultureInfo.InvariantCulture));

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private void Add(StringBuilder plain)
    {
        if (plain.Length > 0)
        {
            _pieces.Add(Piece.Of(plain.ToString()));
            plain.Clear();
        }
    }

    /// <param name="Kind">The letter after %; '@' for a time; '\0' for plain text; 'b' and 'v' for the formats without <c>-F</c>.</param>
    private readonly record struct Piece(char Kind)
    {
        public byte[] Literal { get; init; } = [];

        /// <summary>The letter after @.</summary>
        public char Code { get; init; }

        /// <summary>Least number of bytes; negative: blanks come after.</summary>
        public int Width { get; init; }

        public bool Zero { get; init; }

        /// <summary>Most bytes of a text.</summary>
        public int Longest { get; init; } = int.MaxValue;

        public static Piece Of(string text) => new('\0') { Literal = Utf8(text) };

        public void Cut(ReadOnlySpan<byte> text, IBufferWriter<byte> output) => Pad(text[..Math.Min(text.Length, Longest)], output, (byte)' ');

        public void Pad(ReadOnlySpan<byte> text, IBufferWriter<byte> output) => Pad(text, output, Zero ? (byte)'0' : (byte)' ');

        private void Pad(ReadOnlySpan<byte> text, IBufferWriter<byte> output, byte with)
        {
            var missing = Math.Max(0, Math.Abs(Width) - text.Length);
            if (Width > 0)
            {
                Fill(missing, with, output);
            }

            output.Write(text);
            if (Width < 0)
            {
                Fill(missing, (byte)' ', output);
            }
        }

        private static void Fill(int count, byte with, IBufferWriter<byte> output)
        {
            if (count > 0)
            {
                output.GetSpan(count)[..count].Fill(with);
                output.Advance(count);
            }
        }
    }
}
