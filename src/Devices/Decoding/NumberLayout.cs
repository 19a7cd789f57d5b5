namespace MeetNet.Devices.Decoding;

/// <summary>How a number is stored.</summary>
public enum NumberType
{
    /// <summary>8 bits, unsigned.</summary>
    UInt8,

    /// <summary>8 bits, two's complement.</summary>
    Int8,

    /// <summary>16 bits, unsigned.</summary>
    UInt16,

    /// <summary>16 bits, two's complement.</summary>
    Int16,

    /// <summary>32 bits, unsigned.</summary>
    UInt32,

    /// <summary>32 bits, two's complement.</summary>
    Int32,

    /// <summary>IEEE 754 single precision.</summary>
    Float32,

    /// <summary>64 bits, unsigned.</summary>
    UInt64,

    /// <summary>64 bits, two's complement.</summary>
    Int64,

    /// <summary>IEEE 754 double precision.</summary>
    Float64,

    /// <summary>Four decimal digits of four bits each; a digit above 9 is no number.</summary>
    Bcd16,

    /// <summary>Eight decimal digits of four bits each; a digit above 9 is no number.</summary>
    Bcd32,
}

/// <summary>
/// The order in which the bytes of a number are sent; A is the most significant byte of four. For 16-bit numbers only the order
/// within the word counts: ABCD and CDAB are big-endian, BADC and DCBA little-endian. 64-bit numbers follow the same four patterns
/// (ABCDEFGH, GHEFCDAB, BADCFEHG, HGFEDCBA).
/// </summary>
public enum ByteOrder
{
    /// <summary>Most significant byte first.</summary>
    Abcd,

    /// <summary>Least significant word first, each word big-endian.</summary>
    Cdab,

    /// <summary>Most significant word first, each word little-endian.</summary>
    Badc,

    /// <summary>Least significant byte first.</summary>
    Dcba,
}

/// <summary>Type, order, mask and shift: bytes ↔ the number as transmitted.</summary>
/// <param name="Type">How it is stored.</param>
/// <param name="Order">Byte order.</param>
/// <param name="Mask">Integers only: applied to the bits first. All ones for none.</param>
/// <param name="Shift">Integers only: the masked bits are shifted right by this many places.</param>
public readonly record struct NumberLayout(NumberType Type, ByteOrder Order, ulong Mask = ulong.MaxValue, int Shift = 0)
{
    /// <summary>How many bytes it takes.</summary>
    public int Size => SizeOf(Type);

    /// <summary>Whether mask or shift cut bits out of a larger number.</summary>
    public bool IsBitField => Mask != ulong.MaxValue || Shift != 0;

    /// <summary>Whether it can say by itself that there is no number.</summary>
    public bool IsFloat => Type is NumberType.Float32 or NumberType.Float64;

    /// <summary>How many bytes a type takes.</summary>
    public static int SizeOf(NumberType type) => type switch
    {
        NumberType.UInt8 or NumberType.Int8 => 1,
        NumberType.UInt16 or NumberType.Int16 or NumberType.Bcd16 => 2,
        NumberType.UInt64 or NumberType.Int64 or NumberType.Float64 => 8,
        _ => 4,
    };

    /// <summary>The raw bits, whatever the order in the bytes.</summary>
    public ulong Bits(ReadOnlySpan<byte> bytes)
    {
        var bits = 0UL;
        for (var i = 0; i < Size; i++)
        {
            bits = (bits << 8) | bytes[PlaceOf(i)];
        }

        return bits;
    }

    /// <summary>The number in the bytes, before scale and offset. Float NaN and infinities come back as they are; BCD that is none is NaN.</summary>
    public double Read(ReadOnlySpan<byte> bytes)
    {
        var bits = Bits(bytes);
        if (IsBitField)
        {
            return (bits & Mask) >> Shift;
        }

        unchecked
        {
            // Each arm is a double by itself: the common type of these would be float, which rounds 32-bit integers.
            return Type switch
            {
                NumberType.Float32 => (double)BitConverter.UInt32BitsToSingle((uint)bits),
                NumberType.Float64 => BitConverter.UInt64BitsToDouble(bits),
                NumberType.Int8 => (double)(sbyte)bits,
                NumberType.Int16 => (double)(short)bits,
                NumberType.Int32 => (double)(int)bits,
                NumberType.Int64 => (double)(long)bits,
                NumberType.Bcd16 or NumberType.Bcd32 => FromDigits(bits),
                _ => (double)bits,
            };
        }
    }

    /// <summary>Writes a number, rounded to the nearest and clamped to what the type holds. Bits outside a mask are kept.</summary>
    public void Write(double number, Span<byte> bytes)
    {
        if (IsBitField)
        {
            var field = double.IsFinite(number) ? Whole(Math.Clamp(Math.Round(number), 0, Mask >> Shift)) : 0;
            WriteBits((Bits(bytes) & ~Mask) | ((field << Shift) & Mask), bytes);
        }
        else
        {
            WriteBits(ToBits(number), bytes);
        }
    }

    /// <summary>Writes raw bits in this layout's order.</summary>
    public void WriteBits(ulong bits, Span<byte> bytes)
    {
        for (var i = Size - 1; i >= 0; i--)
        {
            bytes[PlaceOf(i)] = unchecked((byte)bits);
            bits >>= 8;
        }
    }

    /// <summary>Whether the type can hold this number exactly, so that a sentinel of this value can occur.</summary>
    public bool CanHold(double number)
    {
        if (IsBitField)
        {
            return number >= 0 && number <= Mask >> Shift && number == Math.Floor(number);
        }

        return Type switch
        {
            NumberType.Float32 => (float)number == number,
            NumberType.Float64 => true,

            // The highest 64-bit numbers are no doubles: the next double above them is 2^64 or 2^63.
            NumberType.UInt64 => number >= 0 && number < 18446744073709551616.0 && number == Math.Floor(number),
            NumberType.Int64 => number is >= long.MinValue and < 9223372036854775808.0 && number == Math.Floor(number),
            _ => number >= Lowest(Type) && number <= Highest(Type) && number == Math.Floor(number),
        };
    }

    /// <summary>Where the byte stands that is the <paramref name="rank"/>-th most significant.</summary>
    private int PlaceOf(int rank) => Order switch
    {
        _ when Size == 1 => rank,
        ByteOrder.Abcd => rank,
        ByteOrder.Dcba => Size - 1 - rank,
        ByteOrder.Cdab => Size - 2 - (rank & ~1) + (rank & 1),
        _ => rank ^ 1,
    };

    private ulong ToBits(double number)
    {
        switch (Type)
        {
            case NumberType.Float32:
                return BitConverter.SingleToUInt32Bits((float)number);
            case NumberType.Float64:
                return BitConverter.DoubleToUInt64Bits(number);
            case NumberType.Bcd16 or NumberType.Bcd32:
                // No number is written as a digit that there is not.
                return double.IsFinite(number) ? Digits(Whole(Math.Clamp(Math.Round(number), 0, Highest(Type)))) : ulong.MaxValue;
            default:
                return double.IsFinite(number) ? Whole(Math.Clamp(Math.Round(number), Lowest(Type), Highest(Type))) : 0;
        }
    }

    /// <summary>Conversions that leave the range saturate, which is what is wanted at the ends of 64 bits.</summary>
    private ulong Whole(double number) => unchecked(number < 0 || Type == NumberType.Int64 ? (ulong)(long)number : (ulong)number);

    private static double FromDigits(ulong bits)
    {
        var value = 0.0;
        for (var shift = 28; shift >= 0; shift -= 4)
        {
            var digit = (bits >> shift) & 0xF;
            if (digit > 9)
            {
                return double.NaN;
            }

            value = (10 * value) + digit;
        }

        return value;
    }

    private static ulong Digits(ulong number)
    {
        var bits = 0UL;
        for (var shift = 0; shift < 32; shift += 4)
        {
            bits |= (number % 10) << shift;
            number /= 10;
        }

        return bits;
    }

    private static double Lowest(NumberType type) => type switch
    {
        NumberType.Int8 => sbyte.MinValue,
        NumberType.Int16 => short.MinValue,
        NumberType.Int32 => int.MinValue,
        NumberType.Int64 => long.MinValue,
        _ => 0,
    };

    private static double Highest(NumberType type) => type switch
    {
        NumberType.UInt8 => byte.MaxValue,
        NumberType.Int8 => sbyte.MaxValue,
        NumberType.UInt16 => ushort.MaxValue,
        NumberType.Int16 => short.MaxValue,
        NumberType.UInt32 => uint.MaxValue,
        NumberType.UInt64 => ulong.MaxValue,
        NumberType.Int64 => long.MaxValue,
        NumberType.Bcd16 => 9999,
        NumberType.Bcd32 => 99_999_999,
        _ => int.MaxValue,
    };
}
