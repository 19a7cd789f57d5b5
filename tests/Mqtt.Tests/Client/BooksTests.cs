using System.Diagnostics.Metrics;
using MeetNet.Mqtt.Tests.Peer;
using MeetNet.TestKit;

namespace MeetNet.Mqtt.Tests.Client;

/// <summary>The counters balance, agree with what the peer counted by itself, and the meter shows them.</summary>
public sealed class BooksTests : IAsyncDisposable
{
    private const string ClientId = "keeps-books";
    private static readonly byte[] Rubbish = [0x30, 100, 1, 2, 3];

    private readonly Dictionary<string, (long Packets, long Bytes)> _toClient = [];
    private readonly Dictionary<string, (long Packets, long Bytes)> _fromClient = [];
    private readonly Scene _scene = new(o => Scene.Persistent(o) with { ClientId = ClientId, ResumesStoredSession = false, ReceiveMaximum = 3 });
    private ScriptedPeer _peer = null!;

    private MqttClient Client => _scene.Client;

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    [Fact]
    public async Task After_a_rough_life_the_books_balance()
    {
        await Client.StartAsync();
        var received = await FirstConnectionAsync();
        var exactlyOnce = await FirstPublishesAsync();
        _peer.Close();
        var inFlight = await WithoutConnectionAsync();
        await SecondConnectionAsync(received, exactlyOnce, inFlight);
        var counters = Check(unparsed: 0);
        Assert.Equal((1L, 1L, 1L), (counters.PublishesPending, counters.PublishesInFlight, counters.MessagesUnacknowledged));
        CheckMeter(counters);

        await BreachAsync();
        await Client.DisconnectAsync();
        await Assert.ThrowsAsync<MqttConnectionLostException>(() => inFlight.Soon());
        counters = Check(Rubbish.Length);
        Assert.Equal(
            (13L, 1L, 2L, 1L), (counters.MessagesReceived, counters.MessagesReceivedQoS0, counters.MessagesRepeated, counters.MessagesRejected));
        Assert.Equal(
            (7L, 0L, 6L, 1L), (counters.MessagesAcknowledged, counters.MessagesUnacknowledged, counters.MessagesAbandoned, counters.RepeatsJoined));
        Assert.Equal((7L, 2L, 1L), (counters.PublishesTaken, counters.PublishesAccepted, counters.PublishesRefused));
        Assert.Equal(
            (1L, 2L, 1L, 0L), (counters.PublishesWritten, counters.PublishesFailed, counters.PublishesWithdrawn, counters.PublishesPending));
        Assert.Equal((1L, 1L), (counters.UnknownAcknowledgements, counters.AcknowledgementsIgnored));
        Assert.InRange(counters.ReceiveMaximumExceeded, 3, 4);
        Assert.Empty(Measure());
    }

    /// <summary>Seven messages, more than may be on their way; two are acknowledged in time.</summary>
    private async Task<List<MqttMessage>> FirstConnectionAsync()
    {
        await ConnectAsync(Wire.Connack());
        await SendAsync(Wire.Publish("in", "0"));
        await SendAsync([.. Enumerable.Range(1, 5).Select(id => Wire.Publish("in", "1", id)), Wire.PublishOnce("in", "2", 6)]);
        var messages = await TakeAsync(7);
        Client.Acknowledge(messages[0]);
        Client.Acknowledge(messages[6]); // Behind those that are not.
        Client.Acknowledge(messages[1]);
        await ReadAsync("PUBACK");
        Client.Acknowledge(messages[2]);
        await ReadAsync("PUBACK");
        return messages;
    }

    /// <summary>One is accepted, one refused, one written, and one has got as far as PUBREL.</summary>
    private async Task<Task<MqttPublishResult>> FirstPublishesAsync()
    {
        var accepted = Client.PublishAsync("out", "a"u8.ToArray());
        await SendAsync(Wire.Puback((await ReadAsync("PUBLISH")).PacketId));
        Assert.True((await accepted.Soon()).Accepted);
        var refused = Client.PublishAsync("out", "b"u8.ToArray());
        await SendAsync(Wire.Puback((await ReadAsync("PUBLISH")).PacketId, 0x87), Wire.Puback(999));
        Assert.False((await refused.Soon()).Accepted);
        var exactlyOnce = Client.PublishAsync("out", "c"u8.ToArray(), MqttQualityOfService.ExactlyOnce);
        await SendAsync(Wire.Pubrec((await ReadAsync("PUBLISH")).PacketId));
        await ReadAsync("PUBREL");
        var written = Client.PublishAsync("out", "d"u8.ToArray(), MqttQualityOfService.AtMostOnce);
        await ReadAsync("PUBLISH");
        await written.Soon();
        return exactlyOnce;
    }

    /// <summary>One is taken back, one waits.</summary>
    private async Task<Task<MqttPublishResult>> WithoutConnectionAsync()
    {
        var lost = await _scene.StateAsync<MqttConnectionState.Disconnected>();
        await Eventually.TrueAsync(() => Client.Counters.MessagesUnacknowledged == 0, "the connection's messages are given up");
        using var cancellation = new CancellationTokenSource();
        var withdrawn = Client.PublishAsync("out", "e"u8.ToArray(), cancellationToken: cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => withdrawn.Soon());
        var waits = Client.PublishAsync("out", "f"u8.ToArray());
        await _scene.PassUntilAsync(lost.RetryAt);
        return waits;
    }

    /// <summary>What was under way goes on; repeats come; one message stays with the application, one publish with the server.</summary>
    private async Task SecondConnectionAsync(List<MqttMessage> received, Task<MqttPublishResult> exactlyOnce, Task inFlight)
    {
        await ConnectAsync(Wire.Connack(sessionPresent: true, 0, 0x25, 0)); // No retained messages.
        await SendAsync(Wire.Pubcomp((await ReadAsync("PUBREL")).PacketId));
        await exactlyOnce.Soon();
        await ReadAsync("PUBLISH");
        Assert.False(inFlight.IsCompleted);
        await Assert.ThrowsAsync<MqttPublishRejectedException>(
            () => Client.PublishAsync("out", "g"u8.ToArray(), MqttQualityOfService.AtLeastOnce, retain: true).Soon());

        await SendAsync([.. Enumerable.Range(3, 3).Select(id => Wire.Publish("in", "1", id, duplicate: true)), Wire.PublishOnce("in", "2", 6, duplicate: true)]);
        Client.Acknowledge(received[3]); // That of the lost connection.
        foreach (var message in await TakeAsync(3))
        {
            Client.Acknowledge(message);
            await ReadAsync("PUBACK");
        }

        await ReadAsync("PUBREC");
        await SendAsync(Wire.Pubrel(6));
        await ReadAsync("PUBCOMP");
        await SendAsync(Wire.PublishOnce("in", "3", 7), Wire.PublishOnce("in", "3", 7, duplicate: true), Wire.PublishOnce("in", "4", 8));
        Client.Acknowledge((await TakeAsync(2))[0]);
        await ReadAsync("PUBREC");
        await SendAsync(Wire.Pubrel(7));
        await ReadAsync("PUBCOMP");
    }

    /// <summary>A sound message, one with both QoS bits, and the beginning of something.</summary>
    private async Task BreachAsync()
    {
        var malformed = Wire.Packet(0x36, [.. Wire.Text("in"), .. Wire.Two(10), 0]);
        Count(_toClient, malformed);
        var sound = Wire.Publish("in", "5", 9);
        Count(_toClient, sound);
        await _peer.SendAsync(sound, malformed, Rubbish);
        Assert.Equal(0x81, (await ReadAsync("DISCONNECT")).Reason);
        await TakeAsync(1);
        _peer.Close();
    }

    private MqttCounters Check(long unparsed)
    {
        var c = Client.Counters;
        Assert.Equal(_fromClient, c.Sent.Types.ToDictionary(t => t.Type, t => (t.Packets, t.Bytes)));
        Assert.Equal(_toClient, c.Received.Types.ToDictionary(t => t.Type, t => (t.Packets, t.Bytes)));
        Assert.Equal(unparsed, c.BytesUnparsed);
        Assert.Equal(c.Received["PUBLISH"].Packets, c.MessagesReceived + c.MessagesRepeated + c.MessagesRejected);
        Assert.Equal(
            c.MessagesReceived - c.MessagesReceivedQoS0 + c.MessagesRepeated,
            c.MessagesAcknowledged + c.MessagesUnacknowledged + c.MessagesAbandoned + c.RepeatsJoined);
        Assert.Equal(c.MessagesAcknowledged, c.Sent["PUBACK"].Packets + c.Sent["PUBREC"].Packets);
        Assert.Equal(
            c.PublishesTaken,
            c.PublishesAccepted + c.PublishesRefused + c.PublishesWritten + c.PublishesFailed + c.PublishesWithdrawn + c.PublishesPending);
        return c;
    }

    private static void CheckMeter(MqttCounters c)
    {
        var shown = Measure();
        foreach (var (direction, traffic) in new[] { ("sent", c.Sent), ("received", c.Received) })
        {
            foreach (var type in traffic.Types)
            {
                Assert.Equal(type.Packets, shown[$"mqtt.client.packets {direction} {type.Type}"]);
                Assert.Equal(type.Bytes, shown[$"mqtt.client.traffic {direction} {type.Type}"]);
            }
        }

        Assert.Equal(c.PublishesRefused, shown["mqtt.client.publishes.ended refused"]);
        Assert.Equal(c.PublishesInFlight, shown["mqtt.client.publishes.in_flight"]);
        Assert.Equal(c.MessagesAbandoned, shown["mqtt.client.messages.abandoned"]);
        Assert.Equal(c.MessagesUnacknowledged, shown["mqtt.client.messages.unacknowledged"]);
    }

    /// <summary>What the meter says of this client: by instrument and the tags beside the client's.</summary>
    private static Dictionary<string, long> Measure()
    {
        var shown = new Dictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == MqttClient.MeterName)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            if (tags[0].Value is ClientId)
            {
                shown.Add(string.Join(' ', [instrument.Name, .. tags[1..].ToArray().Select(tag => (string)tag.Value!)]), value);
            }
        });
        listener.Start();
        listener.RecordObservableInstruments();
        return shown;
    }

    private async Task ConnectAsync(byte[] connack)
    {
        _peer = await _scene.AcceptAsync();
        await ReadAsync("CONNECT");
        await SendAsync(connack);
        await Client.WaitConnectedAsync().Soon();
    }

    private async Task SendAsync(params byte[][] packets)
    {
        foreach (var packet in packets)
        {
            Count(_toClient, packet);
        }

        await _peer.SendAsync(packets);
    }

    private async Task<ClientPacket> ReadAsync(string name)
    {
        var packet = await _peer.ReadAsync(name);
        Count(_fromClient, packet.Bytes);
        return packet;
    }

    private async Task<List<MqttMessage>> TakeAsync(int count)
    {
        var messages = new List<MqttMessage>();
        while (messages.Count < count)
        {
            messages.Add(await Client.Messages.ReadAsync().AsTask().Soon());
        }

        return messages;
    }

    /// <summary>Names and lengths from the bytes themselves.</summary>
    private static void Count(Dictionary<string, (long Packets, long Bytes)> books, byte[] packet)
    {
        var name = packet[0] >> 4 == 2 ? "CONNACK" : new ClientPacket(packet[0], []).Name;
        var (packets, bytes) = books.GetValueOrDefault(name);
        books[name] = (packets + 1, bytes + packet.Length);
    }
}
