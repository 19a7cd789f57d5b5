using System.Buffers.Binary;

namespace MeetNet.Devices.Payloads;

/// <summary>The wire format of Protocol Buffers (developers.google.com/protocol-buffers, "Encoding"), read in place from bytes that may be anything.</summary>
internal ref struct ProtobufReader
{
    private const int Varint = 0, Fixed64 = 1, Delimited = 2, Fixed32 = 5;

    /// <summary>A 64-bit number takes ten bytes of seven bits at most.</summary>
    private const int LongestVarint = 10;

    private ReadOnlySpan<byte> _rest;

    public ProtobufReader(ReadOnlySpan<byte> message) => _rest = message;

    /// <summary>The bytes are not a message; what was read before stands.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>The number of the present field.</summary>
    public int Field { get; private set; }

    /// <summary>Its value as bits: a varint, or a fixed one of 32 or 64 bits.</summary>
    public ulong Bits { get; private set; }

    /// <summary>Its bytes: a string, bytes or a message within; empty for a number.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>The present field as IEEE 754 single precision.</summary>
    public readonly float Single => BitConverter.UInt32BitsToSingle((uint)(Bits & uint.MaxValue));

    /// <summary>The present field as IEEE 754 double precision.</summary>
    public readonly double Double => BitConverter.UInt64BitsToDouble(Bits);

    /// <summary>Goes to the next field; false at the end or where the bytes are broken.</summary>
    public bool MoveNext()
    {
        if (_rest.IsEmpty || IsBroken)
        {
            return false;
        }

        Bits = 0;
        Bytes = default;
        if (!TryVarint(out var tag) || tag >> 3 is 0 or > int.MaxValue)
        {
            return Broken();
        }

        Field = (int)(tag >> 3);
        switch ((int)(tag & 7))
        {
            case Varint:
                var isNumber = TryVarint(out var number);
                Bits = number;
                return isNumber || Broken();
            case Fixed64 when _rest.Length >= 8:
                Bits = BinaryPrimitives.ReadUInt64LittleEndian(_rest);
                _rest = _rest[8..];
                return true;
            case Fixed32 when _rest.Length >= 4:
                Bits = BinaryPrimitives.ReadUInt32LittleEndian(_rest);
                _rest = _rest[4..];
                return true;
            case Delimited when TryVarint(out var length) && length <= (ulong)_rest.Length:
                Bytes = _rest[..(int)length];
                _rest = _rest[(int)length..];
                return true;
            default:
                return Broken();
        }
    }

    private bool TryVarint(out ulong value)
    {
        value = 0;
        for (var i = 0; i < Math.Min(LongestVarint, _rest.Length); i++)
        {
            value |= (ulong)(_rest[i] & 0x7F) << (7 * i);
            if (_rest[i] < 0x80)
            {
                _rest = _rest[(i + 1)..];
                return true;
            }
        }

        return false;
    }

    private bool Broken()
    {
        IsBroken = true;
        return false;
    }
}
