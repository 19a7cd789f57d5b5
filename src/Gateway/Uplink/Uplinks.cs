namespace MeetNet.Gateway.Uplink;

/// <summary>The ways to all hubs; each runs for itself, so that one that is away does not hold up the others.</summary>
internal sealed class Uplinks(IReadOnlyList<UplinkPublisher> publishers) : BackgroundService
{
    public IReadOnlyList<UplinkStatus> Statuses => [.. publishers.Select(p => p.Status)];

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => SideBySide.RunAsync(publishers.Select<UplinkPublisher, Func<CancellationToken, Task>>(p => p.RunAsync), stoppingToken);
}
