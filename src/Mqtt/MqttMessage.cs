using System.Diagnostics.CodeAnalysis;
using MeetNet.Mqtt.Connections;
using MeetNet.Mqtt.Protocol;

namespace MeetNet.Mqtt;

/// <summary>
/// One received application message. A QoS 1 or 2 message must be given to
/// <see cref="MqttClient.Acknowledge(MqttMessage, MqttReasonCode)"/> once the application owns it durably.
/// <para>Without <see cref="MqttClientOptions.PoolsMessages"/> it and its payload (a copy of its own) may be kept for as long as wanted, and
/// <see cref="Dispose"/> does nothing.</para>
/// <para>With it, message and payload are lent to whoever took it from <see cref="MqttClient.Messages"/>, until <see cref="Dispose"/>.
/// It has one owner at a time, who acknowledges first, disposes last, and then drops the reference. <see cref="Payload"/> must be copied if it
/// is needed longer; <see cref="Topic"/> and <see cref="Properties"/> are immutable and may be kept. Disposing a second time is harmless and any
/// other use throws, for as long as the object rests in the pool; once it carries a later message, a reference that was kept speaks of
/// that one. A message that is never disposed is left to the garbage collector, and the next one is allocated.</para>
/// </summary>
public sealed class MqttMessage : IDisposable
{
    private readonly MessageLoan? _loan;
    private string _topic = "";
    private ReadOnlyMemory<byte> _payload;
    private MqttProperties _properties = MqttProperties.Empty;
    private MqttQualityOfService _qualityOfService;
    private bool _retain;
    private bool _duplicate;

    /// <summary>A message of the application's own, as tests of its consumers need them.</summary>
    public MqttMessage()
    {
    }

    /// <summary>A message to be filled; with a loan it goes back where that came from.</summary>
    [SetsRequiredMembers]
    internal MqttMessage(MessageLoan? loan)
    {
        _loan = loan;
        Topic = "";
    }

    /// <summary>Topic name.</summary>
    public required string Topic
    {
        get
        {
            ThrowIfGivenBack();
            return _topic;
        }
        init => _topic = value;
    }

    /// <summary>Payload; may be empty.</summary>
    public ReadOnlyMemory<byte> Payload
    {
        get
        {
            ThrowIfGivenBack();
            return _payload;
        }
        init => _payload = value;
    }

    /// <summary>QoS it was delivered with.</summary>
    public MqttQualityOfService QualityOfService
    {
        get
        {
            ThrowIfGivenBack();
            return _qualityOfService;
        }
        init => _qualityOfService = value;
    }

    /// <summary>RETAIN flag as received.</summary>
    public bool Retain
    {
        get
        {
            ThrowIfGivenBack();
            return _retain;
        }
        init => _retain = value;
    }

    /// <summary>DUP flag: the server has tried this delivery before. Says nothing about the application having seen it.</summary>
    public bool Duplicate
    {
        get
        {
            ThrowIfGivenBack();
            return _duplicate;
        }
        init => _duplicate = value;
    }

    /// <summary>Properties (5.0), empty when there are none.</summary>
    public MqttProperties Properties
    {
        get
        {
            ThrowIfGivenBack();
            return _properties;
        }
        init => _properties = value;
    }

    /// <summary>Identifiers of the subscriptions that this message matched ([MQTT-3.3.4-3] to -5); empty when none of them has one.</summary>
    public IReadOnlyList<uint> SubscriptionIdentifiers => Properties.Numbers(MqttPropertyId.SubscriptionIdentifier);

    /// <summary>Packet identifier on the wire, for people who look at it; 0 for QoS 0.</summary>
    public ushort PacketId { get; private set; }

    /// <summary>Number of the connection it came in on.</summary>
    internal long Connection { get; private set; }

    /// <summary>QoS 1: position in that connection's arrival order. QoS 2: number of this delivery in the session. Given by the session.</summary>
    internal long Ticket { get; set; }

    /// <summary>Bytes it counts for in the receive buffer.</summary>
    internal int Cost { get; private set; }

    /// <summary>With <see cref="MqttClientOptions.PoolsMessages"/>: gives message and payload back. Otherwise nothing.</summary>
    public void Dispose()
    {
        if (_loan is { } loan && loan.TryEnd())
        {
            _topic = "";
            _payload = default;
            _properties = MqttProperties.Empty;
            loan.GiveBack();
        }
    }

    /// <exception cref="ObjectDisposedException">It was given back and rests in the pool.</exception>
    internal void ThrowIfGivenBack() => ObjectDisposedException.ThrowIf(_loan is { IsOut: false }, this);

    /// <summary>Becomes what a packet says, with a copy of its payload.</summary>
    internal void Fill(in PublishPacket publish, string topic, long connection, int cost)
    {
        var length = publish.Payload.Length;
        var buffer = _loan?.Buffer ?? (length == 0 ? [] : GC.AllocateUninitializedArray<byte>(length));
        publish.Payload.CopyTo(buffer);
        _topic = topic;
        _payload = buffer.AsMemory(0, length);
        _properties = publish.Properties;
        _qualityOfService = publish.QualityOfService;
        _retain = publish.Retain;
        _duplicate = publish.Duplicate;
        PacketId = publish.PacketId;
        Connection = connection;
        Cost = cost;
        _loan?.Begin();
    }
}
