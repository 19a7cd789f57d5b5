using System.Buffers;
using System.Buffers.Text;
using System.Globalization;

namespace MeetNet.Devices.Decoding;

/// <summary>Decimal numbers in text, without culture: digits with an optional sign, decimal point and exponent (1E3, 550E-2, +1.0e+01).</summary>
internal static class AsciiNumber
{
    private static readonly SearchValues<byte> Characters = SearchValues.Create("+-.0123456789Ee"u8);

    private static readonly SearchValues<byte> Plain = SearchValues.Create("+-.0123456789"u8);

    /// <summary>Reads text that is a number from its first to its last character; words such as NaN are none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out double value)
    {
        value = 0;
        return text.IndexOfAnyExcept(Characters) < 0 && text.IndexOfAnyInRange((byte)'0', (byte)'9') >= 0
            && Utf8Parser.TryParse(text, out value, out var used) && used == text.Length && double.IsFinite(value);
    }

    /// <summary>How many characters at the beginning belong to a number.</summary>
    public static int Length(ReadOnlySpan<byte> text)
    {
        var length = text.IndexOfAnyExcept(Plain);
        return length < 0 ? text.Length : length;
    }

    /// <summary>Writes a number as such a device would.</summary>
    /// <param name="decimals">How many places after the point; null for as many as the number has.</param>
    /// <param name="digits">The width to which it is filled up with zeros from the left; 0 for none.</param>
    public static string Write(double value, int? decimals, int digits = 0)
    {
        var text = value.ToString(decimals is { } places ? "F" + places.ToString(CultureInfo.InvariantCulture) : "R", CultureInfo.InvariantCulture);
        return text.StartsWith('-') ? "-" + text[1..].PadLeft(digits, '0') : text.PadLeft(digits, '0');
    }
}
