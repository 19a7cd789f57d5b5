using MeetNet.Hosting;
using MeetNet.Sqlite;

namespace MeetNet.Ingest;

/// <summary><c>run</c>: the host, its web server and its limits.</summary>
internal static class Hub
{
    private const int Connections = 2_000;
    private const long RequestBodyBytes = 1 << 20;
    private static readonly TimeSpan HeaderTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(60);

    public static async Task<int> RunAsync(IngestOptions options, TextWriter error)
    {
        try
        {
            await using var app = Build(options);
            var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Ingest");
            Log.Starts(logger, options.Hub, options.DataDirectory, SystemSqlite.Use());
            // Instruments listen from the start, so that nothing is counted before somebody asks.
            _ = app.Services.GetRequiredService<PrometheusText>();
            app.MapIngest();
            await app.StartAsync();
            await app.WaitForShutdownAsync();
            return app.Services.GetRequiredService<Pipeline>().Failed ? ExitCodes.Failure : ExitCodes.Ok;
        }
        catch (Exception e) when (e is SqliteFault or IOException or UnauthorizedAccessException or DllNotFoundException or NotSupportedException)
        {
            // A file that only a person can mend, a taken port, a missing library: one line that says what to do.
            await error.WriteLineAsync(e.Message);
            return ExitCodes.Failure;
        }
    }

    private static WebApplication Build(IngestOptions options)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.AddMeetNetLog(options.Log);
        builder.WebHost.ConfigureKestrel(server =>
        {
            server.Listen(options.Listen);
            server.AddServerHeader = false;
            server.Limits.MaxConcurrentConnections = Connections;
            server.Limits.MaxConcurrentUpgradedConnections = 0;
            server.Limits.MaxRequestBodySize = RequestBodyBytes;
            server.Limits.RequestHeadersTimeout = HeaderTimeout;
            server.Limits.KeepAliveTimeout = KeepAlive;
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(20));
        builder.Services.AddIngest(options);
        return builder.Build();
    }
}
