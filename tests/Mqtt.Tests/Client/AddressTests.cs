using System.Text;

namespace MeetNet.Mqtt.Tests.Client;

public sealed class AddressTests
{
    [Theory]
    [InlineData("mqtt://broker", "broker", 1883, false, null)]
    [InlineData("tcp://broker:2883", "broker", 2883, false, null)]
    [InlineData("MQTTS://Broker/", "broker", 8883, true, null)]
    [InlineData("ssl://10.0.0.1:1", "10.0.0.1", 1, true, null)]
    [InlineData("mqtt://[::1]:1884", "::1", 1884, false, null)]
    [InlineData("mqtts://[2001:db8::5]", "2001:db8::5", 8883, true, null)]
    [InlineData("mqtt://[fe80::1%25eth0]", "fe80::1%eth0", 1883, false, null)]
    [InlineData("mqtt://büro.example", "xn--bro-hoa.example", 1883, false, null)]
    [InlineData("ws://broker", "broker", 80, false, "/")]
    [InlineData("ws://broker:9001/mqtt", "broker", 9001, false, "/mqtt")]
    [InlineData("wss://broker/a%2Fb/c?key=1&x=%20", "broker", 443, true, "/a%2Fb/c?key=1&x=%20")]
    public void An_address_says_host_port_and_way(string text, string host, int port, bool secure, string? path)
    {
        var address = MqttAddress.Parse(text);
        Assert.Equal((host, port, secure, path), (address.Host, address.Port, address.IsSecure, address.WebSocketPath));
        Assert.Null(address.UnixSocket);
        Assert.Null(address.UserName);
        Assert.True(address.Password.IsEmpty);
    }

    [Theory]
    [InlineData("unix:///run/mosquitto/mqtt.sock", "/run/mosquitto/mqtt.sock")]
    [InlineData("unix:///run/a%20b", "/run/a b")]
    public void An_address_can_be_a_unix_socket(string text, string path) => Assert.Equal(path, MqttAddress.Parse(text).UnixSocket);

    [Theory]
    [InlineData("mqtt://user@broker", "user", "")]
    [InlineData("mqtt://user:@broker", "user", "")]
    [InlineData("mqtt://rws%2Fst-a:p%40s:s%2F%C3%A9%25@broker", "rws/st-a", "p@s:s/é%")]
    [InlineData("wss://u:p@broker/mqtt", "u", "p")]
    public void An_address_may_have_user_name_and_password(string text, string user, string password)
    {
        var address = MqttAddress.Parse(text);
        Assert.Equal((user, password), (address.UserName, Encoding.UTF8.GetString(address.Password.Span)));
    }

    [Theory]
    [InlineData(null, "empty")]
    [InlineData("", "empty")]
    [InlineData("broker", "no scheme")]
    [InlineData("broker:1883", "no scheme")]
    [InlineData("mqtt:broker", "no scheme")]
    [InlineData("http://broker", "'http'")]
    [InlineData("mqtt://", "no host")]
    [InlineData("mqtt:///topic", "no host")]
    [InlineData("mqtt://broker:0", "port is 0")]
    [InlineData("mqtt://broker:65536", "port")]
    [InlineData("mqtt://broker:18 83", "white space")]
    [InlineData(" mqtt://broker", "white space")]
    [InlineData("mqtt://broker\n", "white space")]
    [InlineData("mqtt://::1", "hostname")]
    [InlineData("mqtt://[::1", "can't be read")]
    [InlineData("mqtt://broker/topic", "'/topic'")]
    [InlineData("mqtt://broker?clientid=1", "'/?clientid=1'")]
    [InlineData("ws://broker/mqtt#top", "fragment")]
    [InlineData("mqtt://:secret@broker", "no user name")]
    [InlineData("mqtt://u:100%@broker", "%25")]
    [InlineData("mqtt://u:se@cret@broker", "percent-encoded")]
    [InlineData("unix://run/mqtt.sock", "unix:///run")]
    [InlineData("unix://", "no Unix socket")]
    [InlineData("unix:///", "no Unix socket")]
    [InlineData("unix:///run/mqtt.sock?x", "no Unix socket")]
    [InlineData(
        "unix:///a-path-longer-than-the-system-has-room-for/a-path-longer-than-the-system-has-room-for/a-path-longer-than-it", "more than 107 bytes")]
    public void What_is_wrong_with_an_address_is_said(string? text, string words)
    {
        Assert.False(MqttAddress.TryParse(text, out var address, out var problem));
        Assert.Null(address);
        Assert.Contains(words, problem, StringComparison.Ordinal);
        Assert.Equal(problem, Assert.Throws<FormatException>(() => MqttAddress.Parse(text!)).Message);
    }

    [Theory]
    [InlineData("mqtt://u:secret#1@broker")]
    [InlineData("mqtt://u:secret@broker:0")]
    [InlineData("mqtt://u:secret@broker/topic")]
    [InlineData("mqtt://u:sec ret@broker")]
    [InlineData("mqtt://u:12/secret@broker")]
    [InlineData("mqtts://u:12?secret@broker")]
    [InlineData("wss://u:12/secret@broker/mqtt")]
    [InlineData("foo://u:secret@broker")]
    [InlineData("unix://u:secret@/run/x")]
    public void A_password_is_not_repeated_in_what_is_said(string text)
    {
        Assert.False(MqttAddress.TryParse(text, out _, out var problem));
        Assert.DoesNotContain("sec", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mqtt://u:secret@broker", "mqtt://broker:1883")]
    [InlineData("ssl://[::1]", "mqtts://[::1]:8883")]
    [InlineData("wss://u@broker/mqtt?x=1", "wss://broker:443/mqtt?...")] // Signatures and tokens are there.
    [InlineData("unix:///run/x", "unix:///run/x")]
    public void An_address_in_a_log_has_no_password(string text, string written) => Assert.Equal(written, $"{MqttAddress.Parse(text)}");

    [Fact]
    public void Options_are_taken_to_an_address()
    {
        var options = new MqttClientOptions { ClientId = "c", UserName = "own", Password = new byte[] { 1 } };
        var plain = options.At(MqttAddress.Parse("mqtt://broker:2"));
        Assert.Equal(("c", "broker", 2, "own", 1), (plain.ClientId, plain.Host, plain.Port, plain.UserName, plain.Password.Length));
        Assert.Null(plain.Tls);
        var secure = options.At(MqttAddress.Parse("wss://u:pass@broker/x"));
        Assert.Equal(("broker", 443, "/x", "u", 4), (secure.Host, secure.Port, secure.WebSocketPath, secure.UserName, secure.Password.Length));
        Assert.Equal(new MqttTlsOptions().ServerName, secure.Tls!.ServerName);
        Assert.Equal("/run/x", (secure with { Tls = null }).At(MqttAddress.Parse("unix:///run/x")).UnixSocket);
    }

    [Fact]
    public void Tls_settings_stay_with_a_secure_address_and_are_not_dropped_for_another()
    {
        var options = new MqttClientOptions { ClientId = "c", Tls = new MqttTlsOptions { ServerName = "n" } };
        Assert.Equal("n", options.At(MqttAddress.Parse("mqtts://broker")).Tls!.ServerName);
        var e = Assert.Throws<ArgumentException>(() => options.At(MqttAddress.Parse("mqtt://broker")));
        Assert.Contains("mqtt://broker:1883 is without TLS", e.Message, StringComparison.Ordinal);
    }
}
