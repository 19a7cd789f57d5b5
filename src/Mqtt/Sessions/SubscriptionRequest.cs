using MeetNet.Mqtt.Protocol;

namespace MeetNet.Mqtt.Sessions;

/// <summary>One SUBSCRIBE or UNSUBSCRIBE from the call to its acknowledgement.</summary>
internal sealed class SubscriptionRequest
{
    private SubscriptionRequest(
        IReadOnlyList<MqttSubscription> wanted, IReadOnlyList<string> unwanted, MqttProperties properties, bool opening)
    {
        Wanted = wanted;
        Unwanted = unwanted;
        Properties = properties;
        Opening = opening;
    }

    /// <summary>What to subscribe to; empty for an UNSUBSCRIBE.</summary>
    public IReadOnlyList<MqttSubscription> Wanted { get; }

    /// <summary>Filters to unsubscribe from; empty for a SUBSCRIBE.</summary>
    public IReadOnlyList<string> Unwanted { get; }

    public MqttProperties Properties { get; }

    /// <summary>Belongs to the beginning of the connection, which is not ready before this is granted.</summary>
    public bool Opening { get; }

    /// <summary>The packet that acknowledges it.</summary>
    public PacketType Answer => Wanted.Count > 0 ? PacketType.Suback : PacketType.Unsuback;

    /// <summary>Filters in the packet, and so reason codes in its acknowledgement.</summary>
    public int Count => Wanted.Count + Unwanted.Count;

    /// <summary>0 until it is written.</summary>
    public ushort PacketId { get; set; }

    /// <summary>Time stamp of the write.</summary>
    public long WrittenAt { get; set; }

    /// <summary>Ends with the result or the failure. Continuations run elsewhere, so it may be ended within a lock.</summary>
    public TaskCompletionSource<MqttSubscribeResult> Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static SubscriptionRequest Subscribe(IReadOnlyList<MqttSubscription> filters, MqttProperties properties, bool opening = false) =>
        new(filters, [], properties, opening);

    public static SubscriptionRequest Unsubscribe(IReadOnlyList<string> filters, MqttProperties properties) =>
        new([], filters, properties, opening: false);

    /// <summary>Bytes of the whole packet.</summary>
    public long Length(MqttVersion version) => Wanted.Count > 0
        ? PacketWriter.SubscribeLength(version, Wanted, Properties)
        : PacketWriter.UnsubscribeLength(version, Unwanted, Properties);

    public void Write(PacketBuffer output, MqttVersion version)
    {
        if (Wanted.Count > 0)
        {
            PacketWriter.Subscribe(output, version, PacketId, Wanted, Properties);
        }
        else
        {
            PacketWriter.Unsubscribe(output, version, PacketId, Unwanted, Properties);
        }
    }
}
