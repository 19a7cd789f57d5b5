using System.Runtime.InteropServices;
using MeetNet.Mqtt.Protocol;
using MeetNet.Mqtt.Sessions;

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
    private readonly Handshake _handshake = new(core, connection, cleanStart);
    private readonly List<MqttMessage> _arrivals = [];
    private readonly IncomingAliases _aliases = new(core.Options.TopicAliasMaximum); // As long as this connection ([MQTT-3.3.2-7]).

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
        if (!_handshake.IsDone)
        {
            return _handshake.Handle(frame, body);
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
            case PacketType.Auth:
                return _handshake.Authentication.Handle(body);
            case PacketType.Connack:
                return ConnectionEnd.ProtocolError(MqttReasonCode.ProtocolError, "a second CONNACK [MQTT-3.2.0-2]");
            default:
                // What only clients send.
                return ConnectionEnd.ProtocolError(MqttReasonCode.ProtocolError, $"unexpected {frame.Type}");
        }
    }

    private ConnectionEnd? Suback(PacketType type, ReadOnlySpan<byte> body)
    {
        var status = PacketReader.ReadSuback(type, body, _options.Version, out var suback);
        if (status.IsOk)
        {
            status = PropertyRules.CheckUnasked(suback.Properties, _options.RequestProblemInformation);
        }

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
            return ConnectionEnd.Told(MqttDisconnectCause.ServerRefused, $"SUBACK for '{no.Filter.Filter}'", no.Reason, suback.Properties);
        }

        if (ready)
        {
            connection.Ready(_handshake.SessionPresent, _handshake.Limits!);
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

        var topic = core.Topics.Get(publish.Topic);
        if (publish.Properties.Count > 0 && publish.Properties.Number(MqttPropertyId.TopicAlias) is { } alias)
        {
            status = _aliases.Resolve(alias, ref topic);
            if (!status.IsOk)
            {
                return Fault(status);
            }
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
            topic,
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
        if (status.IsOk)
        {
            status = PropertyRules.CheckUnasked(puback.Properties, _options.RequestProblemInformation);
        }

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
            status = PropertyRules.CheckUnasked(reply.Properties, _options.RequestProblemInformation);
        }

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
        return Fault(status)
            ?? ConnectionEnd.Told(MqttDisconnectCause.ServerDisconnected, "DISCONNECT", disconnect.ReasonCode, disconnect.Properties);
    }

    private static ConnectionEnd? Fault(ReadStatus status) => ConnectionEnd.Of(status);
}
