using System.Buffers.Binary;

namespace MeetNet.Devices.Payloads;

/// <summary>
/// The body of a Sparkplug B message (Sparkplug 3.0.0, chapter 6; org.eclipse.tahu.protobuf.Payload): its time and sequence number, then its metrics one by one.
/// </summary>
internal ref struct SparkplugPayload
{
    private const int Timestamp = 1, Metric = 2, Seq = 3;

    private ProtobufReader _fields;

    private SparkplugPayload(ReadOnlySpan<byte> message) => _fields = new ProtobufReader(message);

    /// <summary>Milliseconds since 1970; null when the message has none.</summary>
    public ulong? Time { get; private set; }

    /// <summary>The sequence number; null when the message has none.</summary>
    public int? Sequence { get; private set; }

    /// <summary>Reads what belongs to the message as a whole, wherever it stands in it; false when the bytes are not a payload.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out SparkplugPayload payload)
    {
        payload = new SparkplugPayload(message);
        var fields = new ProtobufReader(message);
        while (fields.MoveNext())
        {
            if (fields.Field == Timestamp)
            {
                payload.Time = fields.Bits;
            }
            else if (fields.Field == Seq)
            {
                payload.Sequence = (int)Math.Min(fields.Bits, int.MaxValue);
            }
            else if (fields.Field == Metric && !SparkplugMetric.TryRead(fields.Bytes, out _))
            {
                return false;
            }
        }

        return !fields.IsBroken;
    }

    /// <summary>The next metric of a payload that was read.</summary>
    public bool MoveNext(out SparkplugMetric metric)
    {
        metric = default;
        while (_fields.MoveNext())
        {
            if (_fields.Field == Metric)
            {
                return SparkplugMetric.TryRead(_fields.Bytes, out metric);
            }
        }

        return false;
    }
}

/// <summary>One metric of a Sparkplug B message.</summary>
internal ref struct SparkplugMetric
{
    // Field numbers of Payload.Metric, PropertySet and PropertyValue in sparkplug_b.proto.
    private const int NameField = 1, AliasField = 2, TimestampField = 3, DatatypeField = 4, HistoricalField = 5, NullField = 7, PropertiesField = 9;
    private const int IntField = 10, LongField = 11, FloatField = 12, DoubleField = 13, BooleanField = 14, StringField = 15, BytesField = 16;
    private const int PropertyKeys = 1, PropertyValues = 2, PropertyInt = 3;

    // Datatypes (Sparkplug 3.0.0 §6.4.16).
    private const int Int8 = 1, Int16 = 2, Int32 = 3, Int64 = 4, UInt8 = 5, UInt16 = 6, UInt32 = 7, UInt64 = 8, FloatType = 9, DoubleType = 10, BooleanType = 11, DateTimeType = 13;
    private const int Int8Array = 22, Int16Array = 23, Int32Array = 24, Int64Array = 25, UInt8Array = 26, UInt16Array = 27, UInt32Array = 28, UInt64Array = 29, FloatArray = 30,
        DoubleArray = 31, DateTimeArray = 34;

    private ulong _bits;
    private int _valueField;

    /// <summary>Empty when the metric goes by its alias.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    public ulong? Alias { get; private set; }

    /// <summary>Milliseconds since 1970; null when the metric has no time of its own.</summary>
    public ulong? Time { get; private set; }

    /// <summary>The datatype; null in data messages that leave it to the birth.</summary>
    public int? Datatype { get; private set; }

    /// <summary>Stored earlier and sent now.</summary>
    public bool IsHistorical { get; private set; }

    public bool IsNull { get; private set; }

    /// <summary>The property "Quality": 192 good, 0 bad, 500 stale (§6.4.19); null when it is not there.</summary>
    public int? Quality { get; private set; }

    /// <summary>The bytes of a value that is a string, bytes or an array.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    public static bool TryRead(ReadOnlySpan<byte> bytes, out SparkplugMetric metric)
    {
        metric = default;
        var fields = new ProtobufReader(bytes);
        while (fields.MoveNext())
        {
            switch (fields.Field)
            {
                case NameField:
                    metric.Name = fields.Bytes;
                    break;
                case AliasField:
                    metric.Alias = fields.Bits;
                    break;
                case TimestampField:
                    metric.Time = fields.Bits;
                    break;
                case DatatypeField:
                    metric.Datatype = (int)Math.Min(fields.Bits, int.MaxValue);
                    break;
                case HistoricalField:
                    metric.IsHistorical = fields.Bits != 0;
                    break;
                case NullField:
                    metric.IsNull = fields.Bits != 0;
                    break;
                case PropertiesField:
                    metric.Quality = QualityIn(fields.Bytes);
                    break;
                case >= IntField and <= BytesField:
                    metric._valueField = fields.Field;
                    metric._bits = fields.Bits;
                    metric.Bytes = fields.Bytes;
                    break;
                default:
                    break;
            }
        }

        return !fields.IsBroken;
    }

    /// <summary>The number; false when there is none: null, text, a template, or a value of another type than the datatype says.</summary>
    /// <param name="datatype">The metric's own, or that of its birth.</param>
    /// <param name="index">Which element of an array.</param>
    public readonly bool TryNumber(int? datatype, int index, out double number)
    {
        number = 0;
        if (IsNull || _valueField == 0)
        {
            return false;
        }

        if (_valueField == BytesField)
        {
            return datatype is { } type && TryElement(type, Bytes, index, out number);
        }

        // Encoders differ in how they write a negative number into an unsigned field: the datatype restores its sign.
        var bits = _bits;
        double? read = (_valueField, datatype) switch
        {
            (IntField, Int8) => unchecked((sbyte)bits),
            (IntField, Int16) => unchecked((short)bits),
            (IntField or LongField, Int32) => unchecked((int)bits),
            (IntField or LongField, Int64) => _valueField == IntField ? unchecked((int)bits) : unchecked((long)bits),
            (IntField or LongField, UInt8 or UInt16 or UInt32 or UInt64 or DateTimeType) => bits,
            (FloatField, FloatType or null) => BitConverter.UInt32BitsToSingle((uint)(bits & uint.MaxValue)),
            (DoubleField, DoubleType or null) => BitConverter.UInt64BitsToDouble(bits),
            (BooleanField, BooleanType or null) => bits == 0 ? 0 : 1,
            _ => null,
        };
        number = read ?? 0;
        return read is { } value && double.IsFinite(value);
    }

    /// <summary>An element of a packed array: little-endian (§6.4.16; the byte examples printed there for four of the types are wrong).</summary>
    public static bool TryElement(int datatype, ReadOnlySpan<byte> bytes, int index, out double number)
    {
        number = 0;
        var size = datatype switch
        {
            Int8Array or UInt8Array => 1,
            Int16Array or UInt16Array => 2,
            Int32Array or UInt32Array or FloatArray => 4,
            Int64Array or UInt64Array or DoubleArray or DateTimeArray => 8,
            _ => 0,
        };
        if (size == 0 || index < 0 || (long)(index + 1L) * size > bytes.Length)
        {
            return false;
        }

        var at = bytes.Slice(index * size, size);
        number = datatype switch
        {
            Int8Array => unchecked((sbyte)at[0]),
            UInt8Array => at[0],
            Int16Array => BinaryPrimitives.ReadInt16LittleEndian(at),
            UInt16Array => BinaryPrimitives.ReadUInt16LittleEndian(at),
            Int32Array => BinaryPrimitives.ReadInt32LittleEndian(at),
            UInt32Array => BinaryPrimitives.ReadUInt32LittleEndian(at),
            FloatArray => BinaryPrimitives.ReadSingleLittleEndian(at),
            Int64Array => BinaryPrimitives.ReadInt64LittleEndian(at),
            DoubleArray => BinaryPrimitives.ReadDoubleLittleEndian(at),
            _ => BinaryPrimitives.ReadUInt64LittleEndian(at),
        };
        return double.IsFinite(number);
    }

    private static int? QualityIn(ReadOnlySpan<byte> propertySet)
    {
        var (keys, at) = (0, -1);
        var fields = new ProtobufReader(propertySet);
        while (fields.MoveNext())
        {
            if (fields.Field == PropertyKeys)
            {
                at = fields.Bytes.SequenceEqual("Quality"u8) ? keys : at;
                keys++;
            }
        }

        var values = 0;
        fields = new ProtobufReader(propertySet);
        while (fields.MoveNext())
        {
            if (fields.Field == PropertyValues && values++ == at)
            {
                var value = new ProtobufReader(fields.Bytes);
                while (value.MoveNext())
                {
                    if (value.Field == PropertyInt)
                    {
                        return (int)Math.Min(value.Bits, int.MaxValue);
                    }
                }
            }
        }

        return null;
    }
}
