using System.Text;
using MeetNet.Gateway.Outbox;
using MeetNet.Mqtt;
using MeetNet.Sqlite;
using MeetNet.TestKit;
using Microsoft.Extensions.Logging;

namespace MeetNet.Gateway.Tests.Stations;

public sealed class GatewayFileTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const string Allowed =
        "Allowed: mqtt://host, mqtts://host, ws://host/path, wss://host/path (with :port after the host where it is not the usual one) or unix:///path/of/socket";

    private const string NoCredentials =
        "A user name or password does not belong in the address: write 'user', and name a file that only its owner may read with 'passwordFile'";

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("kalmthoutse-heide", "127.0.0.1:8091")]
    [InlineData("brabantse-wal", "127.0.0.1:8092")]
    public void The_demonstration_gateways_are_sound(string name, string listen)
    {
        Secret("broker-password", "a secret\n", OwnerOnly);
        var (options, problems) = GatewayFile.Read(RepositoryFile.PathOf($"firmware-config/gateway/{name}.yaml"), new ConfigurationPaths(_folder.Path));
        Assert.Empty(problems);
        Assert.Equal(listen, options!.Listen);
        var hub = Assert.Single(options.Hubs);
        Assert.Equal("demo", hub.Name);
        Assert.Equal("a secret"u8.ToArray(), hub.Broker.Password.ToArray());
        Assert.Equal("vmm/x", hub.Broker.UserOr("vmm/x"));
        Assert.False(hub.ForgetAtPuback);
        Assert.Equal(SqliteSynchronous.Full, options.Outbox.Synchronous);
    }

    [Fact]
    public void Every_setting_is_read()
    {
        var (options, problems) = Read("""
            hubs:
              - name: north
                address: wss://broker.example/mqtt
                version: "3.1.1"
                user: me
                tls: {authorityFile: ca.crt, serverName: other.example, pinnedPublicKeys: [47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=]}
                resend: 2s
                linger: 0s
                inFlight: 4
                forgetAtPuback: true
              - {name: south, address: mqtt://other.example:1884}
            listen: "[::1]:9000"
            outbox: {maxMegabytes: 64, maxAge: 30d, whenFull: drop-oldest, synchronous: off, minFreeMegabytes: 1}
            log: {level: debug, file: gateway.log}
            """);
        Assert.Empty(problems);
        var north = options!.Hubs[0];
        Assert.Equal(("wss://broker.example:443/mqtt", MqttVersion.V311, "me"), (north.Broker.Address.ToString(), north.Broker.Version, north.Broker.User));
        Assert.Equal(_folder.File("ca.crt"), north.Broker.Tls!.CertificateAuthorityFile);
        Assert.Equal((TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2), TimeSpan.Zero, 4, true),
            (north.Limits.Resend, north.Limits.Ask, north.Limits.Linger, north.Limits.InFlight, north.ForgetAtPuback));
        Assert.Equal(["47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="], north.Broker.Tls!.PinnedPublicKeys);
        Assert.Equal("mqtt://other.example:1884", options.Hubs[1].Broker.Address.ToString());
        Assert.Null(options.Hubs[1].Broker.UserOr("vmm/x"));
        Assert.Equal(
            (64L << 20, TimeSpan.FromDays(30), WhenFull.DropOldest, SqliteSynchronous.Off, 1L << 20),
            (options.Outbox.MaxBytes, options.Outbox.MaxAge!.Value, options.Outbox.WhenFull, options.Outbox.Synchronous, options.Outbox.MinFreeDisk));
        Assert.Equal((LogLevel.Debug, _folder.File("gateway.log")), (options.Log.Level, options.Log.File));
    }

    [Theory]
    [InlineData("hubs: []", "3:7: 'hubs' must name at least one hub to deliver to")]
    [InlineData("hubs: [{name: Demo, address: mqtt://h}]", "3:15: 'Demo' is not a name of a hub; allowed: [a-z0-9-]{1,40}")]
    [InlineData("hubs: [{name: a, address: mqtt://h}, {name: a, address: mqtt://h}]", "3:45: the hub 'a' is named twice")]
    [InlineData("hubs: [{name: a}]", "3:8: missing key 'address' in 'hubs[0]': it must be text")]
    [InlineData("hubs: [{name: a, address: h}]", "3:27: 'address' is none that can be used: The address has no scheme: write mqtt://, mqtts://, ws://, wss:// or unix:// in front. " + Allowed)]
    [InlineData("hubs: [{name: a, address: ''}]", "3:27: 'address' is none that can be used: The address is empty. " + Allowed)]
    [InlineData("hubs: [{name: a, address: http://h/mqtt}]",
        "3:27: 'address' is none that can be used: The scheme 'http' is none of mqtt, mqtts, ws, wss, unix (tcp and ssl are mqtt and mqtts). " + Allowed)]
    [InlineData("hubs: [{name: a, address: mqtt://h/topic}]",
        "3:27: 'address' is none that can be used: '/topic' after the host means nothing with mqtt: only ws and wss have a path. " + Allowed)]
    [InlineData("hubs: [{name: a, address: wss://me:hunter2@h/mqtt}]", "3:27: 'address' is none that can be used: " + NoCredentials)]
    [InlineData("hubs: [{name: a, address: mqtt://me@h}]", "3:27: 'address' is none that can be used: " + NoCredentials)]
    [InlineData("hubs: [{name: a, address: ws://h/mqtt, tls: {authorityFile: ca.crt}}]",
        "3:45: 'tls' contradicts the address ws://h:80/mqtt, which is without TLS; allowed with mqtts:// and wss://")]
    [InlineData("hubs: [{name: a, address: unix:///run/mqtt.sock, tls: {serverName: h}}]",
        "3:55: 'tls' contradicts the address unix:///run/mqtt.sock, which is without TLS; allowed with mqtts:// and wss://")]
    [InlineData("hubs: [{name: a, address: mqtts://h, tls: {pinnedPublicKeys: [sha256/x]}}]",
        "3:63: 'pinnedPublicKeys[0]' is 'sha256/x'; allowed: the base64 of the SHA-256 of a public key (44 characters, the last of them =)")]
    [InlineData("hubs: [{name: a, address: mqtts://h, tls: {pinnedPublicKeys: []}}]",
        "3:62: 'pinnedPublicKeys' must name at least one key; without it any key of a trusted certificate will do")]
    [InlineData("hubs: [{name: a, address: mqtt://h, password: hunter2}]",
        "3:47: 'password' does not belong in a configuration file: name a file that only its owner may read with 'passwordFile'")]
    [InlineData("hubs: [{name: a, address: mqtts://h, tls: {keyFile: k}}]", "3:53: 'keyFile' without 'certificateFile' proves nothing")]
    [InlineData("hubs: [{name: a, address: mqtt://h}]\nlisten: localhost", "4:9: 'listen' is 'localhost'; allowed: an address and a port such as 127.0.0.1:8091 or [::1]:8091")]
    public void What_is_wrong_is_said_with_its_place(string text, string expected)
    {
        var (options, problems) = Read(text);
        Assert.Null(options);
        Assert.Equal($"{_folder.File("gateway.yaml")}:{expected}", Assert.Single(problems).ToString());
    }

    [Fact]
    public void Files_that_are_not_there_are_said_with_their_place()
    {
        var path = _folder.File("gateway.yaml");
        File.WriteAllText(path, "station: none.yaml\nprofiles: none\nhubs: [{name: a, address: mqtt://h}]\n");
        var (_, problems) = GatewayFile.Read(path, new ConfigurationPaths(_folder.Path));
        Assert.Equal(
            [$"{path}:1:10: the file {_folder.File("none.yaml")} does not exist", $"{path}:2:11: the folder {_folder.File("none")} does not exist"],
            problems.Select(p => p.ToString()));
    }

    [Fact]
    public void A_secret_that_others_may_read_is_refused_and_its_content_is_never_said()
    {
        Secret("broker-password", "hunter2", OwnerOnly | UnixFileMode.GroupRead);
        var problem = Assert.Single(ReadWithSecret());
        Assert.Contains($"may be read by others: chmod 600 {_folder.File("broker-password")}", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_that_is_empty_too_long_or_absent_is_refused()
    {
        Assert.Contains("does not exist", Assert.Single(ReadWithSecret()), StringComparison.Ordinal);
        Secret("broker-password", "\n", OwnerOnly);
        Assert.Contains("is empty", Assert.Single(ReadWithSecret()), StringComparison.Ordinal);
        Secret("broker-password", new string('x', 5000), OwnerOnly);
        Assert.Contains("more than 4096 bytes", Assert.Single(ReadWithSecret()), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private IEnumerable<string> ReadWithSecret() => Read("hubs: [{name: a, address: mqtt://h, passwordFile: broker-password}]").Problems.Select(p => p.Message);

    private (GatewayOptions? Options, IReadOnlyList<MeetNet.Yaml.YamlProblem> Problems) Read(string text)
    {
        var path = _folder.File("gateway.yaml");
        File.WriteAllText(path, $"station: {TestStations.PathOf("brabantse-wal")}\nprofiles: {TestStations.Profiles}\n{text}\n");
        return GatewayFile.Read(path, new ConfigurationPaths(_folder.Path));
    }

    private void Secret(string name, string text, UnixFileMode mode)
    {
        var path = _folder.File(name);
        File.Delete(path);
        File.WriteAllBytes(path, Encoding.UTF8.GetBytes(text));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }
    }
}
