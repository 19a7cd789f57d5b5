namespace MeetNet.Devices.Framing;

/// <summary>Bytes as pairs of hexadecimal characters, without allocating.</summary>
internal static class Hex
{
    /// <summary>Writes one byte as two upper-case characters.</summary>
    public static void Write(byte value, Span<byte> characters)
    {
        characters[0] = "0123456789ABCDEF"u8[value >> 4];
        characters[1] = "0123456789ABCDEF"u8[value & 0xF];
    }

    /// <summary>Reads pairs of characters; false when one is no hexadecimal digit.</summary>
    public static bool TryRead(ReadOnlySpan<byte> characters, Span<byte> bytes)
    {
        for (var i = 0; i + 1 < characters.Length; i += 2)
        {
            var high = Digit(characters[i]);
            var low = Digit(characters[i + 1]);
            if (high < 0 || low < 0)
            {
                return false;
            }

            bytes[i / 2] = (byte)((high << 4) | low);
        }

        return true;
    }

    /// <summary>What a character is worth; -1 for none.</summary>
    public static int Digit(byte character) => character switch
    {
        >= (byte)'0' and <= (byte)'9' => character - '0',
        >= (byte)'A' and <= (byte)'F' => character - 'A' + 10,
        >= (byte)'a' and <= (byte)'f' => character - 'a' + 10,
        _ => -1,
    };

    /// <summary>Reads one to eight digits as a number.</summary>
    public static bool TryWord(ReadOnlySpan<byte> digits, out uint word)
    {
        word = 0;
        foreach (var digit in digits)
        {
            var value = Digit(digit);
            if (value < 0)
            {
                return false;
            }

            word = (word << 4) | (uint)value;
        }

        return digits.Length is >= 1 and <= 8;
    }
}
