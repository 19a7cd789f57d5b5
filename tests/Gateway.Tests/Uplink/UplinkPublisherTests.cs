using System.Buffers;
using MeetNet.Gateway.Outbox;
using MeetNet.Gateway.Tests.Outbox;
using MeetNet.Gateway.Uplink;
using MeetNet.Hosting;
using MeetNet.Mqtt;
using MeetNet.Observations;
using MeetNet.Observations.Wire;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Uplink;

/// <summary>The loop over a real broker, with a hub that does what the test says.</summary>
public sealed class UplinkPublisherTests
{
    private static readonly UplinkLimits Quick = new()
    {
        Resend = TimeSpan.FromMilliseconds(400),
        Ask = TimeSpan.FromMilliseconds(200),
        AskMaximum = TimeSpan.FromMilliseconds(400),
        UnheardPause = TimeSpan.FromMilliseconds(200),
        RefusedPause = TimeSpan.FromMilliseconds(200),
        Linger = TimeSpan.FromMilliseconds(20),
    };

    [Fact]
    public async Task It_introduces_itself_in_order_and_delivers_every_row_once_to_a_hub_that_answers()
    {
        await using var rig = await Rig.StartAsync();
        // Rows that go with the hello may cross the hub's answer to it, and go twice.
        await Eventually.TrueAsync(() => rig.Uplink.Status.Acknowledgements > 0, $"the hub's answer to the hello\n{rig}");
        rig.Append(3000);
        await Eventually.TrueAsync(() => rig.Outbox.Cursor(FakeHub.Name) == 3000, $"the cursor to reach the end\n{rig}");
        Assert.Equal(
            [WireKind.State, WireKind.Announcement, WireKind.Hello],
            rig.Hub.Received.Select(r => r.Kind).Take(3));
        Assert.All(rig.Hub.Rows.Values, count => Assert.Equal(1, count));
        Assert.True(StationState.TryRead(rig.Hub.Received.First().Message.Payload.Span, out var state, out _));
        Assert.True(state.IsOnline);

        // Live values go on their own way, in small company.
        rig.Append(2);
        await Eventually.TrueAsync(() => rig.Outbox.Cursor(FakeHub.Name) == 3002, $"the live values\n{rig}");
    }

    [Fact]
    public async Task It_delivers_over_a_Unix_socket()
    {
        await using var rig = await Rig.StartAsync(socket: "gateway.sock");
        rig.Append(100);
        await Eventually.TrueAsync(() => rig.Outbox.Cursor(FakeHub.Name) == 100, $"the cursor to reach the end\n{rig}");
        Assert.Contains(rig.Log.Entries, e => e.Id.Id == 600 && e.Message.Contains($"unix://{rig.Broker.Folder}/gateway.sock", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_PUBACK_moves_nothing_and_an_absent_hub_gets_everything_when_it_is_back()
    {
        await using var rig = await Rig.StartAsync(hub => hub.Answers = false);
        rig.Append(500);
        await Eventually.TrueAsync(() => rig.Uplink.Status.Batches >= 5, $"batches to be sent again and again\n{rig}");
        Assert.Equal(0, rig.Outbox.Cursor(FakeHub.Name));
        Assert.InRange(rig.Hub.Rows.Count, 1, 10 * Quick.ProbeRows);
        Assert.Equal("the hub does not acknowledge", rig.Uplink.Status.Message);
        rig.Hub.Answers = true;
        await Eventually.TrueAsync(() => rig.Outbox.Cursor(FakeHub.Name) == 500, $"the cursor to reach the end\n{rig}");
        Assert.Null(rig.Uplink.Status.Message);
    }

    [Fact]
    public async Task A_broker_that_dies_and_forgets_loses_nothing()
    {
        await using var rig = await Rig.StartAsync();
        for (var round = 1; round <= 3; round++)
        {
            rig.Append(200);
            rig.Broker.Kill();
            rig.Append(200);
            await rig.Broker.StartAgainAsync();
            var all = 400L * round;
            await Eventually.TrueAsync(() => rig.Outbox.Cursor(FakeHub.Name) == all, $"all of round {round}\n{rig}", TimeSpan.FromSeconds(60));
        }

        Assert.Equal(1200, rig.Hub.Rows.Count);
    }

    [Fact]
    public async Task Forgetting_at_the_PUBACK_forgets_what_no_hub_has()
    {
        await using var rig = await Rig.StartAsync(hub => hub.Answers = false, forgetAtPuback: true);
        rig.Append(50);
        await Eventually.TrueAsync(() => rig.Outbox.Cursor(FakeHub.Name) == 50, $"the broker's word to be taken\n{rig}");
        Assert.Contains(rig.Log.Entries, e => e.Id.Id == 611);
    }

    [Fact]
    public async Task A_hub_that_lost_its_store_gets_what_is_still_held_and_the_rest_is_declared_lost()
    {
        await using var rig = await Rig.StartAsync();
        rig.Log.Expect(e => e.Id.Id == 609);
        rig.Append(100);
        await Eventually.TrueAsync(() => rig.Outbox.Cursor(FakeHub.Name) == 100, $"the first hundred\n{rig}");
        while (rig.Outbox.Tidy())
        {
        }

        rig.Hub.Rows.Clear();
        rig.Hub.Acknowledged = 0;
        await rig.Hub.AcknowledgeAsync(0, rig.Outbox.Epoch);
        rig.Append(10);
        await Eventually.TrueAsync(() => rig.Outbox.Cursor(FakeHub.Name) == 110, $"the cursor to come again\n{rig}");
        Assert.Equal(110, rig.Hub.Acknowledged);
        Assert.Contains(rig.Hub.Lost, l => l.Reason == LostReasons.NotHeld);
    }

    [Fact]
    public async Task Stopping_says_offline_at_once()
    {
        await using var rig = await Rig.StartAsync();
        await Eventually.TrueAsync(() => rig.Hub.Received.Any(r => r.Kind == WireKind.Hello), "the hello");
        await rig.StopAsync();
        await Eventually.TrueAsync(
            () => rig.Hub.Received.LastOrDefault(r => r.Kind == WireKind.State).Message is { } m && StationState.TryRead(m.Payload.Span, out var s, out _) && !s.IsOnline,
            "the station to be offline");
    }

    [Fact]
    public async Task A_client_that_ended_by_a_mistake_ends_the_uplink_and_says_so()
    {
        using var log = new CollectingLogger();
        log.Expect(e => e.Id.Id == 612);
        var time = new FailingTimeProvider();
        using var outbox = new InMemoryOutbox(TimeProvider.System, FakeHub.Name);
        await using var uplink = new UplinkPublisher(
            new UplinkStation("vmm", "test", () => []), new HubOptions { Name = FakeHub.Name, Broker = new BrokerOptions() }, outbox, time, log.For<UplinkPublisher>());
        time.FailNext();
        var mistake = await Assert.ThrowsAsync<InvalidOperationException>(
            () => Eventually.DoneAsync(uplink.RunAsync(CancellationToken.None), "the uplink to end"));
        Assert.Equal(FailingTimeProvider.Mistake, mistake.Message);
        Assert.Single(log.Entries, e => e.Id.Id == 612);
    }

    private sealed class Rig : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private Task _running = Task.CompletedTask;

        private Rig(MosquittoBroker broker, FakeHub hub, string address, bool forgetAtPuback)
        {
            (Broker, Hub) = (broker, hub);
            Outbox = new InMemoryOutbox(TimeProvider.System, FakeHub.Name);
            Uplink = new UplinkPublisher(
                new UplinkStation("vmm", "test", () => "{\"v\":1}"u8.ToArray()),
                new HubOptions
                {
                    Name = FakeHub.Name,
                    Broker = new BrokerOptions { Address = MqttAddress.Parse(address) },
                    Limits = Quick,
                    ForgetAtPuback = forgetAtPuback,
                },
                Outbox,
                TimeProvider.System,
                Log.For<UplinkPublisher>());
        }

        public MosquittoBroker Broker { get; }

        public FakeHub Hub { get; }

        public InMemoryOutbox Outbox { get; }

        public UplinkPublisher Uplink { get; }

        public CollectingLogger Log { get; } = new();

        /// <param name="socket">Name of a Unix socket for the uplink, in the broker's folder; null for TCP as the hub has it.</param>
        public static async Task<Rig> StartAsync(Action<FakeHub>? prepare = null, bool forgetAtPuback = false, string? socket = null)
        {
            var listeners = socket is null ? "" : $"listener {{port}} 127.0.0.1\nlistener 0 {{folder}}/{socket}\n";
            var broker = await MosquittoBroker.StartAsync(listeners + "max_queued_messages 0\n");
            var address = socket is null ? $"mqtt://127.0.0.1:{broker.Port}" : $"unix://{broker.Folder}/{socket}";
            var hub = await FakeHub.StartAsync(broker.Port, "vmm", "test");
            prepare?.Invoke(hub);
            var rig = new Rig(broker, hub, address, forgetAtPuback);
            rig._running = rig.Uplink.RunAsync(rig._stop.Token);
            return rig;
        }

        public void Append(int count)
        {
            var entries = new OutboxEntry[count];
            for (var i = 0; i < count; i++)
            {
                var fragment = new ArrayBufferWriter<byte>();
                var at = new DateTimeOffset(2026, 11, 21, 10, 0, 0, TimeSpan.Zero).AddSeconds(i);
                BatchRow.Write(fragment, new Observation(
                    "vmm/test/pm-1/pm1", "p-0123456789abcdef", PhenomenonTime.Instant(at), at, i, ResultQuality.Good, i, 0));
                entries[i] = new OutboxEntry("vmm/test/pm-1/pm1", "p-0123456789abcdef", fragment.WrittenMemory);
            }

            Assert.Equal(AppendOutcome.Kept, Outbox.Append(entries).Outcome);
        }

        public async Task StopAsync()
        {
            await _stop.CancelAsync();
            await Eventually.DoneAsync(_running, "the uplink to stop");
        }

        public async ValueTask DisposeAsync()
        {
            await StopAsync();
            await Hub.DisposeAsync();
            await Broker.DisposeAsync();
            Outbox.Dispose();
            _stop.Dispose();
            Log.Dispose();
        }

        public override string ToString() => $"{Uplink.Status}; hub at {Hub.Acknowledged}; {string.Join('\n', Log.Entries.TakeLast(10))}";
    }
}
