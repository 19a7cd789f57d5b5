using MeetNet.Hosting;
using MeetNet.Ingest.Facts;
using MeetNet.Ingest.Query;
using MeetNet.Mqtt;

namespace MeetNet.Ingest.Health;

/// <summary>What <c>/healthz</c> says: <paramref name="Status"/> is ok, or lists in <paramref name="Problems"/> what is not.</summary>
internal sealed record Health(string Status, string Hub, string Broker, IReadOnlyList<string> Problems);

/// <summary><c>/healthz</c>, <c>/metrics</c> and <c>/api/books</c>.</summary>
internal static class HealthEndpoints
{
    public static IServiceCollection AddHealth(this IServiceCollection services)
    {
        services.AddSingleton<IngestMeter>();
        services.AddSingleton(provider => new PrometheusText(provider.GetRequiredService<IngestMeter>().Meter, MqttClient.MeterName));
        return services;
    }

    public static void MapHealth(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/healthz", (IngestOptions options, Pipeline pipeline, FactLog log, ProjectionRunners projections) =>
        {
            var health = Judge(options.Hub, pipeline, log, projections);
            return Results.Json(health, QueryJson.Options, statusCode: health.Problems.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
        });
        endpoints.MapGet("/metrics", (PrometheusText metrics) => Results.Text(metrics.Render(), PrometheusText.ContentType));
        endpoints.MapGet("/api/books", async (IngestOptions options, FactLog log, ProjectionRunners projections, CancellationToken stopping) =>
            Results.Json(await Books.ReadAsync(options.Hub, log, projections.All, stopping), QueryJson.Options));
    }

    private static Health Judge(string hub, Pipeline pipeline, FactLog log, ProjectionRunners projections)
    {
        var problems = new List<string>();
        var broker = pipeline.Intake.State;
        if (broker is not MqttConnectionState.Connected)
        {
            problems.Add(broker switch
            {
                MqttConnectionState.Refused refused => $"broker: refuses this hub ({refused.ReasonCode}): {refused.Detail}",
                MqttConnectionState.Disconnected gone => $"broker: no connection ({gone.Cause}): {gone.Detail}",
                _ => "broker: no connection",
            });
        }
        if (pipeline.Writer.Trouble is { } trouble)
        {
            problems.Add($"log: can't be written since {trouble.Since:u}: {trouble.Message}");
        }
        if (log.Damaged > 0)
        {
            problems.Add($"log: {log.Damaged} facts came back from the disk otherwise than written");
        }
        foreach (var runner in projections.All)
        {
            if (runner.Status is { Failure: { } failure } status)
            {
                problems.Add($"{status.Name}: can't be written since {status.FailingSince:u}, {status.ObservationsLag} observations behind: {failure}");
            }
        }
        return new Health(problems.Count == 0 ? "ok" : "problem", hub, broker.GetType().Name.ToLowerInvariant(), problems);
    }
}
