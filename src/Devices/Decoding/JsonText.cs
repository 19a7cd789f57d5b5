using System.Buffers.Text;
using System.Text.Json;

namespace MeetNet.Devices.Decoding;

/// <summary>What messages in JSON have in common, read in place.</summary>
internal static class JsonText
{
    /// <summary>One pass over the whole message, so that look-ups after it can't meet broken JSON.</summary>
    public static bool IsValid(ReadOnlySpan<byte> message)
    {
        try
        {
            var reader = new Utf8JsonReader(message);
            while (reader.Read())
            {
            }

            return reader.BytesConsumed > 0;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>A JSON number, or a number in a string as many small devices write it ("13.25"). Anything else is no number.</summary>
    public static bool TryNumber(JsonTokenType kind, ReadOnlySpan<byte> text, out double number)
    {
        number = 0;
        return kind is JsonTokenType.Number or JsonTokenType.String && TryNumber(text, out number);
    }

    /// <summary>A finite decimal number and nothing else; blanks around it don't matter.</summary>
    public static bool TryNumber(ReadOnlySpan<byte> text, out double number)
    {
        text = text.Trim((byte)' ');
        text = text.StartsWith("+"u8) ? text[1..] : text;
        return Utf8Parser.TryParse(text, out number, out var used) && used == text.Length && used > 0 && double.IsFinite(number);
    }
}
