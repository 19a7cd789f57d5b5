using System.Runtime.InteropServices;
using MeetNet.Mqtt.Protocol;

namespace MeetNet.Mqtt.Connections;

/// <summary>
/// Takes the packets of one connection from the bytes that came in and lets them act: on the session, on the message queue, on the
/// connection. Used by the receive loop alone.
/// </summary>
internal sealed class PacketDispatcher(ClientCore core, Connection connection, bool cleanStart)
{
    /// <summary>What a waiting message takes beside its packet: objects, queue slot, ticket; rounded up.</summary>
    private const int MessageOverhead = 256;

    private const int PropertyOverhead = 64;

    private readonly MqttClientOptions _options = core.Options;
    private readonly List<MqttMessage> _arrivals = [];
    private bool _opened;
    private bool _sessionPresent;
    private MqttServerLimits? _limits;

    /// <summary>Handles all whole packets of the window.</summary>
    /// <param name="window">Bytes not consumed yet.</param>
    /// <param name="consumed">Bytes that are done with.</param>
    /// <param name="wanted">Length of the packet that the window begins, if it is known; else 0.</param>
    /// <returns>Why the connection must end, or null.</returns>
    public ConnectionEnd? Dispatch(ReadOnlySpan<byte> window, out int consumed, out int wanted)
    {
        consumed = 0;
        wanted = 0;
        ConnectionEnd? end = null;
        var packets = 0;
        while (end is null)
        {
            var cut = PacketFramer.Cut(window[consumed..], _options.MaximumPacketSize, out var frame, out var fault);
            if (cut == CutResult.NeedMore)
            {
                wanted = frame.Length;
                break;
            }

            if (cut == CutResult.Fault)
            {
                end = ConnectionEnd.ProtocolError(fault.Code, fault.Problem!);
                break;
            }

            packets++;
            var body = window.Slice(consumed + frame.HeaderLength, frame.BodyLength);
            consumed += frame.Length;
            end = Handle(frame, body);
        }

        Interlocked.Add(ref core.Counters.PacketsReceived, packets);
        return Deliver() ?? end;
    }

    private ConnectionEnd? Handle(Frame frame, ReadOnlySpan<byte> body)
    {
        if (!_opened)
        {
            return frame.Type == PacketType.Connack
                ? Connack(body)
                : ConnectionEnd.ProtocolError(MqttReasonCode.ProtocolError, $"{frame.Type} before CONNACK [MQTT-3.2.0-1]");
        }

        switch (frame.Type)
        {
            case PacketType.Publish:
                return Publish(frame, body);
            case PacketType.Puback:
                return Puback(body);
            case PacketType.Pubrec or PacketType.Pubrel or PacketType.Pubcomp:
                return UnknownReply(frame.Type, body);
            case PacketType.Suback or PacketType.Unsuback:
                return Suback(frame.Type, body);
            case PacketType.Pingresp:
                return Fault(PacketReader.ReadEmpty(body));
            case PacketType.Disconnect:
                return Disconnect(body);
            case PacketType.Connack:
                return ConnectionEnd.ProtocolError(MqttReasonCode.ProtocolError, "a second CONNACK [MQTT-3.2.0-2]");
            default:
                // AUTH without a method ([MQTT-4.12.0-6]), and what only clients send.
                return ConnectionEnd.ProtocolError(MqttReasonCode.ProtocolError, $"unexpected {frame.Type}");
        }
    }

    private ConnectionEnd? Connack(ReadOnlySpan<byte> body)
    {
        var status = PacketReader.ReadConnack(body, _options.Version, out var connack);
        if (!status.IsOk)
        {
            return Fault(status);
        }

        if (connack.ReasonCode.IsFailure())
        {
            return new ConnectionEnd(MqttDisconnectCause.ServerRefused, connack.ReasonCode, Describe("CONNACK", connack.ReasonCode, connack.Properties));
        }

        var limits = ServerLimits(connack.Properties);
        var subscribing = ReadStatus.Ok;
        bool opening;
        lock (core.Gate)
        {
            status = core.Session.Open(cleanStart, connack.SessionPresent, limits);
            if (status.IsOk)
            {
                subscribing = core.Session.Subscriptions.Open(limits);
            }

            opening = core.Session.Subscriptions.IsOpening;
        }

        if (!status.IsOk)
        {
            return Fault(status);
        }

        if (!subscribing.IsOk)
        {
            return new ConnectionEnd(MqttDisconnectCause.ServerRefused, subscribing.Code, $"CONNACK leaves no way to subscribe: {subscribing.Problem}");
        }

        _opened = true;
        _sessionPresent = connack.SessionPresent;
        _limits = limits;
        connection.Opened(limits);
        if (!opening)
        {
            connection.Ready(_sessionPresent, limits);
        }

        return null;
    }

    private ConnectionEnd? Suback(PacketType type, ReadOnlySpan<byte> body)
    {
        var status = PacketReader.ReadSuback(type, body, _options.Version, out var suback);
        if (!status.IsOk)
        {
            return Fault(status);
        }

        (MqttSubscription Filter, MqttReasonCode Reason)? refused;
        bool ready;
        lock (core.Gate)
        {
            var subscriptions = core.Session.Subscriptions;
            ready = subscriptions.IsOpening;
            status = subscriptions.Acknowledged(type, suback, out refused);
            ready &= !subscriptions.IsOpening;
        }

        if (refused is { } no)
        {
            return new ConnectionEnd(
                MqttDisconnectCause.ServerRefused, no.Reason, Describe($"SUBACK for '{no.Filter.Filter}'", no.Reason, suback.Properties));
        }

        if (ready)
        {
            connection.Ready(_sessionPresent, _limits!);
        }

        connection.Wake(); // A packet identifier is free.
        return Fault(status);
    }

    private ConnectionEnd? Publish(Frame frame, ReadOnlySpan<byte> body)
    {
        var status = PacketReader.ReadPublish(frame.Flags, body, _options.Version, out var publish);
        if (!status.IsOk)
        {
            return Fault(status);
        }

        if (publish.Properties.Count > 0 && publish.Properties.Number(MqttPropertyId.TopicAlias) is not null)
        {
            // CONNECT gave no Topic Alias Maximum, which means 0.
            return ConnectionEnd.ProtocolError(MqttReasonCode.TopicAliasInvalid, "topic alias beyond our maximum of 0 [MQTT-3.3.2-11]");
        }

        if (publish.QualityOfService == MqttQualityOfService.ExactlyOnce)
        {
            return ConnectionEnd.ProtocolError(MqttReasonCode.ProtocolError, "QoS 2 message, but QoS 1 at most was subscribed to [MQTT-3.8.4-8]");
        }

        if (publish.Duplicate)
        {
            Interlocked.Increment(ref core.Counters.DuplicatesReceived);
        }

        var message = core.Pool?.Take(publish.Payload.Length) ?? new MqttMessage(loan: null);
        message.Fill(
            publish,
            core.Topics.Get(publish.Topic),
            core.Session.Connection, // Changes only before this loop begins and after it ends.
            checked(frame.Length + MessageOverhead + (PropertyOverhead * publish.Properties.Count)));
        _arrivals.Add(message);
        return null;
    }

    /// <summary>
    /// Hands over what arrived in this read: all of it enters the receive window before the application sees any, so that the
    /// acknowledgements of one read can leave in one write.
    /// </summary>
    private ConnectionEnd? Deliver()
    {
        if (_arrivals.Count == 0)
        {
            return null;
        }

        ConnectionEnd? end = null;
        var taken = 0;
        lock (core.Gate)
        {
            foreach (var message in _arrivals)
            {
                if (message.PacketId != 0)
                {
                    end = Arrive(message);
                    if (end is not null)
                    {
                        break;
                    }
                }

                taken++;
            }
        }

        Interlocked.Add(ref core.Counters.MessagesReceived, taken);
        core.Messages.Add(CollectionsMarshal.AsSpan(_arrivals)[..taken]);
        _arrivals.Clear();
        return end;
    }

    private ConnectionEnd? Arrive(MqttMessage message)
    {
        var incoming = core.Session.Incoming;
        var beyond = _options.Version == MqttVersion.V500 && incoming.Count >= _options.ReceiveMaximum;
        if (beyond)
        {
            Interlocked.Increment(ref core.Counters.ReceiveMaximumExceeded);
        }

        if ((beyond && _options.StrictReceiveMaximum) || !incoming.TryArrive(message.PacketId, out var ticket))
        {
            return ConnectionEnd.ProtocolError(
                MqttReasonCode.ReceiveMaximumExceeded, $"{incoming.Count} messages unacknowledged, and one more came [MQTT-3.3.4-9]");
        }

        message.Ticket = ticket;
        return null;
    }

    private ConnectionEnd? Puback(ReadOnlySpan<byte> body)
    {
        var status = PacketReader.ReadReply(PacketType.Puback, body, _options.Version, out var puback);
        if (!status.IsOk)
        {
            return Fault(status);
        }

        bool known;
        lock (core.Gate)
        {
            known = core.Session.Outgoing.Acknowledged(puback, core.Now);
        }

        ref var counter = ref core.Counters.UnknownAcknowledgements;
        if (known)
        {
            counter = ref puback.ReasonCode.IsFailure() ? ref core.Counters.PublishesRefused : ref core.Counters.PublishesAccepted;
            connection.Wake(); // The window has room.
        }

        Interlocked.Increment(ref counter);
        return null;
    }

    private ConnectionEnd? UnknownReply(PacketType type, ReadOnlySpan<byte> body)
    {
        var status = PacketReader.ReadReply(type, body, _options.Version, out var reply);
        if (status.IsOk)
        {
            Interlocked.Increment(ref core.Counters.UnknownAcknowledgements);
            lock (core.Gate)
            {
                core.Session.AnswerUnknown(type, reply.PacketId);
            }

            connection.Wake();
        }

        return Fault(status);
    }

    private ConnectionEnd? Disconnect(ReadOnlySpan<byte> body)
    {
        var status = PacketReader.ReadDisconnect(body, _options.Version, out var disconnect);
        return Fault(status) ?? new ConnectionEnd(
            MqttDisconnectCause.ServerDisconnected, disconnect.ReasonCode, Describe("DISCONNECT", disconnect.ReasonCode, disconnect.Properties));
    }

    private MqttServerLimits ServerLimits(MqttProperties properties) => new()
    {
        ReceiveMaximum = (ushort)(properties.Number(MqttPropertyId.ReceiveMaximum) ?? ushort.MaxValue),
        MaximumQualityOfService = (MqttQualityOfService)(properties.Number(MqttPropertyId.MaximumQoS) ?? 2),
        RetainAvailable = properties.Number(MqttPropertyId.RetainAvailable) != 0,
        MaximumPacketSize = properties.Number(MqttPropertyId.MaximumPacketSize) ?? uint.MaxValue,
        TopicAliasMaximum = (ushort)(properties.Number(MqttPropertyId.TopicAliasMaximum) ?? 0),
        WildcardSubscriptionAvailable = properties.Number(MqttPropertyId.WildcardSubscriptionAvailable) != 0,
        SubscriptionIdentifierAvailable = properties.Number(MqttPropertyId.SubscriptionIdentifierAvailable) != 0,
        SharedSubscriptionAvailable = properties.Number(MqttPropertyId.SharedSubscriptionAvailable) != 0,
        KeepAlive = (ushort)(properties.Number(MqttPropertyId.ServerKeepAlive) ?? _options.KeepAlive), // [MQTT-3.1.2-21]
        SessionExpiryInterval = _options.Version == MqttVersion.V500
            ? properties.Number(MqttPropertyId.SessionExpiryInterval) ?? _options.SessionExpiryInterval
            : null,
        ClientId = properties.Text(MqttPropertyId.AssignedClientIdentifier) ?? _options.ClientId,
    };

    private static string Describe(string packet, MqttReasonCode code, MqttProperties properties)
    {
        var text = properties.Text(MqttPropertyId.ReasonString);
        return $"{packet} 0x{(byte)code:X2} {code}" + (text is null ? "" : $": {text}");
    }

    private static ConnectionEnd? Fault(ReadStatus status) =>
        status.IsOk ? null : ConnectionEnd.ProtocolError(status.Code, status.Problem!);
}
