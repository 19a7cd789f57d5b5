using MeetNet.Gateway.Commissioning;
using MeetNet.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace MeetNet.Gateway.Tests.Commissioning;

public sealed class SimulationFileTests : IDisposable
{
    private const string Quantities = "quantities: {level: {parts: [{shape: steady, mean: 1}]}}\n";

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(Quantities + "instruments: {level-9: {fields: {}}}",
        "2:15: the station noord-brabant/brabantse-wal has no sensor 'level-9'; allowed: level-1, pm-1, nh3-1, surface-1")]
    [InlineData(Quantities + "instruments: {level-1: {fields: {height: {quantity: level}}}}", "2:34: the profile vega/plics-modbus has no field 'height'; allowed: level")]
    [InlineData(Quantities + "instruments: {level-1: {fields: {level: {quantity: tide}}}}", "2:52: there is no quantity 'tide'; allowed: level")]
    [InlineData(Quantities + "instruments: {surface-1: {fields: {}, uplink: {every: 1h, zone: Europe/Brussel}}}",
        "2:65: 'Europe/Brussel' is not a time zone that this machine knows, for example Europe/Brussels (Debian: package tzdata)")]
    [InlineData("quantities: {level: {parts: [{shape: sine, amplitude: 1}]}}\ninstruments: {}", "1:30: missing key 'period'…")]
    public void What_is_wrong_is_said_with_its_place(string text, string expected)
    {
        var path = _folder.File("simulation.yaml");
        File.WriteAllText(path, text + "\n");
        var (simulation, problems) = SimulationFile.Read(path, TestStations.Dutch(), new ConfigurationPaths(null));
        Assert.Null(simulation);
        Assert.StartsWith($"{path}:{expected.TrimEnd('…')}", Assert.Single(problems).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stale_link_is_replaced_and_a_real_file_never()
    {
        var link = _folder.File("ttyParticles");
        File.CreateSymbolicLink(link, "/dev/pts/no-longer-there");
        using (var stop = new CancellationTokenSource())
        {
            var playing = new SimulatedLine(link, [], TimeProvider.System, NullLogger.Instance).RunAsync(stop.Token);
            // A link that leads nowhere exists too: wait for the one that replaces it.
            await Eventually.TrueAsync(() => new FileInfo(link).LinkTarget is { } target && target != "/dev/pts/no-longer-there", "the port");
            await stop.CancelAsync();
            await Eventually.DoneAsync(playing, "the player to leave");
            Assert.Null(new FileInfo(link).LinkTarget);
        }

        await File.WriteAllTextAsync(link, "somebody's data");
        await Assert.ThrowsAsync<IOException>(() => Eventually.DoneAsync(
            new SimulatedLine(link, [], TimeProvider.System, NullLogger.Instance).RunAsync(CancellationToken.None), "the refusal"));
        Assert.Equal("somebody's data", await File.ReadAllTextAsync(link));
    }

    [Fact]
    public void A_disturbance_comes_and_goes_on_time()
    {
        var disturbance = new DisturbanceScript(null, TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(3));
        var hour = new DateTimeOffset(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);
        var on = Enumerable.Range(0, 3600).Where(s => disturbance.IsOn(hour.AddSeconds(s))).ToList();
        Assert.Equal(Enumerable.Range(0, 6).SelectMany(i => Enumerable.Range(180 + (600 * i), 5)), on);
    }

    public void Dispose() => _folder.Dispose();
}
