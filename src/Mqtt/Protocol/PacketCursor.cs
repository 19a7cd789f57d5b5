using System.Buffers.Binary;
using System.Text.Unicode;

namespace MeetNet.Mqtt.Protocol;

/// <summary>
/// Reads the fields of one packet from front to back. Every method says false, and never throws, when the packet ends too soon or the
/// field is not well-formed; both are malformed (0x81) and <see cref="Problem"/> tells which.
/// </summary>
internal ref struct PacketCursor(ReadOnlySpan<byte> body)
{
    private ReadOnlySpan<byte> _rest = body;

    /// <summary>What was wrong, after a method said false.</summary>
    public string? Problem { get; private set; }

    /// <summary>What has not been read.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>Whether everything has been read.</summary>
    public readonly bool AtEnd => _rest.IsEmpty;

    public bool TryByte(out byte value)
    {
        if (!TryTake(1, out var field))
        {
            value = 0;
            return false;
        }

        value = field[0];
        return true;
    }

    public bool TryUInt16(out ushort value)
    {
        if (!TryTake(2, out var field))
        {
            value = 0;
            return false;
        }

        value = BinaryPrimitives.ReadUInt16BigEndian(field);
        return true;
    }

    public bool TryUInt32(out uint value)
    {
        if (!TryTake(4, out var field))
        {
            value = 0;
            return false;
        }

        value = BinaryPrimitives.ReadUInt32BigEndian(field);
        return true;
    }

    public bool TryVariable(out uint value)
    {
        switch (VariableByteInteger.Read(_rest, out value, out var length))
        {
            case VariableByteInteger.Outcome.Ok:
                _rest = _rest[length..];
                return true;
            case VariableByteInteger.Outcome.NeedMore:
                Problem = "the packet ends inside a field";
                return false;
            default:
                Problem = "a variable byte integer is too long [MQTT-1.5.5-1]";
                return false;
        }
    }

    /// <summary>Length-prefixed bytes, MQTT 5.0 §1.5.6.</summary>
    public bool TryBinary(out ReadOnlySpan<byte> value)
    {
        value = default;
        return TryUInt16(out var length) && TryTake(length, out value);
    }

    /// <summary>Length-prefixed text, still as UTF-8: well-formed ([MQTT-1.5.4-1]) and without U+0000 ([MQTT-1.5.4-2]).</summary>
    public bool TryText(out ReadOnlySpan<byte> utf8)
    {
        if (!TryBinary(out utf8))
        {
            return false;
        }

        if (!Utf8.IsValid(utf8) || utf8.Contains((byte)0))
        {
            Problem = "a text is not well-formed UTF-8 or holds U+0000 [MQTT-1.5.4-1, -2]";
            return false;
        }

        return true;
    }

    /// <summary>The next <paramref name="length"/> bytes.</summary>
    public bool TryTake(int length, out ReadOnlySpan<byte> field)
    {
        if (_rest.Length < length)
        {
            Problem = "the packet ends inside a field";
            field = default;
            return false;
        }

        field = _rest[..length];
        _rest = _rest[length..];
        return true;
    }

    /// <summary>The malformed status for <see cref="Problem"/>.</summary>
    public readonly ReadStatus Malformed() => ReadStatus.Malformed(Problem ?? "the packet can't be parsed");
}
