namespace MeetNet.Mqtt;

/// <summary>Packets of one type.</summary>
/// <param name="Type">Name in the standard: <c>PUBLISH</c>, <c>PUBACK</c>…</param>
/// <param name="Packets">How many.</param>
/// <param name="Bytes">Their bytes, fixed headers included.</param>
public readonly record struct MqttPacketTotals(string Type, long Packets, long Bytes);

/// <summary>What went one way, by packet type. Immutable.</summary>
public sealed class MqttTraffic
{
    private readonly MqttPacketTotals[] _types;

    internal MqttTraffic(MqttPacketTotals[] types)
    {
        _types = types;
    }

    /// <summary>Nothing.</summary>
    public static MqttTraffic None { get; } = new([]);

    /// <summary>Packets of all types.</summary>
    public long Packets => _types.Sum(type => type.Packets);

    /// <summary>Bytes of all types.</summary>
    public long Bytes => _types.Sum(type => type.Bytes);

    /// <summary>The types that were seen.</summary>
    public IReadOnlyList<MqttPacketTotals> Types => _types;

    /// <summary>Totals of a type by its name in the standard; zeros if none was seen.</summary>
    public MqttPacketTotals this[string type]
    {
        get
        {
            var index = Array.FindIndex(_types, totals => totals.Type == type);
            return index < 0 ? new MqttPacketTotals(type, 0, 0) : _types[index];
        }
    }
}
