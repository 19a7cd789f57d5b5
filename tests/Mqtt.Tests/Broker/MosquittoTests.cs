using MeetNet.Mqtt.Tests.Peer;
using MeetNet.TestKit;

namespace MeetNet.Mqtt.Tests.Broker;

/// <summary>What needs a Mosquitto with a configuration of its own. Everything else is shown against every broker.</summary>
public sealed class MosquittoTests
{
    [Fact]
    public async Task A_publish_that_the_broker_denies_says_so()
    {
        const string config = "acl_file {folder}/acl\n";
        var files = new Dictionary<string, string> { ["acl"] = "topic write allowed\n" };
        await using var broker = await MosquittoBroker.StartAsync(config, files);
        await using var client = await Clients.StartAsync(Options(broker));
        var allowed = await client.SayAsync("allowed", "x").Soon();
        Assert.True(allowed.Accepted);
        Assert.Equal(MqttReasonCode.NotAuthorized, (await client.SayAsync("denied", "x").Soon()).ReasonCode);
    }

    /// <summary>It says its limits in CONNACK, and the client keeps to them before anything is sent.</summary>
    [Fact]
    public async Task The_brokers_limits_are_kept()
    {
        await using var broker = await MosquittoBroker.StartAsync("max_packet_size 1000\nmax_qos 1\nretain_available false\n");
        await using var client = await Clients.StartAsync(Options(broker));
        var large = await Assert.ThrowsAsync<MqttPublishRejectedException>(() => client.PublishAsync("t", new byte[1_000]).Soon());
        Assert.Equal(MqttReasonCode.PacketTooLarge, large.ReasonCode);
        var retained = await Assert.ThrowsAsync<MqttPublishRejectedException>(() => client.SayAsync("t", "x", retain: true).Soon());
        Assert.Equal(MqttReasonCode.RetainNotSupported, retained.ReasonCode);
        Assert.True((await client.SayAsync("t", "x").Soon()).Accepted);
        Assert.Equal(1, client.Counters.Connections);
    }

    private static MqttClientOptions Options(MosquittoBroker broker) => new() { Host = "127.0.0.1", Port = broker.Port, ClientId = "c" };
}
