namespace MeetNet.Mqtt;

/// <summary>
/// Keeps what a session has in flight beyond the process, so that a restart resumes it: publishes that were written and are not acknowledged,
/// and the identifiers of received QoS 2 messages. The client calls it from one place at a time, and waits for it before it writes anything to
/// the network that depends on the changes.
/// </summary>
public interface IMqttSessionStore
{
    /// <summary>What was stored, or an empty session. Called once, when the client starts.</summary>
    /// <param name="clientId">Names the session; what was stored under another one is not this session.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="MqttSessionStoreException">It can't be read as a whole. The client is not started.</exception>
    ValueTask<MqttStoredSession> LoadAsync(string clientId, CancellationToken cancellationToken);

    /// <summary>
    /// Stores changes in their order. When it returns they are kept as safely as the store promises. If it fails the connection ends, and the
    /// same changes come again, first, with the next call: storing them twice in a row must mean the same as once.
    /// </summary>
    ValueTask SaveAsync(IReadOnlyList<MqttSessionChange> changes);
}

/// <summary>A publish that was written to the network and is not done.</summary>
/// <param name="Serial">Names it in the store. Serials are given in the order of the first writes, which is the order of repeats too.</param>
/// <param name="PacketId">Its packet identifier; 0 once the server has lost the session it was for.</param>
/// <param name="Topic">Topic name.</param>
/// <param name="Payload">Payload.</param>
/// <param name="QualityOfService">1 or 2.</param>
/// <param name="Retain">Whether the server retains it.</param>
/// <param name="Properties">PUBLISH properties.</param>
public sealed record MqttStoredPublish(
    long Serial,
    ushort PacketId,
    string Topic,
    ReadOnlyMemory<byte> Payload,
    MqttQualityOfService QualityOfService,
    bool Retain,
    MqttProperties Properties);

/// <summary>A session as it was stored.</summary>
/// <param name="Exists">Whether the server may have this session: it was begun by a client with this store.</param>
/// <param name="Publishes">Without PUBACK or PUBREC, in the order of their serials.</param>
/// <param name="Releases">Packet identifiers of own QoS 2 publishes between PUBREC and PUBCOMP, in the order of the PUBRECs.</param>
/// <param name="Received">Packet identifiers of received QoS 2 messages that the application has acknowledged, before PUBREL.</param>
public sealed record MqttStoredSession(
    bool Exists,
    IReadOnlyList<MqttStoredPublish> Publishes,
    IReadOnlyList<MqttStoredRelease> Releases,
    IReadOnlyList<ushort> Received);

/// <summary>An own QoS 2 publish between PUBREC and PUBCOMP: the server owns the message, so it is not kept.</summary>
/// <param name="Serial">Names it in the store.</param>
/// <param name="PacketId">Its packet identifier.</param>
public readonly record struct MqttStoredRelease(long Serial, ushort PacketId);

/// <summary>Something that a restarted process has to know.</summary>
public abstract record MqttSessionChange
{
    private MqttSessionChange()
    {
    }

    /// <summary>The server has begun a new session: packet identifiers of earlier publishes mean nothing, releases and received identifiers are void.</summary>
    public sealed record Begun : MqttSessionChange;

    /// <summary>A publish is to be written for the first time, or for the first time in a new session.</summary>
    /// <param name="Publish">All of it.</param>
    public sealed record Sent(MqttStoredPublish Publish) : MqttSessionChange;

    /// <summary>PUBREC is in: PUBREL is to be written, and the message never again.</summary>
    /// <param name="Serial">Of the publish.</param>
    public sealed record Released(long Serial) : MqttSessionChange;

    /// <summary>A publish is done: acknowledged, refused, or given up.</summary>
    /// <param name="Serial">Of the publish.</param>
    public sealed record Done(long Serial) : MqttSessionChange;

    /// <summary>The application has acknowledged a received QoS 2 message.</summary>
    /// <param name="PacketId">Its packet identifier.</param>
    public sealed record Received(ushort PacketId) : MqttSessionChange;

    /// <summary>PUBREL is in: the identifier means nothing any more.</summary>
    /// <param name="PacketId">Packet identifier of the received message.</param>
    public sealed record Forgotten(ushort PacketId) : MqttSessionChange;
}
