using MeetNet.EndToEnd.Tests.Rig;
using MeetNet.TestKit;
using Xunit.Abstractions;

namespace MeetNet.EndToEnd.Tests.Crash;

/// <summary>
/// The gateway's disk loses its power under load. With the default durability nothing that was accepted is gone; with it
/// switched off something is, which shows that the cut is a cut.
/// </summary>
public sealed class PowerCutTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Cutting_the_power_of_the_outbox_loses_nothing_that_was_accepted()
    {
        var verdict = await CutAsync("full", cuts: 5);
        Assert.True(verdict is { Lost: 0, Duplicated: 0, Invented: 0, Acknowledged: > 0 }, verdict.ToString());
    }

    [Fact]
    public async Task Control_without_fsync_a_power_cut_loses_and_the_checker_sees_it()
    {
        var verdict = await CutAsync("off", cuts: 2);
        Assert.True(verdict.Lost > 0, $"the control must lose, or the checker is blind: {verdict}");
        Assert.Equal(0, verdict.Invented);
    }

    private async Task<Verdict> CutAsync(string synchronous, int cuts)
    {
        using var folder = new TemporaryFolder();
        await using var disk = await PowerCutDisk.CreateAsync(folder.Path);
        await using var scenario = await CrashScenario.StartAsync(
            output, seed: 1, gatewayLines: $"outbox: {{synchronous: {synchronous}, minFreeMegabytes: 1}}", gatewayData: Path.Combine(disk.Folder, "gateway"));
        for (var cut = 0; cut < cuts; cut++)
        {
            await scenario.UnderLoadAsync(60);

            // The broker is away, which would keep a copy for the hub: what is accepted from here on stands on this disk alone.
            scenario.Rig.Broker.Kill();
            await scenario.UnderLoadAsync(60);
            disk.CutPower();
            await scenario.Gateway.Process.KillAsync();
            await disk.PowerOnAsync();
            await scenario.Rig.Broker.StartAgainAsync();
            await scenario.Gateway.StartAsync();
        }

        await scenario.DrainAsync();
        return await scenario.JudgeAsync();
    }
}
