using System.Buffers.Binary;

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
}

/// <summary>
/// The order in which the bytes of a number are sent; A is the most significant byte of four. For 16-bit numbers only the order
/// within the word counts: ABCD and CDAB are big-endian, BADC and DCBA little-endian.
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
public readonly record struct NumberLayout(NumberType Type, ByteOrder Order, uint Mask = uint.MaxValue, int Shift = 0)
{
    /// <summary>How many bytes it takes.</summary>
    public int Size => SizeOf(Type);

    /// <summary>Whether mask or shift cut bits out of a larger number.</summary>
    public bool IsBitField => Mask != uint.MaxValue || Shift != 0;

    /// <summary>How many bytes a type takes.</summary>
    public static int SizeOf(NumberType type) => type switch
    {
        NumberType.UInt8 or NumberType.Int8 => 1,
        NumberType.UInt16 or NumberType.Int16 => 2,
        _ => 4,
    };

    /// <summary>The raw bits, most significant first, whatever the order in the bytes.</summary>
    public uint Bits(ReadOnlySpan<byte> bytes) => Size switch
    {
        1 => bytes[0],
        2 when Order is ByteOrder.Abcd or ByteOrder.Cdab => BinaryPrimitives.ReadUInt16BigEndian(bytes),
        2 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        _ => Order switch
        {
            ByteOrder.Abcd => BinaryPrimitives.ReadUInt32BigEndian(bytes),
            ByteOrder.Dcba => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            ByteOrder.Cdab => ((uint)BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]) << 16) | BinaryPrimitives.ReadUInt16BigEndian(bytes),
            _ => ((uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes) << 16) | BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]),
        },
    };

    /// <summary>The number in the bytes, before scale and offset. Float NaN and infinities come back as they are.</summary>
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
                NumberType.Float32 => (double)BitConverter.UInt32BitsToSingle(bits),
                NumberType.Int8 => (double)(sbyte)bits,
                NumberType.Int16 => (double)(short)bits,
                NumberType.Int32 => (double)(int)bits,
                _ => (double)bits,
            };
        }
    }

    /// <summary>Writes a number, rounded to the nearest and clamped to what the type holds. Bits outside a mask are kept.</summary>
    public void Write(double number, Span<byte> bytes)
    {
        uint bits;
        if (IsBitField)
        {
            var field = double.IsFinite(number) ? (uint)Math.Clamp(Math.Round(number), 0, Mask >> Shift) : 0;
            bits = (Bits(bytes) & ~Mask) | ((field << Shift) & Mask);
        }
        else
        {
            bits = ToBits(number);
        }

        WriteBits(bits, bytes);
    }

    /// <summary>Writes raw bits in this layout's order.</summary>
    public void WriteBits(uint bits, Span<byte> bytes)
    {
        var high = (ushort)(bits >> 16);
        var low = unchecked((ushort)bits);
        switch (Size)
        {
            case 1:
                bytes[0] = unchecked((byte)bits);
                break;
            case 2 when Order is ByteOrder.Abcd or ByteOrder.Cdab:
                BinaryPrimitives.WriteUInt16BigEndian(bytes, low);
                break;
            case 2:
                BinaryPrimitives.WriteUInt16LittleEndian(bytes, low);
                break;
            default:
                WriteWords(high, low, bytes);
                break;
        }
    }

    /// <summary>Whether the type can hold this number exactly, so that a sentinel of this value can occur.</summary>
    public bool CanHold(double number)
    {
        if (IsBitField)
        {
            return number >= 0 && number <= Mask >> Shift && number == Math.Floor(number);
        }

        return Type == NumberType.Float32
            ? (float)number == number
            : number >= Lowest(Type) && number <= Highest(Type) && number == Math.Floor(number);
    }

    private void WriteWords(ushort high, ushort low, Span<byte> bytes)
    {
        var (first, second) = Order is ByteOrder.Abcd or ByteOrder.Badc ? (high, low) : (low, high);
        if (Order is ByteOrder.Abcd or ByteOrder.Cdab)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes, first);
            BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], second);
        }
        else
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes, first);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes[2..], second);
        }
    }

    private uint ToBits(double number)
    {
        if (Type == NumberType.Float32)
        {
            return BitConverter.SingleToUInt32Bits((float)number);
        }

        if (!double.IsFinite(number))
        {
            return 0;
        }

        var whole = (long)Math.Clamp(Math.Round(number), Lowest(Type), Highest(Type));
        return unchecked((uint)whole);
    }

    private static double Lowest(NumberType type) => type switch
    {
        NumberType.Int8 => sbyte.MinValue,
        NumberType.Int16 => short.MinValue,
        NumberType.Int32 => int.MinValue,
        _ => 0,
    };

    private static double Highest(NumberType type) => type switch
    {
        NumberType.UInt8 => byte.MaxValue,
        NumberType.Int8 => sbyte.MaxValue,
        NumberType.UInt16 => ushort.MaxValue,
        NumberType.Int16 => short.MaxValue,
        NumberType.UInt32 => uint.MaxValue,
        _ => int.MaxValue,
    };
}
