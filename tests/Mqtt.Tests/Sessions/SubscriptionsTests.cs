using MeetNet.Mqtt.Protocol;
using MeetNet.Mqtt.Sessions;

namespace MeetNet.Mqtt.Tests.Sessions;

public sealed class SubscriptionsTests
{
    private static readonly MqttServerLimits Limits = new() { ClientId = "c" };

    private readonly PacketIdentifiers _identifiers = new();

    [Fact]
    [Trait("mqtt", "2.2.1-3")]
    public void Without_a_free_packet_identifier_a_request_waits()
    {
        var subscriptions = Open([]);
        for (var i = 0; i < ushort.MaxValue; i++)
        {
            Assert.True(_identifiers.TryTake(out _));
        }

        var request = Enqueue(subscriptions, "a");
        Assert.Equal(0, Fill(subscriptions));
        _identifiers.Release(77);
        Assert.Equal(1, Fill(subscriptions));
        Assert.Equal(77, request.PacketId);
        Assert.True(Acknowledge(subscriptions, 77).IsOk);
        Assert.Equal(ushort.MaxValue - 1, _identifiers.Count);
    }

    [Fact]
    public void Answers_may_come_in_any_order()
    {
        var subscriptions = Open([]);
        var (first, second) = (Enqueue(subscriptions, "a"), Enqueue(subscriptions, "b"));
        Assert.Equal(2, Fill(subscriptions, now: 5));
        Assert.True(Acknowledge(subscriptions, second.PacketId).IsOk);
        Assert.True(second.Completion.Task.IsCompletedSuccessfully);
        Assert.False(first.Completion.Task.IsCompleted);
        Assert.Equal(5, subscriptions.AwaitingSince);
        Assert.True(Acknowledge(subscriptions, first.PacketId).IsOk);
        Assert.Null(subscriptions.AwaitingSince);
        Assert.Equal(["b", "a"], subscriptions.Held.Select(held => held.Filter));
    }

    [Fact]
    public void A_request_that_was_not_written_can_be_taken_back()
    {
        var subscriptions = Open([]);
        var request = Enqueue(subscriptions, "a");
        Assert.True(subscriptions.Withdraw(request));
        Assert.Equal(0, Fill(subscriptions));
        request = Enqueue(subscriptions, "a");
        Fill(subscriptions);
        Assert.False(subscriptions.Withdraw(request));
    }

    [Fact]
    public void Requests_are_bounded_in_number()
    {
        var subscriptions = Open([]);
        for (var i = 0; i < Subscriptions.MaximumPending; i++)
        {
            Enqueue(subscriptions, $"{i}");
        }

        var more = SubscriptionRequest.Unsubscribe(["a"], MqttProperties.Empty);
        Assert.Equal(MqttReasonCode.QuotaExceeded, subscriptions.Enqueue(more).Code);
    }

    [Fact]
    public void A_lost_connection_gives_every_identifier_back_and_keeps_what_is_held()
    {
        var subscriptions = Open([new("held")]);
        Assert.True(subscriptions.IsOpening);
        var written = Enqueue(subscriptions, "written");
        Assert.Equal(2, Fill(subscriptions));
        var waiting = Enqueue(subscriptions, "waiting");
        subscriptions.Lose(() => new MqttConnectionLostException(MqttDisconnectCause.ConnectionLost, null, "cut"));
        Assert.IsType<MqttConnectionLostException>(written.Completion.Task.Exception?.InnerException);
        Assert.IsType<MqttConnectionLostException>(waiting.Completion.Task.Exception?.InnerException);
        Assert.Equal((0, false), (_identifiers.Count, subscriptions.IsOpening));
        Assert.Equal(["held"], subscriptions.Held.Select(held => held.Filter));
    }

    [Fact]
    public void The_codes_of_the_first_subscriptions_are_looked_at()
    {
        var subscriptions = Open([new("a"), new("b")]);
        Fill(subscriptions);
        var answer = new SubackPacket(1, [MqttReasonCode.GrantedQoS1, MqttReasonCode.NotAuthorized], MqttProperties.Empty);
        Assert.True(subscriptions.Acknowledged(PacketType.Suback, answer, out var refused).IsOk);
        Assert.Equal(("b", MqttReasonCode.NotAuthorized), (refused!.Value.Filter.Filter, refused.Value.Reason));
        Assert.Equal(2, subscriptions.Held.Count);
    }

    [Fact]
    public void What_is_remembered_to_tell_unwanted_messages_is_bounded()
    {
        var subscriptions = Open([new("held/#")]);
        Fill(subscriptions);
        Assert.True(Acknowledge(subscriptions, 1).IsOk);
        for (var i = 0; i < 20_000; i++)
        {
            var request = Enqueue(subscriptions, $"reply/{i}");
            Fill(subscriptions);
            Assert.True(Acknowledge(subscriptions, request.PacketId).IsOk);
            Assert.True(subscriptions.Covers($"reply/{i}"));
            var ending = SubscriptionRequest.Unsubscribe([$"reply/{i}"], MqttProperties.Empty);
            Assert.True(subscriptions.Enqueue(ending).IsOk);
            Fill(subscriptions);
            Assert.True(subscriptions.Acknowledged(
                PacketType.Unsuback, new SubackPacket(ending.PacketId, [MqttReasonCode.Success], MqttProperties.Empty), out _).IsOk);
            Assert.True(subscriptions.Covers($"reply/{i}"), "its last messages may be under way");
        }

        Assert.True(subscriptions.Covers("held/1"));
        Assert.InRange(subscriptions.Remembered.Filters, 1, 5000);
        var topics = subscriptions.Remembered.Topics;
        Assert.False(subscriptions.Covers(new string('x', 65_535)));
        Assert.Equal(topics, subscriptions.Remembered.Topics);
    }

    private Subscriptions Open(MqttSubscription[] held)
    {
        var subscriptions = new Subscriptions(MqttVersion.V500, _identifiers, held);
        Assert.True(subscriptions.Open(Limits).IsOk);
        return subscriptions;
    }

    private static SubscriptionRequest Enqueue(Subscriptions subscriptions, string filter)
    {
        var request = SubscriptionRequest.Subscribe([new(filter)], MqttProperties.Empty);
        Assert.True(subscriptions.Enqueue(request).IsOk);
        return request;
    }

    private static int Fill(Subscriptions subscriptions, long now = 0)
    {
        using var output = new PacketBuffer();
        return subscriptions.Fill(output, 1024 * 1024, now);
    }

    private static ReadStatus Acknowledge(Subscriptions subscriptions, ushort id) =>
        subscriptions.Acknowledged(PacketType.Suback, new SubackPacket(id, [MqttReasonCode.GrantedQoS1], MqttProperties.Empty), out _);
}
