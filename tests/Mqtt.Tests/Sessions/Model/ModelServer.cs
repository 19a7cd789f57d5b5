using MeetNet.Mqtt.Protocol;

namespace MeetNet.Mqtt.Tests.Sessions.Model;

/// <summary>
/// A server that keeps its session for ever and does what the standard says, its answers delayed and in any order; and that checks whatever the
/// client must not do.
/// </summary>
internal sealed class ModelServer(Random random, int clientReceiveMaximum)
{
    // The client's messages.
    private readonly HashSet<ushort> _received = []; // QoS 2 identifiers between PUBLISH and PUBREL.
    private readonly Dictionary<ushort, int> _inUse = []; // Identifier -> message, until the client knows the exchange is over.
    private readonly List<ModelPacket> _answers = []; // Due to the client.

    // Its own messages.
    private readonly List<Outgoing> _inFlight = [];
    private readonly Queue<Outgoing> _waiting = new();
    private readonly Queue<ushort> _arrivals = new(); // PUBLISHes the client has seen on this connection and not answered, in order.
    private int _outstanding; // Written on this connection and not over.
    private ushort _nextId;

    /// <summary>How often each message of the client was taken over.</summary>
    public Dictionary<int, int> Taken { get; } = [];

    /// <summary>Messages of the client in the order of their first PUBLISH.</summary>
    public List<int> FirstSeen { get; } = [];

    /// <summary>Messages the client knows to be refused.</summary>
    public HashSet<int> Refused { get; } = [];

    /// <summary>Written by the server on this connection, not read by the client.</summary>
    public Queue<ModelPacket> ToClient { get; } = new();

    public bool HasAnswers => _answers.Count > 0;

    public bool IsIdle => _answers.Count == 0 && _inFlight.Count == 0 && _waiting.Count == 0 && ToClient.Count == 0;

    public void Enqueue(int message, MqttQualityOfService qos) => _waiting.Enqueue(new Outgoing(message, qos));

    /// <summary>What was under way is lost; everything unfinished goes out again in its order ([MQTT-4.4.0-1]).</summary>
    public void Reconnect()
    {
        ToClient.Clear();
        _answers.Clear();
        _arrivals.Clear();
        _outstanding = 0;
        foreach (var message in _inFlight)
        {
            message.Counts = false;
            if (message.Released)
            {
                ToClient.Enqueue(new ModelPacket(PacketType.Pubrel, message.Id));
            }
            else
            {
                Write(message, duplicate: true);
            }
        }
    }

    /// <summary>Writes as many of its own messages as the client takes.</summary>
    public void Send()
    {
        while (_outstanding < clientReceiveMaximum && _waiting.TryDequeue(out var message))
        {
            do
            {
                _nextId = (ushort)((_nextId % 20) + 1);
            }
            while (_inFlight.Exists(other => other.Id == _nextId));
            message.Id = _nextId;
            _inFlight.Add(message);
            Write(message, duplicate: false);
        }
    }

    /// <summary>Writes one of the answers that are due.</summary>
    public void Answer()
    {
        var at = random.Next(_answers.Count);
        ToClient.Enqueue(_answers[at]);
        _answers.RemoveAt(at);
    }

    /// <summary>A packet of the client has arrived.</summary>
    public void Read(ModelPacket packet)
    {
        switch (packet.Type)
        {
            case PacketType.Publish:
                ReadPublish(packet);
                break;
            case PacketType.Pubrel:
                Assert.False(packet.Refuses, "PUBREL 0x92 for a PUBREC of an exchange that the client began");
                _answers.Add(new ModelPacket(PacketType.Pubcomp, packet.Id, Refuses: !_received.Remove(packet.Id)));
                break;
            case PacketType.Puback or PacketType.Pubrec:
                Assert.Equal(_arrivals.Dequeue(), packet.Id); // In the order of arrival ([MQTT-4.6.0-2], [MQTT-4.6.0-3]).
                var message = _inFlight.Find(m => m.Id == packet.Id)!;
                Assert.Equal(message.QoS == MqttQualityOfService.AtLeastOnce ? PacketType.Puback : PacketType.Pubrec, packet.Type);
                message.Released = packet.Type == PacketType.Pubrec;
                if (message.Released)
                {
                    ToClient.Enqueue(new ModelPacket(PacketType.Pubrel, packet.Id));
                }
                else
                {
                    End(message);
                }

                break;
            case PacketType.Pubcomp:
                if (_inFlight.Find(m => m.Id == packet.Id && m.Released) is { } released)
                {
                    End(released);
                }

                break;
        }
    }

    /// <summary>The client has read this: what it ends is over for both.</summary>
    public void Seen(ModelPacket packet)
    {
        if (packet.Type is PacketType.Puback or PacketType.Pubcomp || (packet.Type == PacketType.Pubrec && packet.Refuses))
        {
            if (packet.Type != PacketType.Pubcomp && packet.Refuses)
            {
                Refused.Add(_inUse[packet.Id]);
            }

            _inUse.Remove(packet.Id);
        }
        else if (packet.Type == PacketType.Publish)
        {
            _arrivals.Enqueue(packet.Id);
        }
    }

    private void ReadPublish(ModelPacket packet)
    {
        if (_inUse.TryGetValue(packet.Id, out var before))
        {
            Assert.True(before == packet.Message, $"identifier {packet.Id} of message {before}, still in use, for message {packet.Message} [MQTT-2.2.1-3]");
            Assert.True(packet.Duplicate, "sent again without DUP [MQTT-3.3.1-1]");
        }

        _inUse[packet.Id] = packet.Message;
        if (!FirstSeen.Contains(packet.Message))
        {
            FirstSeen.Add(packet.Message);
        }

        var known = packet.QoS == MqttQualityOfService.ExactlyOnce && _received.Contains(packet.Id);
        var refuses = !known && random.Next(10) == 0;
        if (!known && !refuses)
        {
            Taken[packet.Message] = Taken.GetValueOrDefault(packet.Message) + 1;
            if (packet.QoS == MqttQualityOfService.ExactlyOnce)
            {
                _received.Add(packet.Id);
            }
        }

        _answers.Add(new ModelPacket(packet.QoS == MqttQualityOfService.AtLeastOnce ? PacketType.Puback : PacketType.Pubrec, packet.Id, refuses));
    }

    private void Write(Outgoing message, bool duplicate)
    {
        _outstanding++;
        message.Counts = true;
        ToClient.Enqueue(new ModelPacket(PacketType.Publish, message.Id, Message: message.Message, QoS: message.QoS, Duplicate: duplicate));
    }

    private void End(Outgoing message)
    {
        _inFlight.Remove(message);
        _outstanding -= message.Counts ? 1 : 0;
    }

    private sealed class Outgoing(int message, MqttQualityOfService qos)
    {
        public int Message { get; } = message;

        public MqttQualityOfService QoS { get; } = qos;

        public ushort Id { get; set; }

        public bool Released { get; set; }

        /// <summary>Was written on this connection, so it takes a place of the client's Receive Maximum.</summary>
        public bool Counts { get; set; }
    }
}
