using System.Buffers.Text;
using System.Globalization;

namespace MeetNet.Observations.Wire;

/// <summary>
/// Identity of one outbox file: a random 64-bit number drawn when the file is made, written as 16 lower-case hex digits.
/// Sequences are unique only within an epoch.
/// </summary>
/// <param name="Value">The number.</param>
public readonly record struct Epoch(ulong Value)
{
    /// <summary>Hex digits in the written form.</summary>
    public const int Length = 16;

    /// <summary>Reads 16 lower-case hex digits.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out Epoch epoch)
    {
        epoch = default;
        if (utf8.Length != Length || utf8.IndexOfAnyExcept(LowerHex.Digits) >= 0
            || !Utf8Parser.TryParse(utf8, out ulong value, out var read, 'x') || read != Length)
        {
            return false;
        }

        epoch = new Epoch(value);
        return true;
    }

    /// <summary>Reads 16 lower-case hex digits.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Epoch epoch)
    {
        Span<byte> ascii = stackalloc byte[Length];
        epoch = default;
        return Iso8601.TryAscii(text, ascii, out var length) && TryParse(ascii[..length], out epoch);
    }

    /// <summary>16 lower-case hex digits.</summary>
    public override string ToString() => Value.ToString("x16", CultureInfo.InvariantCulture);
}
