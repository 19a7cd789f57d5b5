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

    /// <summary>Handles all whole packets of the window; while there is no room for messages, those before the first PUBLISH.</summary>
    /// <param name="window">Bytes not consumed yet.</param>
    /// <param name="consumed">Bytes that are done with.</param>
    /// <param name="wanted">Length of the packet that the window begins, if it is known; else 0.</param>
    /// <returns>Why the connection must end, or null.</returns>
    public ConnectionEnd? Dispatch(ReadOnlySpan<byte> window, out int consumed, out int wanted)
    {
        consumed = 0;
        wanted = 0;
        ConnectionEnd? end = null;
        var full = core.Messages.IsFull;
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

            if (full && frame.Type == PacketType.Publish)
            {
                break;
            }

            core.Counters.Received.Count(window[consumed], frame.Length);
            var body = window.Slice(consumed + frame.HeaderLength, frame.BodyLength);
            consumed += frame.Length;
            end = Handle(frame, body);
            if (end is not null && frame.Type == PacketType.Publish)
            {
                Interlocked.Increment(ref core.Counters.MessagesRejected);
            }
        }

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
                return ExactlyOnce(frame.Type, body);
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
        var (arrived, taken, unnumbered, repeated) = (0, 0, 0, 0);
        lock (core.Gate)
        {
            for (; arrived < _arrivals.Count; arrived++)
            {
                var message = _arrivals[arrived];
                var isNew = true;
                if (message.PacketId == 0)
                {
                    unnumbered++;
                }
                else
                {
                    end = Arrive(message, out isNew);
                    if (end is not null)
                    {
                        break;
                    }
                }

                if (isNew)
                {
                    _arrivals[taken++] = message;
                    if (!core.Session.Subscriptions.Covers(message.Topic))
                    {
                        Interlocked.Increment(ref core.Counters.MessagesUnmatched); // [MQTT-3.3.2-3]
                    }
                }
                else
                {
                    repeated++;
                    message.Dispose(); // Nobody will see it.
                }
            }
        }

        if (repeated > 0)
        {
            connection.Wake(); // Their PUBRECs may be due already.
        }

        Interlocked.Add(ref core.Counters.MessagesReceived, taken);
        Interlocked.Add(ref core.Counters.MessagesReceivedQoS0, unnumbered);
        Interlocked.Add(ref core.Counters.MessagesRepeated, repeated);
        Interlocked.Add(ref core.Counters.MessagesRejected, _arrivals.Count - arrived);
        core.Messages.Add(CollectionsMarshal.AsSpan(_arrivals)[..taken]);
        _arrivals.Clear();
        return end;
    }

    private ConnectionEnd? Arrive(MqttMessage message, out bool isNew)
    {
        var incoming = core.Session.Incoming;
        var beyond = _options.Version == MqttVersion.V500 && incoming.Outstanding >= _options.ReceiveMaximum;
        if (beyond)
        {
            Interlocked.Increment(ref core.Counters.ReceiveMaximumExceeded);
        }

        isNew = true;
        var ticket = 0L;
        var once = message.QualityOfService == MqttQualityOfService.ExactlyOnce;
        if ((beyond && _options.StrictReceiveMaximum)
            || !(once ? incoming.Once.TryArrive(message.PacketId, out ticket, out isNew) : incoming.TryArrive(message.PacketId, out ticket)))
        {
            return ConnectionEnd.ProtocolError(
                MqttReasonCode.ReceiveMaximumExceeded, $"{incoming.Outstanding} messages unacknowledged, and one more came [MQTT-3.3.4-9]");
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

        if (known)
        {
            connection.Wake(); // The window has room.
        }
        else
        {
            Interlocked.Increment(ref core.Counters.UnknownAcknowledgements);
        }

        return null;
    }

    /// <summary>PUBREC, PUBREL or PUBCOMP: each wants an answer or makes room in the window.</summary>
    private ConnectionEnd? ExactlyOnce(PacketType type, ReadOnlySpan<byte> body)
    {
        var status = PacketReader.ReadReply(type, body, _options.Version, out var reply);
        if (status.IsOk)
        {
            status = PropertyRules.CheckUnasked(reply.Properties, _options.RequestProblemInformation);
        }

        if (!status.IsOk)
        {
            return Fault(status);
        }

        // What came before PUBREL arrives before it.
        if (type == PacketType.Pubrel && Deliver() is { } end)
        {
            return end;
        }

        bool flooded;
        lock (core.Gate)
        {
            var known = type switch
            {
                PacketType.Pubrec => core.Session.Outgoing.Received(reply, core.Now),
                PacketType.Pubcomp => core.Session.Outgoing.Completed(reply, core.Now),
                _ => core.Session.Released(reply.PacketId),
            };
            if (!known)
            {
                Interlocked.Increment(ref core.Counters.UnknownAcknowledgements); // Before the answer can leave.
            }

            flooded = core.Session.IsFlooded;
        }

        connection.Wake();
        return flooded ? ConnectionEnd.ProtocolError(MqttReasonCode.ProtocolError, $"more {type}s than identifiers, and no answer is taken") : null;
    }

    private ConnectionEnd? Disconnect(ReadOnlySpan<byte> body)
    {
        var status = PacketReader.ReadDisconnect(body, _options.Version, out var disconnect);
        return Fault(status)
            ?? ConnectionEnd.Told(MqttDisconnectCause.ServerDisconnected, "DISCONNECT", disconnect.ReasonCode, disconnect.Properties);
    }

    private static ConnectionEnd? Fault(ReadStatus status) => ConnectionEnd.Of(status);
}
