using System.Collections;

namespace MeetNet.Mqtt;

/// <summary>The properties of one packet, in wire order. Immutable.</summary>
public sealed class MqttProperties : IReadOnlyList<MqttProperty>
{
    private readonly MqttProperty[] _items;

    /// <summary>Properties in the order they are to be written.</summary>
    public MqttProperties(params ReadOnlySpan<MqttProperty> items)
    {
        _items = items.ToArray();
    }

    /// <summary>No properties.</summary>
    public static MqttProperties Empty { get; } = new();

    /// <inheritdoc/>
    public int Count => _items.Length;

    /// <inheritdoc/>
    public MqttProperty this[int index] => _items[index];

    /// <summary>Value of the first integer property with this id, or null when it is absent.</summary>
    public uint? Number(MqttPropertyId id) => TryFind(id, out var found) ? found.Number : null;

    /// <summary>Values of all integer properties with this id, in wire order.</summary>
    public IReadOnlyList<uint> Numbers(MqttPropertyId id) =>
        _items.Length == 0 ? [] : [.. _items.Where(item => item.Id == id).Select(item => item.Number)];

    /// <summary>Value of the first text property with this id, or null when it is absent.</summary>
    public string? Text(MqttPropertyId id) => TryFind(id, out var found) ? found.Text : null;

    /// <summary>Value of the first binary property with this id, or null when it is absent.</summary>
    public ReadOnlyMemory<byte>? Data(MqttPropertyId id) => TryFind(id, out var found) ? found.Data : null;

    /// <summary>The properties with this id, in wire order.</summary>
    internal MqttProperties Of(MqttPropertyId id) =>
        TryFind(id, out _) ? new MqttProperties([.. _items.Where(item => item.Id == id)]) : Empty;

    /// <summary>The properties without a copy, for the writer.</summary>
    internal ReadOnlySpan<MqttProperty> Span => _items;

    /// <inheritdoc/>
    public IEnumerator<MqttProperty> GetEnumerator() => ((IEnumerable<MqttProperty>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _items.GetEnumerator();

    private bool TryFind(MqttPropertyId id, out MqttProperty found)
    {
        foreach (var item in _items)
        {
            if (item.Id == id)
            {
                found = item;
                return true;
            }
        }

        found = default;
        return false;
    }
}
