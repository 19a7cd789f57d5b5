using MeetNet.Hosting;
using MeetNet.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MeetNet.Gateway.Tests.Linked;

public sealed class LogSetupTests
{
    [Fact]
    public void A_line_says_when_in_utc_how_bad_who_and_what_and_stays_one_line()
    {
        using var folder = new TemporaryFolder();
        var services = new ServiceCollection();
        services.AddLogging(l => l.AddMeetNetLog(new LogOptions { Level = LogLevel.Information, File = folder.File("gateway.log") }));
        using (var provider = services.BuildServiceProvider())
        {
            var logger = provider.GetRequiredService<ILoggerFactory>().CreateLogger("MeetNet.Gateway.Uplink.UplinkPublisher");
#pragma warning disable CA1848, CA2254, CA1873 // The text is the test.
            logger.LogInformation("Hub {Hub} said {Text}", "demo", "first\n2026-11-21T10:00:00.000Z ERROR forged");
            logger.LogDebug("not asked for");
            logger.LogError(new InvalidOperationException("why"), "It broke");
#pragma warning restore CA1848, CA2254, CA1873
        }
        var lines = File.ReadAllLines(Assert.Single(Directory.GetFiles(folder.Path)));
        Assert.Equal(3, lines.Length);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO UplinkPublisher: Hub ""?demo""? said ""?first\\n2026", lines[0]);
        Assert.Matches(@"^\S+Z ERROR UplinkPublisher: It broke$", lines[1]);
        Assert.Contains("InvalidOperationException: why", lines[2], StringComparison.Ordinal);
    }
}
