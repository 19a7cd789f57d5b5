using System.Buffers.Binary;

namespace MeetNet.Devices.Payloads;

/// <summary>The part of CBOR (RFC 8949) that messages of sensors use, read in place from bytes that may be anything.</summary>
internal ref struct CborReader
{
    public const int Text = 3, Array = 4, Map = 5;

    private const int Unsigned = 0, Negative = 1, Bytes = 2, Tag = 6, Simple = 7;
    private const byte False = 20, True = 21, Half = 25, Single = 26, Double = 27, Break = 0xFF;

    /// <summary>A list or map whose length is not written: it ends with a break (§3.2.2).</summary>
    private const int Indefinite = -1;

    /// <summary>A decimal fraction: [exponent, mantissa] (§3.4.4).</summary>
    private const ulong DecimalTag = 4;

    /// <summary>Deeper than any message of a sensor.</summary>
    private const int DeepestNesting = 16;

    private ReadOnlySpan<byte> _rest;

    public CborReader(ReadOnlySpan<byte> message) => _rest = message;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>Something could not be read; what was read before it stands.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>The major type of what comes next; -1 at the end.</summary>
    public readonly int Peek => _rest.IsEmpty ? -1 : _rest[0] >> 5;

    /// <summary>Begins a list or a map.</summary>
    /// <param name="items">Items, or pairs of a map; negative when their number is not written.</param>
    public bool TryReadStart(int type, out int items)
    {
        items = 0;
        if (Peek != type)
        {
            return Broken();
        }

        if ((_rest[0] & 0x1F) == 31)
        {
            _rest = _rest[1..];
            items = Indefinite;
            return true;
        }

        if (!TryHead(out _, out var count) || count > (ulong)_rest.Length)
        {
            // Every item takes a byte at least.
            return Broken();
        }

        items = (int)count;
        return true;
    }

    /// <summary>Whether a list or map has ended; counts its items down.</summary>
    public bool IsEnd(ref int items)
    {
        if (IsBroken || items == 0)
        {
            return true;
        }

        if (items > 0)
        {
            items--;
            return false;
        }

        if (_rest.IsEmpty)
        {
            IsBroken = true;
            return true;
        }

        if (_rest[0] == Break)
        {
            _rest = _rest[1..];
            items = 0;
            return true;
        }

        return false;
    }

    public bool TryReadInteger(out long value)
    {
        value = 0;
        if (Peek is not (Unsigned or Negative) || !TryHead(out var type, out var number) || number > long.MaxValue)
        {
            return Broken();
        }

        value = type == Unsigned ? (long)number : -1 - (long)number;
        return true;
    }

    /// <summary>A finite number: whole, floating point of 16, 32 or 64 bits, or a decimal fraction.</summary>
    public bool TryReadNumber(out double value)
    {
        value = 0;
        switch (Peek)
        {
            case Unsigned or Negative:
                var isWhole = TryReadInteger(out var whole);
                value = whole;
                return isWhole;
            case Tag:
                return TryReadDecimal(out value);
            case Simple when (_rest[0] & 0x1F) is Half or Single or Double:
                var length = 1 << ((_rest[0] & 0x1F) - Half + 1);
                if (_rest.Length < 1 + length)
                {
                    return Broken();
                }

                var bits = _rest.Slice(1, length);
                value = length switch
                {
                    2 => (double)BinaryPrimitives.ReadHalfBigEndian(bits),
                    4 => BinaryPrimitives.ReadSingleBigEndian(bits),
                    _ => BinaryPrimitives.ReadDoubleBigEndian(bits),
                };
                _rest = _rest[(1 + length)..];
                return double.IsFinite(value) || Broken();
            default:
                return Broken();
        }
    }

    public bool TryReadText(out ReadOnlySpan<byte> text)
    {
        text = default;
        if (Peek != Text || !TryHead(out _, out var length) || length > (ulong)_rest.Length)
        {
            return Broken();
        }

        text = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return true;
    }

    public bool TryReadBoolean(out bool value)
    {
        value = !_rest.IsEmpty && (_rest[0] & 0x1F) == True;
        if (Peek != Simple || (_rest[0] & 0x1F) is not (False or True))
        {
            return Broken();
        }

        _rest = _rest[1..];
        return true;
    }

    /// <summary>Passes over one item, whatever it is.</summary>
    public bool TrySkip() => TrySkip(0);

    private bool TrySkip(int depth)
    {
        if (depth > DeepestNesting || _rest.IsEmpty)
        {
            return Broken();
        }

        var type = Peek;
        if (type is Array or Map)
        {
            if (!TryReadStart(type, out var items))
            {
                return false;
            }

            while (!IsEnd(ref items))
            {
                if (!TrySkip(depth + 1) || (type == Map && !TrySkip(depth + 1)))
                {
                    return false;
                }
            }

            return !IsBroken;
        }

        if (!TryHead(out _, out var number))
        {
            return false;
        }

        if (type == Tag)
        {
            return TrySkip(depth + 1);
        }

        if (type is Bytes or Text)
        {
            if (number > (ulong)_rest.Length)
            {
                return Broken();
            }

            _rest = _rest[(int)number..];
        }

        return true;
    }

    private bool TryReadDecimal(out double value)
    {
        value = 0;
        if (!TryHead(out _, out var tag) || tag != DecimalTag || !TryReadStart(Array, out var items) || items != 2
            || !TryReadInteger(out var exponent) || !TryReadInteger(out var mantissa))
        {
            return Broken();
        }

        // One rounding: dividing by an exact power of ten is nearer than multiplying with its inverse.
        value = exponent < 0 ? mantissa / Math.Pow(10, -exponent) : mantissa * Math.Pow(10, exponent);
        return double.IsFinite(value) || Broken();
    }

    /// <summary>Major type and argument (§3).</summary>
    private bool TryHead(out int type, out ulong number)
    {
        (type, number) = (-1, 0);
        if (_rest.IsEmpty)
        {
            return Broken();
        }

        type = _rest[0] >> 5;
        var short5 = _rest[0] & 0x1F;
        var length = short5 switch { < 24 => 0, 24 => 1, 25 => 2, 26 => 4, 27 => 8, _ => -1 };
        if (length < 0 || _rest.Length < 1 + length)
        {
            return Broken();
        }

        var bytes = _rest.Slice(1, length);
        number = length switch
        {
            0 => (ulong)short5,
            1 => bytes[0],
            2 => BinaryPrimitives.ReadUInt16BigEndian(bytes),
            4 => BinaryPrimitives.ReadUInt32BigEndian(bytes),
            _ => BinaryPrimitives.ReadUInt64BigEndian(bytes),
        };
        _rest = _rest[(1 + length)..];
        return true;
    }

    private bool Broken()
    {
        IsBroken = true;
        return false;
    }
}
