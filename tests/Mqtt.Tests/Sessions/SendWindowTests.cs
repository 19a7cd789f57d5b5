using FsCheck;
using FsCheck.Fluent;
using MeetNet.Mqtt.Protocol;
using MeetNet.Mqtt.Sessions;

namespace MeetNet.Mqtt.Tests.Sessions;

public sealed class SendWindowTests
{
    private readonly PacketIdentifiers _identifiers = new();
    private readonly SendWindow _window;

    public SendWindowTests()
    {
        _window = new SendWindow(MqttVersion.V500, _identifiers);
    }

    [Fact]
    [Trait("mqtt", "4.9.0-1")]
    public void No_more_than_the_server_takes_are_in_flight_and_each_puback_lets_one_follow()
    {
        _window.Open(1, false, Limits(2));
        var all = Enumerable.Range(0, 4).Select(i => Enqueue($"{i}")).ToList();
        Assert.Equal(["1:0", "2:1"], Fill());
        Assert.Equal(0, _window.Quota);
        Acknowledge(2);
        Assert.Equal(["3:2"], Fill());
        Acknowledge(1);
        Acknowledge(3);
        Assert.Equal(["4:3"], Fill());
        Acknowledge(4);
        Assert.All(all, p => Assert.True(p.Completion.Task.IsCompletedSuccessfully));
        Assert.Equal((0, 2, 0), (_window.Pending, _window.Quota, _identifiers.Count));
    }

    [Fact]
    [Trait("mqtt", "4.4.0-1")]
    [Trait("mqtt", "4.6.0-1")]
    [Trait("mqtt", "3.3.1-1")]
    public void On_resume_the_unacknowledged_go_first_in_order_with_dup_and_their_own_identifier()
    {
        _window.Open(1, false, Limits(10));
        for (var i = 0; i < 4; i++)
        {
            Enqueue($"{i}");
        }

        Assert.Equal(["1:0", "2:1", "3:2", "4:3"], Fill());
        Acknowledge(2);
        _window.Lose(sessionEnds: false, Failure);
        Enqueue("new");
        Assert.Empty(Fill());
        _window.Open(2, sessionPresent: true, Limits(10));
        Assert.Equal(["1:0 DUP", "3:2 DUP", "4:3 DUP", "5:new"], Fill());
        Assert.Empty(Fill());
    }

    [Fact]
    [Trait("mqtt", "3.2.2-5")]
    public void If_the_server_lost_the_session_the_same_messages_are_new_ones_in_the_same_order()
    {
        _window.Open(1, false, Limits(10));
        Enqueue("a");
        Enqueue("b");
        Fill();
        _window.Lose(sessionEnds: false, Failure);
        Enqueue("c");
        _window.Open(2, sessionPresent: false, Limits(10));
        Assert.Equal(["3:a", "4:b", "5:c"], Fill());
    }

    [Fact]
    public void A_smaller_window_after_resume_holds_for_the_repeats_too()
    {
        _window.Open(1, false, Limits(10));
        for (var i = 0; i < 3; i++)
        {
            Enqueue($"{i}");
        }

        Fill();
        _window.Lose(false, Failure);
        _window.Open(2, true, Limits(1));
        Assert.Equal(["1:0 DUP"], Fill());
        Assert.True(Acknowledge(2)); // The server knew this one already; it was not written on this connection.
        Assert.Empty(Fill());
        Acknowledge(1);
        Assert.Equal(["3:2 DUP"], Fill());
    }

    [Fact]
    public void With_the_session_all_that_is_pending_fails()
    {
        _window.Open(1, false, Limits(1));
        var all = new[] { Enqueue("in flight"), Enqueue("waiting"), Enqueue("q0", MqttQualityOfService.AtMostOnce) };
        Fill();
        _window.Lose(sessionEnds: true, Failure);
        Assert.All(all, p => Assert.IsType<MqttConnectionLostException>(p.Completion.Task.Exception!.InnerException));
        Assert.Equal((0, 0), (_window.Pending, _identifiers.Count));
    }

    [Fact]
    [Trait("mqtt", "4.3.1-1")]
    public void Qos_0_is_done_when_it_is_written_and_fails_when_the_write_does()
    {
        _window.Open(1, false, Limits(10));
        var written = Enqueue("a", MqttQualityOfService.AtMostOnce);
        Assert.Equal(["a"], Fill());
        Assert.False(written.Completion.Task.IsCompleted);
        _window.Flushed();
        Assert.True(written.Completion.Task.IsCompletedSuccessfully);
        var cut = Enqueue("b", MqttQualityOfService.AtMostOnce);
        Fill();
        _window.Lose(sessionEnds: false, Failure);
        Assert.True(cut.Completion.Task.IsFaulted);
    }

    [Theory]
    [Trait("mqtt", "3.2.2-11")]
    [Trait("mqtt", "3.2.2-14")]
    [Trait("mqtt", "3.2.2-15")]
    [InlineData(MqttReasonCode.QoSNotSupported)]
    [InlineData(MqttReasonCode.RetainNotSupported)]
    [InlineData(MqttReasonCode.PacketTooLarge)]
    public async Task What_the_server_does_not_take_is_not_written_and_the_next_is(MqttReasonCode reason)
    {
        var limits = reason switch
        {
            MqttReasonCode.QoSNotSupported => Limits(10) with { MaximumQualityOfService = MqttQualityOfService.AtMostOnce },
            MqttReasonCode.RetainNotSupported => Limits(10) with { RetainAvailable = false },
            _ => Limits(10) with { MaximumPacketSize = 12 },
        };
        _window.Open(1, false, limits);
        var refused = Enqueue("too long", retain: true);
        Enqueue("ok", MqttQualityOfService.AtMostOnce);
        Assert.Equal(["ok"], Fill());
        var e = await Assert.ThrowsAsync<MqttPublishRejectedException>(() => refused.Completion.Task);
        Assert.Equal(reason, e.ReasonCode);
    }

    [Fact]
    [Trait("mqtt", "4.4.0-2")]
    public async Task A_refusal_ends_the_exchange_and_is_told()
    {
        _window.Open(1, false, Limits(10));
        var publish = Enqueue("a");
        Fill();
        Assert.True(_window.Acknowledged(new ReplyPacket(1, MqttReasonCode.NotAuthorized, MqttProperties.Empty), 0));
        var result = await publish.Completion.Task;
        Assert.Equal((MqttReasonCode.NotAuthorized, false), (result.ReasonCode, result.Accepted));
        _window.Lose(false, Failure);
        _window.Open(2, true, Limits(10));
        Assert.Empty(Fill());
    }

    [Fact]
    public void An_unknown_puback_is_told_from_a_known_one()
    {
        _window.Open(1, false, Limits(10));
        Assert.False(Acknowledge(7));
        Assert.Equal(10, _window.Quota);
    }

    [Fact]
    public void Only_what_waits_can_be_taken_back()
    {
        _window.Open(1, false, Limits(1));
        var (sent, waiting) = (Enqueue("a"), Enqueue("b"));
        Fill();
        Assert.False(_window.Withdraw(sent));
        Assert.True(_window.Withdraw(waiting));
        Acknowledge(1);
        Assert.Empty(Fill());
    }

    [Fact]
    public void Awaiting_begins_with_the_oldest_write_and_again_whenever_the_line_moves()
    {
        _window.Open(1, false, Limits(10));
        Assert.Null(_window.AwaitingSince);
        Enqueue("a");
        Fill(now: 100);
        Enqueue("b");
        Fill(now: 150);
        Assert.Equal(100, _window.AwaitingSince);
        Acknowledge(2, now: 180);
        Assert.Equal(100, _window.AwaitingSince);
        Enqueue("c");
        Fill(now: 190);
        Acknowledge(1, now: 200);
        Assert.Equal(200, _window.AwaitingSince);
        Acknowledge(3, now: 210);
        Assert.Null(_window.AwaitingSince);
    }

    /// <summary>
    /// Whatever happens: a publish that was accepted was written, each of a session's messages is acknowledged once, first writes are in
    /// the order of the calls, an identifier is never in flight twice, and the server's window is never overrun.
    /// </summary>
    [Fact]
    public void Laws_hold_through_losses_resumes_and_acknowledgements() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var identifiers = new PacketIdentifiers();
            var window = new SendWindow(MqttVersion.V500, identifiers);
            var publishes = new List<PendingPublish>();
            var firstWrites = new List<int>();
            var server = new HashSet<int>(); // What the server has and has not acknowledged on this connection.
            var maximum = 0;
            var connection = 0;
            for (var step = 0; step < 300; step++)
            {
                switch (random.Next(8))
                {
                    case 0 or 1 or 2:
                        publishes.Add(Enqueue(window, $"{publishes.Count}", MqttQualityOfService.AtLeastOnce));
                        break;
                    case 3 or 4 when maximum > 0:
                        foreach (var packet in Fill(window, random.Next(1, 60), step))
                        {
                            var (id, payload, dup) = Parse(packet);
                            Assert.True(server.Add(id), "an identifier in flight twice");
                            Assert.True(server.Count <= maximum, "the server's window is overrun");
                            if (!dup && !firstWrites.Contains(payload))
                            {
                                Assert.True(firstWrites.Count == 0 || payload > firstWrites[^1], "a first write out of order");
                                firstWrites.Add(payload);
                            }
                        }

                        break;
                    case 5 or 6 when server.Count > 0:
                        var acked = server.ElementAt(random.Next(server.Count));
                        server.Remove(acked);
                        Assert.True(window.Acknowledged(new ReplyPacket((ushort)acked, MqttReasonCode.Success, MqttProperties.Empty), step));
                        break;
                    case 7 when random.Next(3) == 0:
                        window.Lose(sessionEnds: false, Failure);
                        server.Clear();
                        maximum = random.Next(1, 6);
                        window.Open(++connection, random.Next(2) == 0, Limits((ushort)maximum));
                        break;
                }
            }

            window.Lose(false, Failure);
            window.Open(++connection, true, Limits(60_000));
            foreach (var packet in Fill(window, int.MaxValue, 0))
            {
                Assert.True(window.Acknowledged(new ReplyPacket((ushort)Parse(packet).Id, MqttReasonCode.Success, MqttProperties.Empty), 0));
            }

            Assert.All(publishes, p => Assert.True(p.Completion.Task.IsCompletedSuccessfully));
            Assert.Equal((0, 0), (window.Pending, identifiers.Count));
        }).QuickCheckThrowOnFailure();

    private static (int Id, int Payload, bool Dup) Parse(string packet)
    {
        var dup = packet.EndsWith(" DUP", StringComparison.Ordinal);
        var parts = packet.Replace(" DUP", "", StringComparison.Ordinal).Split(':');
        return (Int(parts[0]), Int(parts[1]), dup);
    }

    private static int Int(string digits) => int.Parse(digits, System.Globalization.CultureInfo.InvariantCulture);

    private static MqttServerLimits Limits(ushort receiveMaximum) => new() { ClientId = "c", ReceiveMaximum = receiveMaximum };

    private static MqttConnectionLostException Failure() => new(MqttDisconnectCause.ConnectionLost, null, "test");

    private PendingPublish Enqueue(string payload, MqttQualityOfService qos = MqttQualityOfService.AtLeastOnce, bool retain = false) =>
        Enqueue(_window, payload, qos, retain);

    private static PendingPublish Enqueue(SendWindow window, string payload, MqttQualityOfService qos, bool retain = false)
    {
        var publish = new PendingPublish
        {
            Topic = "t",
            Payload = System.Text.Encoding.UTF8.GetBytes(payload),
            QualityOfService = qos,
            Retain = retain,
            Properties = MqttProperties.Empty,
        };
        window.Enqueue(publish);
        return publish;
    }

    private bool Acknowledge(int id, long now = 0) =>
        _window.Acknowledged(new ReplyPacket((ushort)id, MqttReasonCode.Success, MqttProperties.Empty), now);

    private List<string> Fill(long now = 0) => Fill(_window, int.MaxValue, now);

    /// <summary>What was written: identifier:payload, or the payload alone for QoS 0.</summary>
    private static List<string> Fill(SendWindow window, int target, long now)
    {
        using var output = new PacketBuffer();
        window.Fill(output, target, now);
        var written = new List<string>();
        var bytes = output.Written.Span;
        while (PacketFramer.Cut(bytes, uint.MaxValue, out var frame, out _) == CutResult.Packet)
        {
            PacketReader.ReadPublish(frame.Flags, bytes.Slice(frame.HeaderLength, frame.BodyLength), MqttVersion.V500, out var publish);
            var payload = System.Text.Encoding.UTF8.GetString(publish.Payload);
            written.Add((publish.PacketId == 0 ? "" : $"{publish.PacketId}:") + payload + (publish.Duplicate ? " DUP" : ""));
            bytes = bytes[frame.Length..];
        }

        Assert.True(bytes.IsEmpty);
        return written;
    }
}
