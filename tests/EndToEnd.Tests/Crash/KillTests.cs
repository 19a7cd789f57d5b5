using MeetNet.EndToEnd.Tests.Rig;
using Xunit.Abstractions;

namespace MeetNet.EndToEnd.Tests.Crash;

/// <summary>
/// kill -9 at random moments under load. The claim is in the first test; the negative controls show that the same harness sees a loss where there is one.
/// </summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private static int Seed => Environment.GetEnvironmentVariable("MEETNET_SEED") is { Length: > 0 } seed
        ? int.Parse(seed, System.Globalization.CultureInfo.InvariantCulture)
        : System.Random.Shared.Next();

    private static int Rounds => Environment.GetEnvironmentVariable("MEETNET_ROUNDS") is { Length: > 0 } rounds
        ? int.Parse(rounds, System.Globalization.CultureInfo.InvariantCulture)
        : 20;

    [Fact]
    public async Task Killing_anything_at_any_moment_loses_duplicates_and_invents_nothing()
    {
        await using var scenario = await CrashScenario.StartAsync(output, Seed);
        for (var round = 0; round < Rounds; round++)
        {
            await scenario.UnderLoadAsync(20 + scenario.Random(60));
            await KillOneAsync(scenario, scenario.Random(4), forgetful: false);
        }

        await AssertNothingLostAsync(scenario);
    }

    [Fact]
    public async Task A_broker_that_forgets_everything_when_it_dies_loses_nothing()
    {
        await using var scenario = await CrashScenario.StartAsync(output, Seed);
        for (var round = 0; round < 5; round++)
        {
            await scenario.UnderLoadAsync(40 + scenario.Random(40));
            await KillOneAsync(scenario, 2, forgetful: true);
        }

        await AssertNothingLostAsync(scenario);
    }

    [Fact]
    public async Task Control_forgetting_at_the_brokers_PUBACK_loses_and_the_checker_sees_it()
    {
        await using var scenario = await CrashScenario.StartAsync(output, Seed, hubLines: ", forgetAtPuback: true");
        for (var round = 0; round < 3; round++)
        {
            // The hub is away, so the broker alone holds what it has acknowledged; then the broker dies and forgets.
            await scenario.Rig.Ingest.KillAsync();
            await scenario.UnderLoadAsync(120);
            await KillOneAsync(scenario, 2, forgetful: true);
            await scenario.Rig.StartIngestAsync();
            await scenario.UnderLoadAsync(30);
        }

        await scenario.DrainAsync();
        var verdict = await scenario.JudgeAsync();
        Assert.True(verdict.Lost > 0, $"the control must lose, or the checker is blind: {verdict}");
        Assert.Equal(0, verdict.Invented);
    }

    private static async Task AssertNothingLostAsync(CrashScenario scenario)
    {
        await scenario.DrainAsync();
        var series = new Dictionary<string, List<int>>();
        foreach (var property in new[] { "pm1", "pm2_5", "pm10" })
        {
            series[property] = await scenario.SeriesAsync(property);
        }

        Books.AssertBalanced(scenario.Rig);
        var verdict = await scenario.JudgeAsync();
        Assert.True(verdict is { Lost: 0, Duplicated: 0, Invented: 0, Acknowledged: > 0 }, verdict.ToString());
        foreach (var (property, numbers) in series)
        {
            var logged = scenario.Log.Where(o => o.Datastream == CrashScenario.Datastreams + property).Select(o => (int)o.Raw!.Value);
            Assert.Equal(logged.Order(), numbers.Order());
        }

        scenario.Rig.NoErrorLogged();
    }

    private static async Task KillOneAsync(CrashScenario scenario, int which, bool forgetful)
    {
        var rig = scenario.Rig;
        switch (which)
        {
            case 0:
                await scenario.Gateway.Process.KillAsync();
                await scenario.Gateway.StartAsync();
                break;
            case 1:
                await rig.Ingest.KillAsync();
                await rig.StartIngestAsync();
                break;
            case 2:
                rig.Broker.Kill();
                if (forgetful)
                {
                    File.Delete(Path.Combine(rig.Broker.Folder, "mosquitto.db"));
                }

                await rig.Broker.StartAgainAsync();
                break;
            default:
                await Task.WhenAll(scenario.Gateway.Process.KillAsync(), rig.Ingest.KillAsync(), Task.Run(rig.Broker.Kill));
                await rig.Broker.StartAgainAsync();
                await Task.WhenAll(scenario.Gateway.StartAsync(), rig.StartIngestAsync());
                break;
        }
    }
}
