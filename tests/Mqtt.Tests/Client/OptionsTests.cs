using MeetNet.Mqtt.Tests.Peer;

namespace MeetNet.Mqtt.Tests.Client;

public sealed class OptionsTests
{
    public static TheoryData<string, Func<MqttClientOptions, MqttClientOptions>> Wrong => new()
    {
        { "Host", o => o with { Host = "" } },
        { "Port", o => o with { Port = 0 } },
        { "WebSocketPath", o => o with { WebSocketPath = "mqtt" } },
        { "WebSocketPath", o => o with { WebSocketPath = "/a#b" } },
        { "UnixSocket", o => o with { UnixSocket = "run/x" } },
        { "UnixSocket", o => o with { UnixSocket = "/" + new string('x', 107) } },
        { "PinnedPublicKeys", o => o with { Tls = new() { PinnedPublicKeys = ["AAAA"] } } },
        { "PinnedPublicKeys", o => o with { Tls = new() { PinnedPublicKeys = ["sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="] } } },
        { "ClientId", o => o with { CleanStart = false, SessionExpiryInterval = 60, ClientId = "" } },
        { "ClientId", o => o with { CleanStart = false, Version = MqttVersion.V311, ClientId = "" } },
        { "ClientId", o => o with { SessionExpiryInterval = 60, ClientId = "" } },
        { "RandomizesClientId", o => o with { CleanStart = false, SessionExpiryInterval = 60, RandomizesClientId = true } },
        { "RandomizesClientId", o => o with { CleanStart = false, Version = MqttVersion.V311, RandomizesClientId = true } },
        { "RandomizesClientId", o => o with { SessionExpiryInterval = 60, RandomizesClientId = true } },
        { "ConnectProperties", o => o with { ConnectProperties = new(MqttProperty.Of(MqttPropertyId.ReceiveMaximum, 1)) } },
        { "ConnectProperties", o => o with { ConnectProperties = new(MqttProperty.User("a\0", "b")) } },
        { "Authentication", o => o with { Authentication = new ScriptedAuthentication(""), } },
        { "Authentication", o => o with { Authentication = new ScriptedAuthentication("m"), Version = MqttVersion.V311 } },
        { "SessionExpiryInterval", o => o with { CleanStart = false } },
        { "ReceiveMaximum", o => o with { ReceiveMaximum = 0 } },
        { "Password", o => o with { Version = MqttVersion.V311, Password = new byte[1] } },
        { "Password", o => o with { Password = new byte[65_536] } },
        { "UserName", o => o with { UserName = "a\0b" } },
        { "Will", o => o with { Will = new MqttWill { Topic = "a/+" } } },
        { "Will", o => o with { Will = new MqttWill { Topic = "a", QualityOfService = (MqttQualityOfService)3 } } },
        { "Will", o => o with { Will = new MqttWill { Topic = "a", Properties = new(MqttProperty.Of(MqttPropertyId.ServerKeepAlive, 1)) } } },
        { "Subscriptions", o => o with { Subscriptions = [new("a#")] } },
        { "Subscriptions", o => o with { Subscriptions = [new("a", (MqttQualityOfService)3)] } },
        { "Subscriptions", o => o with { Subscriptions = [new("a", Identifier: 0)] } },
        { "Subscriptions", o => o with { Subscriptions = [new("$share/g/a", NoLocal: true)] } },
        { "Subscriptions", o => o with { Subscriptions = [new("$share/a")] } },
        { "ConnectTimeout", o => o with { ConnectTimeout = TimeSpan.Zero } },
        { "Maximum", o => o with { Reconnect = new() { Maximum = TimeSpan.FromMilliseconds(1) } } },
    };

    [Theory]
    [Trait("mqtt", "3.1.2-12")]
    [Trait("mqtt", "3.8.3-4")]
    [MemberData(nameof(Wrong))]
    public void An_option_that_can_not_work_is_refused_by_its_name(string name, Func<MqttClientOptions, MqttClientOptions> change)
    {
        var options = change(new MqttClientOptions { Host = "h", ClientId = "c" });
        var e = Assert.Throws<ArgumentException>(() => new MqttClient(options, TimeProvider.System));
        Assert.StartsWith(name + " ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_publish_is_checked_before_it_is_taken()
    {
        await using var client = new MqttClient(new MqttClientOptions { Host = "h", ClientId = "c" }, TimeProvider.System);
        await Assert.ThrowsAsync<ArgumentException>(() => client.PublishAsync("a/#", default));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => client.PublishAsync("a", default, (MqttQualityOfService)3));
        var alias = new MqttProperties(MqttProperty.Of(MqttPropertyId.SubscriptionIdentifier, 1));
        await Assert.ThrowsAsync<ArgumentException>(
            () => client.PublishAsync("a", default, MqttQualityOfService.AtLeastOnce, false, alias, CancellationToken.None));
    }
}
