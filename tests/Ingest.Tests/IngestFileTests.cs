using System.Runtime.Versioning;
using MeetNet.TestKit;

namespace MeetNet.Ingest.Tests;

[SupportedOSPlatform("linux")]
public sealed class IngestFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_file_that_is_shipped_reads_without_a_problem()
    {
        File.WriteAllText(_folder.File("broker-password"), "secret\n");
        File.SetUnixFileMode(_folder.File("broker-password"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var (options, problems) = IngestFile.Read(RepositoryFile.PathOf("firmware-config/ingest/ingest.yaml"), _folder.Path);
        Assert.Empty(problems);
        Assert.Equal(("demo", "ingest", 6), (options!.Hub, options.Broker.User, options.Broker.Password.Length));
        Assert.Equal(_folder.Path, options.DataDirectory);
    }

    [Fact]
    public void Defaults_are_those_of_the_schema()
    {
        var (options, problems) = Read("hub: demo\nbroker: {address: mqtt://localhost}\n");
        Assert.Empty(problems);
        Assert.Equal(("mqtt://localhost:1883", "127.0.0.1:8080", true), (options!.Broker.Address.ToString(), options.Listen.ToString(), options.EmbeddedSeries));
        Assert.Equal(Sqlite.SqliteSynchronous.Full, options.LogSynchronous);
    }

    [Theory]
    [InlineData("broker: {address: mqtt://h}\n", "1:1: missing key 'hub'")]
    [InlineData("hub: Demo Hub\nbroker: {address: mqtt://h}\n", "1:6: 'Demo Hub' is not a name of a hub")]
    [InlineData("hub: demo\nbroker: {address: 'mqtt://h:70000'}\n", "2:19: 'address' is none that can be used: The address can't be read")]
    [InlineData("hub: demo\nbroker: {address: mqtts://me:hunter2@h}\n", "2:19: 'address' is none that can be used: A user name or password does not belong")]
    [InlineData("hub: demo\nbroker: {address: ws://h/mqtt, tls: {serverName: x}}\n", "2:37: 'tls' contradicts the address ws://h:80/mqtt")]
    [InlineData("hub: demo\nbroker: {address: mqtts://h, tls: {pinnedPublicKeys: [x]}}\n", "2:55: 'pinnedPublicKeys[0]' is 'x'")]
    [InlineData("hub: demo\nbroker: {address: mqtt://h, password: hunter2}\n", "2:39: 'password' does not belong in a configuration file")]
    [InlineData("hub: demo\nbroker: {address: mqtt://h, passwordFile: none}\n", "2:43: the secret file")]
    [InlineData("hub: demo\nbroker: {address: mqtt://h}\nlisten: 8080\n", "3:9: 'listen' must be text")]
    [InlineData("hub: demo\nbroker: {address: mqtt://h}\nlisten: everywhere\n", "3:9: 'listen' is 'everywhere'")]
    [InlineData("hub: demo\nbroker: {address: mqtt://h}\nrules: nowhere\n", "3:8: the folder")]
    [InlineData("hub: demo\nbroker: {address: mqtt://h}\nfactLog: {synchronous: sometimes}\n", "3:24: 'synchronous' is 'sometimes'")]
    [InlineData("hub: demo\nbroker: {address: mqtt://h}\nserie: {embedded: true}\n", "3:1: unknown key 'serie' in the file; did you mean 'series'?")]
    [InlineData("hub: demo\nbroker: {address: mqtt://h}\nseries: {embedded: false}\n", "3:20: without the embedded store")]
    [InlineData("hub: demo\nbroker: {address: mqtt://h}\nseries: {influx: [{name: series, url: 'http://x', database: d}]}\n", "3:26: the name 'series' is taken")]
    [InlineData("hub: demo\nbroker: {address: mqtt://h}\nseries: {influx: [{name: i, url: 'ftp://x', database: d}]}\n", "3:34: 'url' is 'ftp://x'")]
    [InlineData("hub: demo\nbroker: {address: mqtt://h}\nseries: {influx: [{name: i, url: 'http://me:secret@x', database: d}]}\n", "3:34: 'url' is")]
    [InlineData("hub: demo\nbroker: {address: mqtt://h}\nseries: {influx: [{name: i, url: 'http://x', database: 'a\"b'}]}\n", "3:56: 'database' is")]
    [InlineData("hub: demo\nbroker: {address: mqtt://h}\nneighbours: {tests: [{property: smell, window: 1h, suspect: 1, within: 5}]}\n", "3:33: 'smell' is not an observed property")]
    [InlineData("hub: demo\nbroker: {address: mqtt://h}\nneighbours: {tests: [{property: nh3, window: 1h, suspect: 1}]}\n", "3:22: a test needs 'within'")]
    [InlineData("hub: demo\nbroker: {address: mqtt://h}\nneighbours: {tests: [{property: nh3, window: 1s, suspect: 1, within: 5}]}\n", "3:46: 'window'")]
    [InlineData("hub: demo\nbroker: {address: mqtt://h}\nneighbours: {tests: [{property: nh3, window: 1h, suspect: 0, within: 5}]}\n", "3:59: 'suspect' is 0")]
    [InlineData("hub: demo\nbroker: {address: mqtt://h}\nneighbours: {tests: [{property: nh3, window: 1h, suspect: 1, pairs: [{a: a/b/c/nh3, b: a/b/c/no2}]}]}\n", "3:88: 'a/b/c/no2' is not a datastream of nh3")]
    [InlineData("hub: demo\nbroker: {address: mqtt://h}\nneighbours: {sides: [[RIVM]], tests: []}\n", "3:23: 'RIVM' is not a name of an owner")]
    [InlineData("hub: demo\nbroker: {address: mqtt://h}\nseries: {influx: [{name: neighbours, url: 'http://x', database: d}]}\n", "3:26: the name 'neighbours' is taken")]
    public void A_mistake_is_said_with_its_place(string yaml, string expected)
    {
        var (options, problems) = Read(yaml);
        Assert.Null(options);
        Assert.StartsWith($"{_folder.File("ingest.yaml")}:{expected}", Assert.Single(problems).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Neighbour_tests_are_read()
    {
        var (options, problems) = Read("""
            hub: demo
            broker: {address: mqtt://h}
            neighbours:
              sides: [[rivm, noord-brabant], [vmm]]
              tests:
                - {property: pm10, window: 3h, suspect: 40, within: 30}
                - {property: water_level, window: 2h, suspect: 0.5, minimumValues: 5, pairs: [{a: rws/bath/l-1/water_level, b: hic/x/l-1/water_level, difference: -0.1}]}
            """);
        Assert.Empty(problems);
        var neighbours = options!.Neighbours!;
        Assert.True(neighbours.IsSameSide("noord-brabant", "rivm") && !neighbours.IsSameSide("vmm", "rivm") && !neighbours.IsSameSide("hic", "rws") && neighbours.IsSameSide("hic", "hic"));
        Assert.Equal((TimeSpan.FromHours(3), 40, 3, 30), (neighbours.Tests[0].Test.Window, neighbours.Tests[0].Test.Suspect, neighbours.Tests[0].Test.MinimumValues, neighbours.Tests[0].WithinKilometres));
        Assert.Equal(("hic/x/l-1/water_level", -0.1), (neighbours.Tests[1].Pairs[0].B, neighbours.Tests[1].Pairs[0].Difference));
    }

    [Fact]
    public void A_secret_that_others_may_read_is_refused_and_never_shown()
    {
        File.WriteAllText(_folder.File("password"), "hunter2");
        File.SetUnixFileMode(_folder.File("password"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        var (_, problems) = Read("hub: demo\nbroker: {address: mqtt://h, passwordFile: password}\n");
        var said = Assert.Single(problems).ToString();
        Assert.Contains("chmod 600", said, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", said, StringComparison.Ordinal);
    }

    private (IngestOptions? Options, IReadOnlyList<Yaml.YamlProblem> Problems) Read(string yaml)
    {
        File.WriteAllText(_folder.File("ingest.yaml"), yaml);
        return IngestFile.Read(_folder.File("ingest.yaml"), _folder.Path);
    }
}
