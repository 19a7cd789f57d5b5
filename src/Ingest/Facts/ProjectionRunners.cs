namespace MeetNet.Ingest.Facts;

/// <summary>Starts and stops the runners of all projections. Registered before the pipeline, and so stopped after it.</summary>
internal sealed class ProjectionRunners(IEnumerable<ProjectionRunner> runners) : IHostedService
{
    private readonly IReadOnlyList<ProjectionRunner> _runners = [.. runners];

    public IReadOnlyList<ProjectionRunner> All => _runners;

    public Task StartAsync(CancellationToken cancellationToken) => Task.WhenAll(_runners.Select(runner => runner.StartAsync(cancellationToken)));

    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(_runners.Select(runner => runner.StopAsync(cancellationToken)));
}
