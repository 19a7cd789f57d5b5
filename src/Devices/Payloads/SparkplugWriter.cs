using System.Buffers.Binary;
using System.Text;

namespace MeetNet.Devices.Payloads;

/// <summary>Writes the Sparkplug B payloads that we send: the request for a rebirth, and what a simulated edge node says.</summary>
internal sealed class SparkplugWriter
{
    // Wire types in the low three bits, field numbers above them (sparkplug_b.proto).
    private const byte PayloadTimestamp = (1 << 3) | 0, PayloadMetric = (2 << 3) | 2, PayloadSeq = (3 << 3) | 0;
    private const byte MetricName = (1 << 3) | 2, MetricTimestamp = (3 << 3) | 0, MetricDatatype = (4 << 3) | 0, MetricNull = (7 << 3) | 0;
    private const byte MetricLong = (11 << 3) | 0, MetricDouble = (13 << 3) | 1, MetricBoolean = (14 << 3) | 0;
    private const byte Int64 = 4, Double = 10, Boolean = 11;

    private readonly List<byte> _bytes = [];
    private readonly ulong _time;

    /// <param name="time">Of the message and all its metrics.</param>
    public SparkplugWriter(DateTimeOffset time)
    {
        _time = (ulong)Math.Max(0, time.ToUnixTimeMilliseconds());
        _bytes.Add(PayloadTimestamp);
        Varint(_bytes, _time);
    }

    /// <summary>NCMD with Node Control/Rebirth = true (§6.4.20).</summary>
    public static byte[] Rebirth(DateTimeOffset now) => new SparkplugWriter(now).Truth("Node Control/Rebirth", true).ToArray(null);

    public SparkplugWriter Truth(string name, bool value) => Metric(name, Boolean, [MetricBoolean, value ? (byte)1 : (byte)0]);

    public SparkplugWriter Whole(string name, ulong value)
    {
        var bytes = new List<byte> { MetricLong };
        Varint(bytes, value);
        return Metric(name, Int64, [.. bytes]);
    }

    /// <summary>NaN is null: never a number for what was not measured.</summary>
    public SparkplugWriter Number(string name, double value)
    {
        if (!double.IsFinite(value))
        {
            return Metric(name, Double, [MetricNull, 1]);
        }

        var bytes = new byte[1 + sizeof(double)];
        bytes[0] = MetricDouble;
        BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(1), value);
        return Metric(name, Double, bytes);
    }

    /// <param name="sequence">Null for messages without one (commands).</param>
    public byte[] ToArray(int? sequence)
    {
        if (sequence is { } number)
        {
            _bytes.Add(PayloadSeq);
            Varint(_bytes, (ulong)number);
        }

        return [.. _bytes];
    }

    private SparkplugWriter Metric(string name, byte datatype, ReadOnlySpan<byte> value)
    {
        var metric = new List<byte> { MetricName };
        var text = Encoding.UTF8.GetBytes(name);
        Varint(metric, (ulong)text.Length);
        metric.AddRange(text);
        metric.Add(MetricTimestamp);
        Varint(metric, _time);
        metric.Add(MetricDatatype);
        metric.Add(datatype);
        metric.AddRange(value);
        _bytes.Add(PayloadMetric);
        Varint(_bytes, (ulong)metric.Count);
        _bytes.AddRange(metric);
        return this;
    }

    private static void Varint(List<byte> bytes, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)((value & 0x7F) | 0x80));
        }

        bytes.Add((byte)value);
    }
}
