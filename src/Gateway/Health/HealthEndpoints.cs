using MeetNet.Gateway.Acquisition;
using MeetNet.Gateway.Clock;
using MeetNet.Gateway.Harmonisation;
using MeetNet.Gateway.Outbox;
using MeetNet.Gateway.Stations;
using MeetNet.Gateway.Uplink;
using MeetNet.Hosting;
using MeetNet.Mqtt;

namespace MeetNet.Gateway.Health;

/// <summary><c>/healthz</c>, <c>/metrics</c> and <c>/api/books</c>: read only, and on the loopback address unless the gateway file says otherwise.</summary>
internal static class HealthEndpoints
{
    public static IServiceCollection AddHealth(this IServiceCollection services)
    {
        services.AddSingleton<GatewayMeter>();
        services.AddSingleton(provider => new PrometheusText(provider.GetRequiredService<GatewayMeter>().Meter, MqttClient.MeterName));
        return services;
    }

    public static void MapHealth(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/healthz", (Station station, AcquisitionHost acquisition, StationClock clock, ClockGate gate, OutboxWriter writer, IOutbox outbox, Uplinks uplinks) =>
        {
            var health = GatewayHealth.Judge(station, acquisition, ClockHealth.Of(clock, gate), writer, outbox, uplinks);
            return Results.Json(
                health, HealthJson.Options, statusCode: health.Status == GatewayHealth.Failing ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK);
        });
        endpoints.MapGet("/metrics", (PrometheusText metrics) => Results.Text(metrics.Render(), PrometheusText.ContentType));
        endpoints.MapGet(
            "/api/books", (Station station, AcquisitionHost acquisition, ClockGate gate, Harmoniser harmoniser, OutboxWriter writer, IOutbox outbox, Uplinks uplinks) =>
                Results.Json(GatewayBooks.Read(station, acquisition, gate, harmoniser, writer, outbox, uplinks), HealthJson.Options));
    }
}
