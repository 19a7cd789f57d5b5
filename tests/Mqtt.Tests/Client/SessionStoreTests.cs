using System.Text;
using MeetNet.Mqtt.Tests.Peer;
using MeetNet.TestKit;

namespace MeetNet.Mqtt.Tests.Client;

/// <summary>A process that ends, by its own will or not, and another that goes on with its session.</summary>
public sealed class SessionStoreTests : IDisposable
{
    private static readonly byte[] Payload = "x"u8.ToArray();

    private readonly TemporaryFolder _folder = new();
    private PluggedStore? _store;

    private string File => _folder.File("session");

    public void Dispose()
    {
        PowerCut();
        _folder.Dispose();
    }

    [Fact]
    [Trait("mqtt", "4.4.0-1")]
    [Trait("mqtt", "4.6.0-1")]
    [Trait("mqtt", "3.2.2-4")]
    public async Task What_a_process_had_in_flight_when_it_ended_goes_first_in_the_next()
    {
        var ids = new Dictionary<string, int>();
        await using (var scene = New())
        {
            var peer = await scene.StartAsync();
            foreach (var (topic, qos) in new[] { ("a", 1), ("b", 2), ("c", 2), ("done", 1), ("d", 1) })
            {
                _ = scene.Client.PublishAsync(topic, Payload, (MqttQualityOfService)qos);
                ids[topic] = (await peer.ReadAsync("PUBLISH")).PacketId;
            }

            await peer.SendAsync(Wire.Puback(ids["done"]), Wire.Pubrec(ids["c"]));
            Assert.Equal(ids["c"], (await peer.ReadAsync("PUBREL")).PacketId);
            PowerCut();
        }

        await using (var scene = New())
        {
            await scene.Client.StartAsync();
            var later = scene.Client.PublishAsync("new", Payload, MqttQualityOfService.ExactlyOnce);
            var peer = await scene.AcceptAsync();
            Assert.False((await peer.AcceptAsync(Wire.Connack(sessionPresent: true))).CleanStart);
            Assert.Equal(ids["c"], (await peer.ReadAsync("PUBREL")).PacketId);
            foreach (var (topic, qos) in new[] { ("a", 1), ("b", 2), ("d", 1) })
            {
                var packet = await peer.ReadAsync("PUBLISH");
                Assert.Equal((topic, ids[topic], qos, true), (packet.Topic, packet.PacketId, packet.QoS, packet.Duplicate));
                Assert.Equal("x", packet.Payload);
            }

            var sent = await peer.ReadAsync("PUBLISH");
            Assert.Equal(("new", false), (sent.Topic, sent.Duplicate));
            Assert.DoesNotContain(sent.PacketId, ids.Where(id => id.Key != "done").Select(id => id.Value));
            Assert.Equal((4L, 5L, 3L), (scene.Client.Counters.PublishesRestored, scene.Client.Counters.PublishesPending, scene.Client.Counters.PublishesResent));
            await peer.SendAsync(Wire.Pubcomp(ids["c"], 0x92), Wire.Puback(ids["a"]), Wire.Puback(ids["d"]), Wire.Pubrec(ids["b"]), Wire.Pubrec(sent.PacketId));
            await peer.ReadAsync("PUBREL");
            await peer.ReadAsync("PUBREL");
            await peer.SendAsync(Wire.Pubcomp(ids["b"]), Wire.Pubcomp(sent.PacketId));
            Assert.True((await later.Soon()).Accepted);
            Assert.Equal((5L, 0L), (scene.Client.Counters.PublishesAccepted, scene.Client.Counters.PublishesPending));
        }

        await using var last = New();
        await last.StartAsync(Wire.Connack(sessionPresent: true));
        Assert.Equal(0, last.Client.Counters.PublishesRestored);
    }

    [Fact]
    [Trait("mqtt", "3.2.2-5")]
    public async Task Without_the_session_they_are_new_and_survive_another_end()
    {
        await using (var scene = New())
        {
            var peer = await scene.StartAsync();
            _ = scene.Client.PublishAsync("a", Payload);
            _ = scene.Client.PublishAsync("b", Payload);
            await peer.ReadAsync("PUBLISH");
            await peer.ReadAsync("PUBLISH");
            PowerCut();
        }

        for (var i = 0; i < 2; i++)
        {
            await using var scene = New();
            var peer = await scene.StartAsync(Wire.Connack(sessionPresent: false, properties: [0x21, 0, 1]));
            var packet = await peer.ReadAsync("PUBLISH");
            Assert.Equal(("a", false), (packet.Topic, packet.Duplicate));
            PowerCut(); // One of them has an identifier of the new session, the other has none.
        }

        await using (var scene = New())
        {
            var peer = await scene.StartAsync(Wire.Connack(sessionPresent: true));
            var (a, b) = (await peer.ReadAsync("PUBLISH"), await peer.ReadAsync("PUBLISH"));
            Assert.Equal(("a", true, "b", false), (a.Topic, a.Duplicate, b.Topic, b.Duplicate));
        }
    }

    [Fact]
    [Trait("mqtt", "3.2.2-4")]
    public async Task An_empty_store_begins_a_new_session()
    {
        await using var scene = New();
        await scene.Client.StartAsync();
        Assert.True((await (await scene.AcceptAsync()).AcceptAsync()).CleanStart);
    }

    [Fact]
    [Trait("mqtt", "4.3.3-10")]
    public async Task A_received_message_is_not_delivered_again_by_the_next_process_once_its_acknowledgement_left()
    {
        await using (var scene = New())
        {
            var peer = await scene.StartAsync();
            await peer.SendAsync(Wire.PublishOnce("a", "owned", 7), Wire.PublishOnce("a", "not yet", 8));
            scene.Client.Acknowledge(await Next(scene));
            await Next(scene);
            scene.Time.Advance(TimeSpan.FromMilliseconds(5));
            Assert.Equal(7, (await peer.ReadAsync("PUBREC")).PacketId);
            PowerCut();
        }

        await using (var scene = New())
        {
            var peer = await scene.StartAsync(Wire.Connack(sessionPresent: true));
            await peer.SendAsync(Wire.PublishOnce("a", "owned", 7, duplicate: true), Wire.PublishOnce("a", "not yet", 8, duplicate: true));
            Assert.Equal(7, (await peer.ReadAsync("PUBREC")).PacketId);
            var message = await Next(scene);
            Assert.Equal("not yet", Encoding.UTF8.GetString(message.Payload.Span));
            scene.Client.Acknowledge(message);
            Assert.Equal(8, (await peer.ReadAsync("PUBREC")).PacketId);
            await peer.SendAsync(Wire.Pubrel(7));
            Assert.Equal(0, (await peer.ReadAsync("PUBCOMP")).Reason);
            PowerCut();
        }

        await using (var scene = New())
        {
            var peer = await scene.StartAsync(Wire.Connack(sessionPresent: true));
            await peer.SendAsync(Wire.Pubrel(8), Wire.PublishOnce("a", "new", 7));
            Assert.Equal(0, (await peer.ReadAsync("PUBCOMP")).Reason);
            Assert.Equal("new", Encoding.UTF8.GetString((await Next(scene)).Payload.Span));
        }
    }

    [Fact]
    public async Task A_client_that_is_stopped_leaves_what_it_had_sent_to_the_next_process()
    {
        await using (var scene = New())
        {
            var peer = await scene.StartAsync(Wire.Connack(properties: [0x21, 0, 1]));
            var (sent, waiting) = (scene.Client.PublishAsync("sent", Payload), scene.Client.PublishAsync("waiting", Payload));
            await peer.ReadAsync("PUBLISH");
            var stopping = scene.Client.DisconnectAsync();
            await peer.ReadAsync("DISCONNECT");
            peer.Close();
            await stopping.Soon();
            await Assert.ThrowsAsync<MqttConnectionLostException>(() => sent.Soon());
            await Assert.ThrowsAsync<MqttConnectionLostException>(() => waiting.Soon());
        }

        await using (var scene = New())
        {
            var peer = await scene.StartAsync(Wire.Connack(sessionPresent: true));
            var packet = await peer.ReadAsync("PUBLISH");
            Assert.Equal(("sent", true), (packet.Topic, packet.Duplicate));
            Assert.Equal(1, scene.Client.Counters.PublishesRestored);
        }
    }

    [Fact]
    public async Task What_can_not_be_stored_is_not_sent()
    {
        var store = new FailingStore();
        await using var scene = new Scene(o => Scene.Persistent(o) with { SessionStore = store });
        var peer = await scene.StartAsync();
        await Eventually.TrueAsync(() => store.Saved.Count == 1, "the new session is stored");
        store.Fails = true;
        var publish = scene.Client.PublishAsync("a", Payload, MqttQualityOfService.ExactlyOnce);
        await peer.ExpectCloseAsync();
        var lost = await scene.StateAsync<MqttConnectionState.Disconnected>();
        Assert.Contains("disk full", lost.Detail, StringComparison.Ordinal);
        store.Fails = false;
        peer = await scene.RetryAsync(lost.RetryAt);
        await peer.AcceptAsync(Wire.Connack(sessionPresent: true));
        var packet = await peer.ReadAsync("PUBLISH");
        Assert.Equal("a", packet.Topic);
        Assert.Equal(["Begun", "Sent"], store.Saved);
        Assert.False(publish.IsCompleted);
    }

    [Fact]
    public async Task A_damaged_file_stops_the_start_and_says_where()
    {
        await using (var scene = New())
        {
            await scene.StartAsync();
        }

        PowerCut();
        var bytes = System.IO.File.ReadAllBytes(File);
        bytes[10] ^= 1;
        System.IO.File.WriteAllBytes(File, bytes);
        await using var damaged = New();
        var e = await Assert.ThrowsAsync<MqttSessionStoreException>(() => damaged.Client.StartAsync());
        Assert.Matches($"{File}.*offset 8", e.Message);
        Assert.Equal(0, damaged.Transport.Opened);
    }

    [Fact]
    public void A_store_needs_a_session_that_is_kept() =>
        Assert.StartsWith("SessionStore ", Assert.Throws<ArgumentException>(() => new Scene(o => o with { SessionStore = new FailingStore() })).Message, StringComparison.Ordinal);

    /// <summary>What is in the file is all that is left; whatever the client still does is not seen by the next.</summary>
    private void PowerCut() => _store?.PullOut();

    /// <summary>A process with the file that the last one has left.</summary>
    private Scene New()
    {
        PowerCut();
        _store = new PluggedStore(new MqttFileSessionStore(File) { FlushesToDisk = false });
        return new Scene(o => Scene.Persistent(o) with { SessionStore = _store });
    }

    private static async Task<MqttMessage> Next(Scene scene) =>
        await scene.Client.Messages.ReadAsync().AsTask().Soon();

    private sealed class PluggedStore(MqttFileSessionStore store) : IMqttSessionStore
    {
        private readonly Lock _gate = new();
        private bool _out;

        public ValueTask<MqttStoredSession> LoadAsync(string clientId, CancellationToken cancellationToken) =>
            store.LoadAsync(clientId, cancellationToken);

        public ValueTask SaveAsync(IReadOnlyList<MqttSessionChange> changes)
        {
            lock (_gate)
            {
                return _out ? ValueTask.CompletedTask : store.SaveAsync(changes);
            }
        }

        public void PullOut()
        {
            lock (_gate)
            {
                _out = true;
                store.Dispose();
            }
        }
    }

    private sealed class FailingStore : IMqttSessionStore
    {
        public volatile bool Fails;

        public List<string> Saved { get; } = [];

        public ValueTask<MqttStoredSession> LoadAsync(string clientId, CancellationToken cancellationToken) =>
            ValueTask.FromResult(new MqttStoredSession(false, [], [], []));

        public ValueTask SaveAsync(IReadOnlyList<MqttSessionChange> changes)
        {
            if (Fails)
            {
                throw new IOException("disk full");
            }

            Saved.AddRange(changes.Select(change => change.GetType().Name));
            return ValueTask.CompletedTask;
        }
    }
}
