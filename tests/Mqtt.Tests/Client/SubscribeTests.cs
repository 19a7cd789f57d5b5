using System.Text;
using MeetNet.Mqtt.Tests.Peer;

namespace MeetNet.Mqtt.Tests.Client;

public sealed class SubscribeTests
{
    [Fact]
    [Trait("mqtt", "3.8.3-1")]
    [Trait("mqtt", "3.8.3-3")]
    [Trait("mqtt", "3.8.4-7")]
    [Trait("mqtt", "3.8.1-1")]
    [Trait("mqtt", "3.8.3-5")]
    [Trait("mqtt", "3.8.4-6")]
    public async Task A_subscribe_carries_its_options_and_gives_a_code_per_filter_in_order()
    {
        await using var scene = new Scene();
        var peer = await scene.StartAsync();
        MqttSubscription[] filters =
        [
            new("été/#", MqttQualityOfService.ExactlyOnce),
            new("b", MqttQualityOfService.AtMostOnce, NoLocal: true, RetainAsPublished: true, MqttRetainHandling.DoNotSend),
            new("$share/group/c/+", RetainHandling: MqttRetainHandling.SendIfNew),
        ];
        var subscribing = scene.Client.SubscribeAsync(filters, new MqttProperties(MqttProperty.User("k", "v")));
        var subscribe = await peer.ReadAsync("SUBSCRIBE");
        Assert.Equal(0x82, subscribe.First);
        Assert.Equal([0x26, .. Wire.Text("k"), .. Wire.Text("v")], subscribe.RequestProperties);
        Assert.Equal(["été/# 02", "b 2C", "$share/group/c/+ 11"], subscribe.Filters);
        Assert.False(subscribing.IsCompleted);
        await peer.SendAsync(Wire.Packet(0x90, [.. Wire.Two(subscribe.PacketId), 5, 0x1F, .. Wire.Text("no"), 2, 0x87, 0]));
        var result = await subscribing.Soon();
        Assert.Equal([MqttReasonCode.GrantedQoS2, MqttReasonCode.NotAuthorized, MqttReasonCode.Success], result.ReasonCodes);
        Assert.Equal(("no", false), (result.ReasonText, result.Accepted));
        Assert.IsType<MqttConnectionState.Connected>(scene.Client.State);
    }

    [Fact]
    [Trait("mqtt", "2.2.1-6")]
    [Trait("mqtt", "3.10.1-1")]
    [Trait("mqtt", "3.10.3-1")]
    [Trait("mqtt", "3.11.3-1")]
    public async Task An_unsubscribe_gives_a_code_per_filter_in_order()
    {
        await using var scene = new Scene();
        var peer = await scene.StartAsync();
        var ending = scene.Client.UnsubscribeAsync(["a/#", "b"], new MqttProperties(MqttProperty.User("k", "v")));
        var unsubscribe = await peer.ReadAsync("UNSUBSCRIBE");
        Assert.Equal(0xA2, unsubscribe.First);
        Assert.Equal([0x26, .. Wire.Text("k"), .. Wire.Text("v")], unsubscribe.RequestProperties);
        Assert.Equal(["a/#", "b"], unsubscribe.Filters);
        await peer.SendAsync(Wire.Unsuback(unsubscribe.PacketId, 0, 0x11));
        var result = await ending.Soon();
        Assert.Equal([MqttReasonCode.Success, MqttReasonCode.NoSubscriptionExisted], result.ReasonCodes);
        Assert.True(result.Accepted);
    }

    [Fact]
    public async Task In_3_1_1_there_are_no_properties_and_no_codes_for_an_unsubscribe()
    {
        await using var scene = new Scene(o => o with { Version = MqttVersion.V311 });
        var peer = await scene.StartAsync(Wire.Connack311());
        var subscribing = scene.Client.SubscribeAsync([new("a", NoLocal: true, Identifier: 5)]);
        var subscribe = await peer.ReadAsync("SUBSCRIBE");
        Assert.Equal([.. Wire.Two(subscribe.PacketId), .. Wire.Text("a"), 1], subscribe.Body);
        await peer.SendAsync(Wire.Packet(0x90, [.. Wire.Two(subscribe.PacketId), 0x80]));
        Assert.Equal([MqttReasonCode.UnspecifiedError], (await subscribing.Soon()).ReasonCodes);

        var ending = scene.Client.UnsubscribeAsync(["a", "b"]);
        var unsubscribe = await peer.ReadAsync("UNSUBSCRIBE");
        Assert.Equal([.. Wire.Two(unsubscribe.PacketId), .. Wire.Text("a"), .. Wire.Text("b")], unsubscribe.Body);
        await peer.SendAsync(Wire.Packet(0xB0, Wire.Two(unsubscribe.PacketId)));
        Assert.Equal([MqttReasonCode.Success, MqttReasonCode.Success], (await ending.Soon()).ReasonCodes);
    }

    [Fact]
    public async Task What_was_granted_is_subscribed_to_on_the_next_connection_and_what_was_ended_is_not()
    {
        await using var scene = new Scene(o => Scene.Persistent(o) with { Subscriptions = [new("first"), new("ended")] });
        await scene.Client.StartAsync();
        var peer = await scene.AcceptAsync();
        await peer.AcceptAsync();
        await peer.SendAsync(Wire.Suback((await peer.ReadAsync("SUBSCRIBE")).PacketId, 1, 1));
        await scene.StateAsync<MqttConnectionState.Connected>();
        var subscribing = scene.Client.SubscribeAsync([new("granted"), new("refused")]);
        await peer.SendAsync(Wire.Suback((await peer.ReadAsync("SUBSCRIBE")).PacketId, 1, 0x87));
        await subscribing.Soon();
        subscribing = scene.Client.SubscribeAsync([new("first", MqttQualityOfService.AtMostOnce)]);
        await peer.SendAsync(Wire.Suback((await peer.ReadAsync("SUBSCRIBE")).PacketId, 0));
        await subscribing.Soon();
        var ending = scene.Client.UnsubscribeAsync(["ended"]);
        await peer.SendAsync(Wire.Unsuback((await peer.ReadAsync("UNSUBSCRIBE")).PacketId, 0));
        await ending.Soon();

        peer.Close();
        peer = await scene.ReconnectAsync();
        await peer.AcceptAsync(Wire.Connack(sessionPresent: true));
        Assert.Equal(["first 00", "granted 01"], (await peer.ReadAsync("SUBSCRIBE")).Filters);
    }

    [Fact]
    public async Task One_subscribe_is_sent_for_each_subscription_identifier_and_the_connection_is_ready_after_the_last()
    {
        await using var scene = new Scene(o => o with { Subscriptions = [new("a", Identifier: 300), new("b"), new("c", Identifier: 300)] });
        await scene.Client.StartAsync();
        var peer = await scene.AcceptAsync();
        await peer.AcceptAsync();
        var (first, second) = (await peer.ReadAsync("SUBSCRIBE"), await peer.ReadAsync("SUBSCRIBE"));
        Assert.Equal([0x0B, 0xAC, 0x02], first.RequestProperties);
        Assert.Equal(["a 01", "c 01"], first.Filters);
        Assert.Empty(second.RequestProperties);
        Assert.Equal(["b 01"], second.Filters);
        Assert.NotEqual(first.PacketId, second.PacketId);
        await peer.SendAsync(Wire.Suback(second.PacketId, 1), Wire.Publish("a", "x"));
        await scene.Client.Messages.ReadAsync().AsTask().Soon();
        Assert.IsType<MqttConnectionState.Connecting>(scene.Client.State);
        await peer.SendAsync(Wire.Suback(first.PacketId, 1, 1));
        await scene.Client.WaitConnectedAsync().Soon();
    }

    [Fact]
    public async Task Messages_between_connack_and_suback_are_delivered_and_can_be_acknowledged()
    {
        await using var scene = new Scene(o => Scene.Persistent(o) with { Subscriptions = [new("a")] });
        await scene.Client.StartAsync();
        var peer = await scene.AcceptAsync();
        await peer.ReadAsync("CONNECT");
        await peer.SendAsync(Wire.Connack(sessionPresent: true), Wire.Publish("a", "stored", 7));
        var message = await scene.Client.Messages.ReadAsync().AsTask().Soon();
        Assert.Equal("stored", Encoding.UTF8.GetString(message.Payload.Span));
        scene.Client.Acknowledge(message);
        var subscribe = await peer.ReadAsync("SUBSCRIBE");
        Assert.Equal(7, (await peer.ReadAsync("PUBACK")).PacketId);
        Assert.IsType<MqttConnectionState.Connecting>(scene.Client.State);
        await peer.SendAsync(Wire.Suback(subscribe.PacketId, 1));
        await scene.Client.WaitConnectedAsync().Soon();
    }

    [Fact]
    [Trait("mqtt", "3.3.4-3")]
    public async Task The_identifiers_of_the_subscriptions_that_matched_are_with_the_message()
    {
        await using var scene = new Scene();
        var peer = await scene.StartAsync();
        var subscribing = scene.Client.SubscribeAsync(
            [new("a/#"), new("b")], new MqttProperties(MqttProperty.Of(MqttPropertyId.SubscriptionIdentifier, 9)));
        var subscribe = await peer.ReadAsync("SUBSCRIBE");
        Assert.Equal([0x0B, 9], subscribe.RequestProperties);
        await peer.SendAsync(
            Wire.Suback(subscribe.PacketId, 1, 1),
            Wire.Packet(0x30, [.. Wire.Text("a/b"), 5, 0x0B, 9, 0x0B, 0xAC, 0x02]),
            Wire.Publish("c", "none"));
        await subscribing.Soon();
        Assert.Equal([9u, 300u], (await scene.Client.Messages.ReadAsync().AsTask().Soon()).SubscriptionIdentifiers);
        Assert.Empty((await scene.Client.Messages.ReadAsync().AsTask().Soon()).SubscriptionIdentifiers);
    }

    [Fact]
    [Trait("mqtt", "3.3.2-3")]
    public async Task A_message_that_no_filter_matches_is_counted_and_delivered()
    {
        await using var scene = new Scene(o => o with { Subscriptions = [new("first/+")] });
        await scene.Client.StartAsync();
        var peer = await scene.AcceptAsync();
        await peer.AcceptAsync();
        await peer.SendAsync(Wire.Suback((await peer.ReadAsync("SUBSCRIBE")).PacketId, 1));
        await scene.Client.WaitConnectedAsync().Soon();
        await peer.SendAsync(Wire.Publish("first/a", "x"), Wire.Publish("second/a", "x"), Wire.Publish("second/a", "x"));
        for (var i = 0; i < 3; i++)
        {
            await scene.Client.Messages.ReadAsync().AsTask().Soon();
        }

        Assert.Equal(2, scene.Client.Counters.MessagesUnmatched);
        var subscribing = scene.Client.SubscribeAsync([new("second/#")]);
        var id = (await peer.ReadAsync("SUBSCRIBE")).PacketId;
        await peer.SendAsync(Wire.Publish("second/a", "x"), Wire.Suback(id, 1), Wire.Publish("second/a", "x"));
        await subscribing.Soon();
        var ending = scene.Client.UnsubscribeAsync(["second/#"]);
        id = (await peer.ReadAsync("UNSUBSCRIBE")).PacketId;
        await peer.SendAsync(Wire.Unsuback(id, 0), Wire.Publish("second/a", "on its way"));
        await ending.Soon();
        for (var i = 0; i < 3; i++)
        {
            await scene.Client.Messages.ReadAsync().AsTask().Soon();
        }

        Assert.Equal(2, scene.Client.Counters.MessagesUnmatched);
    }

    public static TheoryData<string, byte[], byte> Unavailable => new()
    {
        { "a/+", [0x28, 0], 0xA2 },
        { "#", [0x28, 0], 0xA2 },
        { "$share/g/a", [0x2A, 0], 0x9E },
        { "id", [0x29, 0], 0xA1 },
        { "a/long/filter/that/does/not/fit", [0x27, 0, 0, 0, 30], 0x95 },
    };

    [Theory]
    [Trait("mqtt", "3.2.2-15")]
    [MemberData(nameof(Unavailable))]
    public async Task What_the_server_does_not_offer_is_refused_before_anything_is_sent(string filter, byte[] connack, byte code)
    {
        await using var scene = new Scene();
        var peer = await scene.StartAsync(Wire.Connack(properties: connack));
        var wanted = new MqttSubscription(filter, Identifier: filter == "id" ? 1 : null);
        var e = await Assert.ThrowsAsync<MqttSubscribeRejectedException>(() => scene.Client.SubscribeAsync([wanted]));
        Assert.Equal((MqttReasonCode)code, e.ReasonCode);
        var subscribing = scene.Client.SubscribeAsync([new("a")]);
        var subscribe = await peer.ReadAsync("SUBSCRIBE");
        Assert.Equal(["a 01"], subscribe.Filters);
        await peer.SendAsync(Wire.Suback(subscribe.PacketId, 1));
        Assert.True((await subscribing.Soon()).Accepted);
    }

    [Theory]
    [Trait("mqtt", "3.2.2-15")]
    [MemberData(nameof(Unavailable))]
    public async Task A_server_that_does_not_offer_what_every_connection_needs_is_a_refusal(string filter, byte[] connack, byte code)
    {
        await using var scene = new Scene(o => o with { Subscriptions = [new("a"), new(filter, Identifier: filter == "id" ? 1 : null)] });
        await scene.Client.StartAsync();
        var peer = await scene.AcceptAsync();
        await peer.AcceptAsync(Wire.Connack(properties: connack));
        await peer.ExpectCloseAsync();
        var refused = await scene.StateAsync<MqttConnectionState.Refused>();
        Assert.Equal((MqttDisconnectCause.ServerRefused, (MqttReasonCode)code), (refused.Cause, refused.ReasonCode));
    }

    [Fact]
    [Trait("mqtt", "3.2.2-15")]
    public async Task An_unsubscribe_too_large_for_the_server_is_refused()
    {
        await using var scene = new Scene();
        await scene.StartAsync(Wire.Connack(properties: [0x27, 0, 0, 0, 30]));
        var e = await Assert.ThrowsAsync<MqttSubscribeRejectedException>(() => scene.Client.UnsubscribeAsync([new string('a', 30)]));
        Assert.Equal(MqttReasonCode.PacketTooLarge, e.ReasonCode);
    }

    [Fact]
    [Trait("mqtt", "3.2.2-15")]
    public async Task The_filters_of_a_connection_are_spread_over_packets_that_the_server_takes()
    {
        var filters = Enumerable.Range(0, 20).Select(i => $"filter/{i:00}").ToArray();
        await using var scene = new Scene(o => o with { Subscriptions = [.. filters.Select(filter => new MqttSubscription(filter))] });
        await scene.Client.StartAsync();
        var peer = await scene.AcceptAsync();
        await peer.AcceptAsync(Wire.Connack(properties: [0x27, 0, 0, 0, 60]));
        var seen = new List<string>();
        while (seen.Count < filters.Length)
        {
            Assert.IsType<MqttConnectionState.Connecting>(scene.Client.State);
            var subscribe = await peer.ReadAsync("SUBSCRIBE");
            Assert.InRange(2 + subscribe.Body.Length, 1, 60);
            seen.AddRange(subscribe.Filters);
            await peer.SendAsync(Wire.Suback(subscribe.PacketId, [.. subscribe.Filters.Select(_ => (byte)1)]));
        }

        Assert.Equal(filters.Select(filter => $"{filter} 01"), seen);
        await scene.Client.WaitConnectedAsync().Soon();
    }

    [Fact]
    public async Task A_connection_lost_before_suback_fails_the_call_and_adds_nothing()
    {
        await using var scene = new Scene(Scene.Persistent);
        await Assert.ThrowsAsync<MqttConnectionLostException>(() => scene.Client.SubscribeAsync([new("early")]));
        var peer = await scene.StartAsync();
        var subscribing = scene.Client.SubscribeAsync([new("a")]);
        await peer.ReadAsync("SUBSCRIBE");
        peer.Close();
        var e = await Assert.ThrowsAsync<MqttConnectionLostException>(() => subscribing.Soon());
        Assert.Equal(MqttDisconnectCause.ConnectionLost, e.Cause);
        peer = await scene.ReconnectAsync();
        await peer.AcceptAsync(Wire.Connack(sessionPresent: true));
        await scene.StateAsync<MqttConnectionState.Connected>();
        Assert.Empty(peer.ReadAvailable());
        peer.Close();
        await scene.Client.DisconnectAsync().Soon();
        e = await Assert.ThrowsAsync<MqttConnectionLostException>(() => scene.Client.UnsubscribeAsync(["a"]));
        Assert.Equal(MqttDisconnectCause.Requested, e.Cause);
    }

    [Fact]
    public async Task A_server_that_never_answers_a_subscribe_is_left()
    {
        await using var scene = new Scene(o => o with { KeepAlive = 0, AcknowledgeTimeout = TimeSpan.FromSeconds(60) });
        var peer = await scene.StartAsync();
        var subscribing = scene.Client.SubscribeAsync([new("a")]);
        await peer.ReadAsync("SUBSCRIBE");
        while (!subscribing.IsCompleted && peer.ReadAvailable().Count == 0)
        {
            await scene.SleepAsync(TimeSpan.FromSeconds(60));
        }

        peer.Close();
        var e = await Assert.ThrowsAsync<MqttConnectionLostException>(() => subscribing.Soon());
        Assert.Equal(MqttDisconnectCause.AcknowledgeTimeout, e.Cause);
    }

    [Fact]
    public async Task A_wait_that_is_cancelled_does_not_undo_what_was_sent()
    {
        await using var scene = new Scene(Scene.Persistent);
        var peer = await scene.StartAsync();
        using var cancel = new CancellationTokenSource();
        var subscribing = scene.Client.SubscribeAsync([new("a")], null, cancel.Token);
        var subscribe = await peer.ReadAsync("SUBSCRIBE");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => subscribing.Soon());
        await peer.SendAsync(Wire.Suback(subscribe.PacketId, 1), Wire.Publish("a", "x"));
        await scene.Client.Messages.ReadAsync().AsTask().Soon();
        peer.Close();
        peer = await scene.ReconnectAsync();
        await peer.AcceptAsync();
        Assert.Equal(["a 01"], (await peer.ReadAsync("SUBSCRIBE")).Filters);
    }

    public static TheoryData<string, Func<int, byte[]>> Breaches => new()
    {
        { "SUBACK for another identifier", id => Wire.Suback(id + 1, 1) },
        { "UNSUBACK for a SUBSCRIBE", id => Wire.Unsuback(id, 0) },
        { "two codes for one filter", id => Wire.Suback(id, 1, 1) },
        { "no code", id => Wire.Suback(id) },
        { "a code that SUBACK doesn't have", id => Wire.Suback(id, 3) },
        { "identifier 0", _ => Wire.Suback(0, 1) },
    };

    [Theory]
    [Trait("mqtt", "3.8.4-7")]
    [Trait("mqtt", "3.8.4-6")]
    [Trait("mqtt", "3.9.3-1")]
    [Trait("mqtt", "2.2.1-6")]
    [MemberData(nameof(Breaches))]
    public async Task A_wrong_answer_to_a_subscribe_is_a_protocol_error(string what, Func<int, byte[]> answer)
    {
        await using var scene = new Scene();
        var peer = await scene.StartAsync();
        var subscribing = scene.Client.SubscribeAsync([new("a")]);
        await peer.SendAsync(answer((await peer.ReadAsync("SUBSCRIBE")).PacketId));
        Assert.True((await peer.ReadAsync("DISCONNECT")).Reason == 0x82, what);
        peer.Close();
        await Assert.ThrowsAsync<MqttConnectionLostException>(() => subscribing.Soon());
    }

    [Theory]
    [Trait("mqtt", "3.11.3-1")]
    [InlineData(0x00)]
    [InlineData(0x00, 0x00, 0x00)]
    public async Task A_wrong_number_of_codes_for_an_unsubscribe_is_a_protocol_error(params int[] codes)
    {
        await using var scene = new Scene();
        var peer = await scene.StartAsync();
        var ending = scene.Client.UnsubscribeAsync(["a", "b"]);
        await peer.SendAsync(Wire.Unsuback((await peer.ReadAsync("UNSUBSCRIBE")).PacketId, [.. codes.Select(code => (byte)code)]));
        Assert.Equal(0x82, (await peer.ReadAsync("DISCONNECT")).Reason);
        peer.Close();
        await Assert.ThrowsAsync<MqttConnectionLostException>(() => ending.Soon());
    }

    [Fact]
    [Trait("mqtt", "3.8.3-1")]
    [Trait("mqtt", "3.8.3-5")]
    [Trait("mqtt", "3.10.3-1")]
    [Trait("mqtt", "3.8.3-2")]
    [Trait("mqtt", "3.8.3-4")]
    [Trait("mqtt", "3.10.3-2")]
    [Trait("mqtt", "4.8.2-1")]
    [Trait("mqtt", "4.8.2-2")]
    public async Task A_request_that_is_not_valid_is_not_taken()
    {
        await using var scene = new Scene();
        var client = scene.Client;
        await Assert.ThrowsAsync<ArgumentException>(() => client.SubscribeAsync([]));
        await Assert.ThrowsAsync<ArgumentException>(() => client.UnsubscribeAsync([]));
        await Assert.ThrowsAsync<ArgumentException>(() => client.UnsubscribeAsync(["a", "b#"]));
        await Assert.ThrowsAsync<ArgumentException>(() => client.UnsubscribeAsync(["a\uD800"]));
        MqttSubscription[] wrong =
        [
            new("a#"), new(""), new("a\0"), new("a\uD800"), new("a", (MqttQualityOfService)3), new("a", RetainHandling: (MqttRetainHandling)3), new("a", Identifier: 0),
            new("a", Identifier: 268_435_456), new("$share/g/a", NoLocal: true), new("$share//a"), new("$share/g"), new("$share/g/"),
            new("$share/+/a"), new("$share/g#/a"),
        ];
        foreach (var filter in wrong)
        {
            await Assert.ThrowsAsync<ArgumentException>(() => client.SubscribeAsync([filter]));
        }

        await Assert.ThrowsAsync<ArgumentException>(() => client.SubscribeAsync([new("a", Identifier: 1), new("b", Identifier: 2)]));
        await Assert.ThrowsAsync<ArgumentException>(
            () => client.SubscribeAsync([new("a")], new MqttProperties(MqttProperty.Of(MqttPropertyId.ContentType, "x"))));
        await Assert.ThrowsAsync<ArgumentException>(
            () => client.UnsubscribeAsync(["a"], new MqttProperties(MqttProperty.Of(MqttPropertyId.SubscriptionIdentifier, 1))));
    }
}
