using System.ComponentModel;
using System.Net;
using MeetNet.Gateway.Health;
using MeetNet.Gateway.Stations;
using MeetNet.Hosting;
using MeetNet.Sqlite;

namespace MeetNet.Gateway;

/// <summary><c>run</c>: the host, its web server and its limits.</summary>
internal static class GatewayHost
{
    // A technician and a scraper, not the public.
    private const int Connections = 100;
    private const long RequestBodyBytes = 16 << 10;
    private static readonly TimeSpan HeaderTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);

    /// <summary>Runs until SIGTERM or Ctrl-C; the exit code is one of <see cref="ExitCodes"/>.</summary>
    public static async Task<int> RunAsync(GatewayOptions options, Station station, string dataFolder, TextWriter error)
    {
        try
        {
            await using var app = Build(options, station, dataFolder);
            var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Gateway");
            Log.Starting(
                log, typeof(GatewayHost).Assembly.GetName().Version?.ToString(3) ?? "?", station.FullName, station.Instruments.Count, station.Datastreams.Count(),
                string.Join(", ", options.Hubs.Select(h => h.Name)));
            // Instruments listen from the start, so that nothing is counted before somebody asks.
            _ = app.Services.GetRequiredService<PrometheusText>();
            app.MapHealth();
            await app.StartAsync();
            await app.WaitForShutdownAsync();
            return app.Services.GetServices<IHostedService>().OfType<BackgroundService>().Any(s => s.ExecuteTask is { IsFaulted: true })
                ? ExitCodes.Failure
                : ExitCodes.Ok;
        }
        catch (Exception e) when (e is SqliteFault or IOException or UnauthorizedAccessException or DllNotFoundException or Win32Exception)
        {
            // A file that only a person can mend, a taken port, a missing library: one line that says what.
            await error.WriteLineAsync(e.Message);
            return ExitCodes.Failure;
        }
    }

    private static WebApplication Build(GatewayOptions options, Station station, string dataFolder)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.AddMeetNetLog(options.Log);
        builder.WebHost.ConfigureKestrel(server =>
        {
            server.Listen(IPEndPoint.Parse(options.Listen));
            server.AddServerHeader = false;
            server.Limits.MaxConcurrentConnections = Connections;
            server.Limits.MaxConcurrentUpgradedConnections = 0;
            server.Limits.MaxRequestBodySize = RequestBodyBytes;
            server.Limits.RequestHeadersTimeout = HeaderTimeout;
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopPatience);
        builder.Services.AddGateway(options, station, dataFolder);
        return builder.Build();
    }
}
