using System.Text;
using MeetNet.Mqtt.Tests.Peer;

namespace MeetNet.Mqtt.Tests.Client;

/// <summary>MQTT 5.0 §3.3.2.3.4.</summary>
public sealed class TopicAliasTests
{
    [Fact]
    [Trait("mqtt", "3.3.2-10")]
    public async Task The_server_may_use_every_alias_up_to_ours_and_give_one_another_topic()
    {
        await using var scene = new Scene(o => o with { TopicAliasMaximum = 3 });
        await scene.Client.StartAsync();
        var peer = await scene.AcceptAsync();
        Assert.True((await peer.AcceptAsync()).Body.AsSpan().IndexOf<byte>([0x22, 0, 3]) > 0);
        await peer.SendAsync(
            Aliased("a", 1), Aliased("c", 3), Aliased("", 1), Aliased("", 3), Aliased("b", 1), Aliased("", 1), Aliased("", 3));
        var topics = new List<string>();
        for (var i = 0; i < 7; i++)
        {
            topics.Add((await scene.Client.Messages.ReadAsync().AsTask().Soon()).Topic);
        }

        Assert.Equal(["a", "c", "a", "c", "b", "b", "c"], topics);
    }

    [Fact]
    [Trait("mqtt", "3.3.2-7")]
    public async Task An_alias_of_the_server_dies_with_its_connection()
    {
        await using var scene = new Scene();
        var peer = await scene.StartAsync();
        await peer.SendAsync(Aliased("a", 1));
        await scene.Client.Messages.ReadAsync().AsTask().Soon();
        await scene.StateAsync<MqttConnectionState.Connected>();
        peer.Close();
        peer = await scene.ReconnectAsync();
        await peer.AcceptAsync();
        await scene.StateAsync<MqttConnectionState.Connected>();
        await peer.SendAsync(Aliased("", 1));
        Assert.Equal(0x82, (await peer.ReadAsync("DISCONNECT")).Reason);
        peer.Close();
        Assert.Equal(0, scene.Client.Messages.Count);
    }

    [Theory]
    [Trait("mqtt", "3.3.2-11")]
    [InlineData(0, 1, 0x94)]
    [InlineData(5, 6, 0x94)]
    [InlineData(5, 65_535, 0x94)]
    [InlineData(5, 0, 0x94)]
    [InlineData(65_535, 65_535, 0x82)] // Accepted, and unknown.
    public async Task An_alias_beyond_ours_is_invalid(ushort ours, ushort alias, byte code)
    {
        await using var scene = new Scene(o => o with { TopicAliasMaximum = ours });
        var peer = await scene.StartAsync();
        await peer.SendAsync(Aliased("", alias));
        Assert.Equal(code, (await peer.ReadAsync("DISCONNECT")).Reason);
    }

    [Fact]
    [Trait("mqtt", "3.2.2-17")]
    [Trait("mqtt", "3.3.2-8")]
    [Trait("mqtt", "3.3.2-9")]
    public async Task Topics_are_told_once_within_what_both_sides_allow()
    {
        await using var scene = new Scene(o => o with { OutgoingTopicAliases = 5 });
        var peer = await scene.StartAsync(Wire.Connack(properties: [0x22, 0, 2]));
        Assert.Equal(["a=1", "=1", "b=2", "c", "=2", "c", "=1"], await PublishAsync(scene, peer, "a", "a", "b", "c", "b", "c", "a"));
    }

    [Theory]
    [Trait("mqtt", "3.2.2-17")]
    [Trait("mqtt", "3.2.2-18")]
    [InlineData(5, false)]
    [InlineData(0, true)]
    public async Task None_are_used_unless_both_sides_want_them(ushort ours, bool theirs)
    {
        await using var scene = new Scene(o => o with { OutgoingTopicAliases = ours });
        var peer = await scene.StartAsync(Wire.Connack(properties: theirs ? [0x22, 0, 2] : []));
        Assert.Equal(["a", "a"], await PublishAsync(scene, peer, "a", "a"));
    }

    [Fact]
    [Trait("mqtt", "3.3.2-7")]
    public async Task What_is_sent_again_on_another_connection_tells_its_topic_again()
    {
        await using var scene = new Scene(o => Scene.Persistent(o) with { OutgoingTopicAliases = 5 });
        var peer = await scene.StartAsync(Wire.Connack(properties: [0x22, 0, 5]));
        _ = scene.Client.PublishAsync("b", default);
        var publishes = new[] { scene.Client.PublishAsync("a", default), scene.Client.PublishAsync("a", default) };
        Assert.Equal(["b=1", "a=2", "=2"], await ReadAsync(peer, 3));
        peer.Close();
        peer = await scene.ReconnectAsync();
        await peer.AcceptAsync(Wire.Connack(sessionPresent: true, properties: [0x22, 0, 1]));
        Assert.Equal(["b=1", "a", "a"], await ReadAsync(peer, 3));
        peer.Close();
        peer = await scene.ReconnectAsync();
        await peer.AcceptAsync(Wire.Connack(sessionPresent: true));
        Assert.Equal(["b", "a", "a"], await ReadAsync(peer, 3));
        Assert.All(publishes, publish => Assert.False(publish.IsCompleted));
    }

    [Fact]
    [Trait("mqtt", "3.2.2-15")]
    public async Task An_alias_never_makes_a_packet_too_large()
    {
        await using var scene = new Scene(o => o with { OutgoingTopicAliases = 5 });
        var peer = await scene.StartAsync(Wire.Connack(properties: [0x22, 0, 5, 0x27, 0, 0, 0, 20]));
        var largest = new byte[20 - 2 - 3 - 2 - 1]; // Header, topic of a letter, identifier, no properties.
        var full = scene.Client.PublishAsync("a", largest);
        Assert.Equal(["a"], await ReadAsync(peer, 1));
        Assert.Equal(["a=1", "=1"], await PublishAsync(scene, peer, "a", "a"));
        _ = scene.Client.PublishAsync("a", largest);
        Assert.Equal(["a"], await ReadAsync(peer, 1));
        Assert.False(full.IsCompleted);
    }

    private static byte[] Aliased(string topic, ushort alias) => Wire.Packet(0x30, [.. Wire.Text(topic), 3, 0x23, .. Wire.Two(alias)]);

    private static async Task<List<string>> PublishAsync(Scene scene, ScriptedPeer peer, params string[] topics)
    {
        foreach (var topic in topics)
        {
            _ = scene.Client.PublishAsync(topic, default);
        }

        return await ReadAsync(peer, topics.Length);
    }

    private static async Task<List<string>> ReadAsync(ScriptedPeer peer, int count)
    {
        var seen = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var packet = await peer.ReadAsync("PUBLISH");
            var properties = packet.Body.AsSpan(2 + Encoding.UTF8.GetByteCount(packet.Topic) + 2);
            Assert.True(properties[0] is 0 or 3);
            seen.Add(properties[0] == 0 ? packet.Topic : $"{packet.Topic}={(properties[2] << 8) | properties[3]}");
        }

        return seen;
    }
}
