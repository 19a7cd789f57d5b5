using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace MeetNet.Mqtt.Protocol;

/// <summary>A growing buffer that packets are written into, one after the other, and sent from in one go. The array is pooled.</summary>
internal sealed class PacketBuffer : IDisposable
{
    private byte[] _bytes;
    private int _length;

    public PacketBuffer(int capacity = 4096)
    {
        _bytes = ArrayPool<byte>.Shared.Rent(capacity);
    }

    /// <summary>Bytes written.</summary>
    public int Length => _length;

    /// <summary>What was written.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    /// <summary>Forgets the contents, and an array grown beyond <paramref name="keep"/> bytes with them.</summary>
    public void Clear(int keep = int.MaxValue)
    {
        _length = 0;
        if (_bytes.Length > keep)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = ArrayPool<byte>.Shared.Rent(keep);
        }
    }

    public void Byte(byte value) => Grow(1)[0] = value;

    public void UInt16(ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Grow(2), value);

    public void UInt32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Grow(4), value);

    public void Variable(uint value)
    {
        var field = Grow(VariableByteInteger.Length(value));
        for (var i = 0; i < field.Length; i++)
        {
            var more = i < field.Length - 1 ? 0x80u : 0;
            field[i] = (byte)((value & 0x7F) | more);
            value >>= 7;
        }
    }

    public void Bytes(ReadOnlySpan<byte> value) => value.CopyTo(Grow(value.Length));

    /// <summary>Length-prefixed bytes; at most 65,535.</summary>
    public void Binary(ReadOnlySpan<byte> value)
    {
        UInt16(checked((ushort)value.Length));
        Bytes(value);
    }

    /// <summary>Length-prefixed UTF-8; the text was checked before.</summary>
    public void Text(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        UInt16(checked((ushort)length));
        Encoding.UTF8.GetBytes(value, Grow(length));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        _length = 0;
    }

    private Span<byte> Grow(int by)
    {
        var end = checked(_length + by);
        if (end > _bytes.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(end, (int)Math.Min(2L * _bytes.Length, Array.MaxLength)));
            _bytes.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }

        var field = _bytes.AsSpan(_length, by);
        _length = end;
        return field;
    }
}
