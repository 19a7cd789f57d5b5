using System.Globalization;
using System.Text;
using MeetNet.Mqtt.Protocol;
using MeetNet.Mqtt.Sessions;
using MeetNet.Mqtt.Stores;

namespace MeetNet.Mqtt.Tests.Sessions.Model;

/// <summary>
/// The session of a client, its application and its store file, against <see cref="ModelServer"/>, over a network that loses what is under way
/// and in processes that end at any point. Everything that happens follows from the seed.
/// </summary>
internal sealed class SessionModel
{
    private const int ServerReceiveMaximum = 4;
    private const int ClientReceiveMaximum = 5;
    private const int Identifiers = 6;

    private static readonly MqttClientOptions Options = new()
    {
        Host = "model",
        ClientId = "model",
        CleanStart = false,
        SessionExpiryInterval = 3600,
        ReceiveMaximum = ClientReceiveMaximum,
        SessionStore = new MqttFileSessionStore("not used"), // That there is one makes the session keep its journal.
    };

    private readonly Random _random;
    private readonly ModelServer _server;
    private readonly Queue<ModelPacket> _toServer = new();
    private readonly List<Held> _held = []; // Delivered to the application, not acknowledged.
    private readonly List<Held> _unstored = []; // Acknowledged QoS 2 messages; the store may not know it yet.
    private readonly Dictionary<int, MqttQualityOfService> _published = [];
    private readonly HashSet<int> _stored = []; // Messages that the store has seen: these must arrive, and no others may.
    private readonly Dictionary<int, MqttQualityOfService> _sentByServer = [];
    private readonly Dictionary<int, int> _owned = []; // How often the application came to own each message.
    private readonly Queue<ushort> _releases = new(); // PUBRELs that the client has to write, in order.
    private readonly List<ushort> _unreleased = []; // PUBREC is in and PUBCOMP is not, in the order of the PUBRECs.
    private readonly HashSet<int> _openOnConnection = []; // Identifiers written on this connection whose exchange is not over.
    private List<byte> _file = [];
    private Session _session = NewSession();
    private bool _connected;

    public SessionModel(int seed)
    {
        _random = new Random(seed);
        _server = new ModelServer(_random, ClientReceiveMaximum);
        _file = [.. Image(new StoredState())];
    }

    /// <summary>Runs, comes to rest, and checks what has to have happened.</summary>
    public void Run(int steps)
    {
        Connect();
        for (var i = 0; i < steps; i++)
        {
            Step();
        }

        ComeToRest();
        CheckPublished();
        CheckReceived();
    }

    private void Step()
    {
        switch (_random.Next(100))
        {
            case < 14:
                Publish();
                break;
            case < 22:
                var number = _sentByServer.Count;
                _sentByServer[number] = Quality();
                _server.Enqueue(number, _sentByServer[number]);
                break;
            case < 40:
                Write(mayCrash: true);
                break;
            case < 56 when _toServer.TryDequeue(out var packet):
                _server.Read(packet);
                break;
            case < 64 when _connected && _server.HasAnswers:
                _server.Answer();
                break;
            case < 68 when _connected:
                _server.Send();
                break;
            case < 84 when _connected && _server.ToClient.TryDequeue(out var packet):
                Read(packet);
                break;
            case < 95 when _held.Count > 0:
                Acknowledge(_random.Next(_held.Count));
                break;
            case < 97:
                Cut();
                break;
            case < 98:
                Crash();
                break;
            case >= 98 when !_connected:
                Connect();
                break;
        }

        if (!_connected && _random.Next(3) == 0)
        {
            Connect();
        }
    }

    private void Publish()
    {
        var number = _published.Count;
        _published[number] = Quality();
        _session.Outgoing.Enqueue(new PendingPublish
        {
            Topic = "t",
            Payload = Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture)),
            QualityOfService = _published[number],
            Retain = false,
            Properties = MqttProperties.Empty,
        });
    }

    /// <summary>What a connection does: fill, store, write; the process may end in between, and a write to the file may be cut off.</summary>
    private void Write(bool mayCrash)
    {
        using var output = new PacketBuffer();
        _session.Fill(output, _random.Next(1, 120), 0);
        var changes = new List<MqttSessionChange>();
        _session.Journal!.MoveTo(changes);
        using var record = new PacketBuffer();
        changes.ForEach(change => SessionFile.Append(record, change));
        if (mayCrash && _random.Next(25) == 0)
        {
            _file.AddRange(record.Written.Span[.._random.Next(record.Length + 1)]);
            Crash();
            return;
        }

        _file.AddRange(record.Written.Span);
        Stored(changes);
        if (mayCrash && _random.Next(25) == 0)
        {
            Crash();
            return;
        }

        foreach (var packet in Packets(output.Written.Span))
        {
            Check(packet);
            _toServer.Enqueue(packet);
        }
    }

    /// <summary>What the client may not write.</summary>
    private void Check(ModelPacket packet)
    {
        if (packet.Type == PacketType.Publish)
        {
            Assert.Contains(packet.Message, _stored);
            Assert.True(_openOnConnection.Add(packet.Id), "written twice on a connection [MQTT-4.4.0-1]");
            Assert.True(_openOnConnection.Count <= ServerReceiveMaximum, "more in flight than the server takes [MQTT-4.9.0-1]");
        }
        else if (packet.Type == PacketType.Pubrel)
        {
            Assert.Equal(_releases.Dequeue(), packet.Id); // [MQTT-4.6.0-4]
        }
    }

    private void Read(ModelPacket packet)
    {
        _server.Seen(packet);
        var reply = new ReplyPacket(packet.Id, Reason(packet), MqttProperties.Empty);
        switch (packet.Type)
        {
            case PacketType.Publish when packet.QoS == MqttQualityOfService.AtLeastOnce:
                Assert.True(_session.Incoming.Outstanding < ClientReceiveMaximum);
                Assert.True(_session.Incoming.TryArrive(packet.Id, out var ticket));
                _held.Add(new Held(packet.Message, packet.QoS, packet.Id, ticket, _session.Connection));
                break;
            case PacketType.Publish:
                Assert.True(_session.Incoming.Outstanding < ClientReceiveMaximum);
                Assert.True(_session.Incoming.Once.TryArrive(packet.Id, out var delivery, out var isNew));
                if (isNew)
                {
                    _held.Add(new Held(packet.Message, packet.QoS, packet.Id, delivery, _session.Connection));
                }

                break;
            case PacketType.Pubrel:
                _session.Released(packet.Id);
                break;
            case PacketType.Puback:
                Assert.True(_session.Outgoing.Acknowledged(reply, 0));
                _openOnConnection.Remove(packet.Id);
                break;
            case PacketType.Pubrec:
                Assert.True(_session.Outgoing.Received(reply, 0));
                if (packet.Refuses)
                {
                    _openOnConnection.Remove(packet.Id);
                }
                else
                {
                    _unreleased.Add(packet.Id);
                    _releases.Enqueue(packet.Id);
                }

                break;
            case PacketType.Pubcomp:
                Assert.True(_session.Outgoing.Completed(reply, 0));
                _openOnConnection.Remove(packet.Id);
                _unreleased.Remove(packet.Id);
                break;
        }
    }

    /// <summary>The application makes a message its own and says so. At QoS 2 it commits both in one, as far as the store goes.</summary>
    private void Acknowledge(int at)
    {
        var message = _held[at];
        _held.RemoveAt(at);
        if (message.QoS == MqttQualityOfService.AtLeastOnce)
        {
            Own(message);
            _session.TryAcknowledge(message.Connection, message.Ticket, MqttReasonCode.Success, out _);
        }
        else
        {
            Assert.True(_session.TryAcknowledgeOnce(message.Id, message.Ticket, MqttReasonCode.Success, out _));
            _unstored.Add(message);
        }
    }

    private void Stored(List<MqttSessionChange> changes)
    {
        foreach (var sent in changes.OfType<MqttSessionChange.Sent>())
        {
            _stored.Add(Number(sent.Publish.Payload.Span));
        }

        _unstored.ForEach(Own);
        _unstored.Clear();
    }

    private void Own(Held message) => _owned[message.Message] = _owned.GetValueOrDefault(message.Message) + 1;

    /// <summary>The network fails: any number of the packets that are under way are lost on each side.</summary>
    private void Cut()
    {
        if (!_connected)
        {
            return;
        }

        for (var arrive = _random.Next(_toServer.Count + 1); arrive > 0; arrive--)
        {
            _server.Read(_toServer.Dequeue());
        }

        _connected = false;
        _toServer.Clear();
        _session.Lose(stopped: false, () => new MqttConnectionLostException(MqttDisconnectCause.ConnectionLost, null, "cut"));
    }

    /// <summary>The process ends, and another begins with what is in the file.</summary>
    private void Crash()
    {
        Cut();
        Assert.Null(SessionFile.Read([.. _file], Options.ClientId, out var state, out _, out _));
        var stored = state.Session;
        _file = [.. Image(state)];
        _session = NewSession();
        _session.Restore(stored);
        _held.Clear();
        _unstored.Where(message => stored.Received.Contains(message.Id)).ToList().ForEach(Own);
        _unstored.Clear();
        _stored.UnionWith(stored.Publishes.Select(publish => Number(publish.Payload.Span)));
        _unreleased.Clear();
        _unreleased.AddRange(stored.Releases.Select(release => release.PacketId));
    }

    private void Connect()
    {
        _server.Reconnect();
        _connected = true;
        _openOnConnection.Clear();
        _releases.Clear();
        _unreleased.ForEach(_releases.Enqueue);
        var present = _session.Open(cleanStart: false, sessionPresent: true, new MqttServerLimits { ClientId = "model", ReceiveMaximum = ServerReceiveMaximum });
        Assert.True(present.IsOk);
    }

    private void ComeToRest()
    {
        for (var i = 0; i < 10_000; i++)
        {
            if (!_connected)
            {
                Connect();
            }

            Write(mayCrash: false);
            while (_toServer.TryDequeue(out var packet))
            {
                _server.Read(packet);
            }

            _server.Send();
            while (_server.HasAnswers)
            {
                _server.Answer();
            }

            while (_server.ToClient.TryDequeue(out var packet))
            {
                Read(packet);
            }

            while (_held.Count > 0)
            {
                Acknowledge(0);
            }

            if (_session.Outgoing.Pending == 0 && _server.IsIdle)
            {
                Write(mayCrash: false);
                return;
            }
        }

        Assert.Fail($"no rest: {_session.Outgoing.Pending} publishes pending");
    }

    private void CheckPublished()
    {
        Assert.Equal(_server.FirstSeen.Order(), _server.FirstSeen); // [MQTT-4.6.0-1]
        foreach (var (number, qos) in _published)
        {
            var times = _server.Taken.GetValueOrDefault(number);
            var least = _stored.Contains(number) && !_server.Refused.Contains(number) ? 1 : 0;
            var most = !_stored.Contains(number) ? 0 : qos == MqttQualityOfService.ExactlyOnce ? 1 : int.MaxValue;
            Assert.True(times >= least && times <= most, $"message {number} of QoS {(int)qos} arrived {times} times");
        }
    }

    private void CheckReceived()
    {
        Assert.Equal((0, 0), (_session.Incoming.Count, _session.Incoming.Once.Count));
        foreach (var (number, qos) in _sentByServer)
        {
            var times = _owned.GetValueOrDefault(number);
            Assert.True(times == 1 || (times > 1 && qos == MqttQualityOfService.AtLeastOnce), $"message {number} of QoS {(int)qos} was owned {times} times");
        }
    }

    /// <summary>With so few packet identifiers that they come round all the time.</summary>
    private static Session NewSession()
    {
        var identifiers = new PacketIdentifiers();
        for (var id = Identifiers + 1; id <= ushort.MaxValue; id++)
        {
            identifiers.TryTake((ushort)id);
        }

        return new Session(Options, identifiers);
    }

    private MqttQualityOfService Quality() => _random.Next(2) == 0 ? MqttQualityOfService.AtLeastOnce : MqttQualityOfService.ExactlyOnce;

    private static MqttReasonCode Reason(ModelPacket packet) => !packet.Refuses ? MqttReasonCode.Success
        : packet.Type == PacketType.Pubcomp ? MqttReasonCode.PacketIdentifierNotFound : MqttReasonCode.QuotaExceeded;

    private static byte[] Image(StoredState state)
    {
        using var output = new PacketBuffer();
        SessionFile.Begin(output, Options.ClientId);
        foreach (var change in state.Shortest())
        {
            SessionFile.Append(output, change);
        }

        return output.Written.ToArray();
    }

    private static List<ModelPacket> Packets(ReadOnlySpan<byte> bytes)
    {
        var packets = new List<ModelPacket>();
        while (PacketFramer.Cut(bytes, uint.MaxValue, out var frame, out _) == CutResult.Packet)
        {
            var body = bytes.Slice(frame.HeaderLength, frame.BodyLength);
            if (frame.Type == PacketType.Publish)
            {
                Assert.True(PacketReader.ReadPublish(frame.Flags, body, MqttVersion.V500, out var publish).IsOk);
                packets.Add(new ModelPacket(frame.Type, publish.PacketId, false, Number(publish.Payload), publish.QualityOfService, publish.Duplicate));
            }
            else
            {
                Assert.True(PacketReader.ReadReply(frame.Type, body, MqttVersion.V500, out var reply).IsOk);
                packets.Add(new ModelPacket(frame.Type, reply.PacketId, reply.ReasonCode.IsFailure()));
            }

            bytes = bytes[frame.Length..];
        }

        return packets;
    }

    private static int Number(ReadOnlySpan<byte> payload) => int.Parse(Encoding.UTF8.GetString(payload), CultureInfo.InvariantCulture);

    private sealed record Held(int Message, MqttQualityOfService QoS, ushort Id, long Ticket, long Connection);
}
