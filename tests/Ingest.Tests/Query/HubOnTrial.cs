using System.Net;
using MeetNet.Ingest.Alerting;
using MeetNet.Ingest.Catalogue;
using MeetNet.Ingest.Dashboard;
using MeetNet.Ingest.Query;
using MeetNet.Ingest.Facts;
using MeetNet.Ingest.Neighbours;
using MeetNet.Ingest.Series;
using MeetNet.Ingest.Tests.Facts;
using MeetNet.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MeetNet.Ingest.Tests.Query;

/// <summary>
/// The face of a hub without its spine: a log in memory, the real projections behind it, and the real HTTP endpoints on a real
/// socket, at a clock that stands still.
/// </summary>
internal sealed class HubOnTrial : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly WebApplication _app;
    private readonly AlertFile _alertFile;

    private HubOnTrial(TimeProvider time, IReadOnlyList<AlertRule> rules, string listen, NeighbourOptions? neighbours)
    {
        Time = time;
        Neighbours = neighbours is null ? null : new NeighbourProjection(_folder.File("neighbours.db"), neighbours);
        Catalogue = new CatalogueProjection(_folder.File("catalogue.db"));
        Series = new SqliteSeries(_folder.File("series.db"));
        _alertFile = new AlertFile(_folder.File("alerting.db"), DateTimeOffset.UnixEpoch);
        Alerts = new AlertProjection(_alertFile, "trial", rules, time);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.AddProvider(Logs);
        builder.WebHost.UseKestrelCore().UseUrls(listen);
        builder.Services.AddRouting();
        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton(new IngestOptions { Hub = "trial", DataDirectory = _folder.Path, Listen = new IPEndPoint(IPAddress.Loopback, 0) });
        builder.Services.AddSingleton(Catalogue);
        builder.Services.AddSingleton(Alerts);
        builder.Services.AddSingleton(_alertFile);
        builder.Services.AddSingleton<ISeriesStore>(Series);
        if (Neighbours is not null)
        {
            builder.Services.AddSingleton(Neighbours);
        }
        _app = builder.Build();
        _app.UseRouting();
        _app.UseProblems();
        _app.MapQuery();
        _app.MapAlerting();
        _app.MapDashboard();
    }

    public MemoryFactLog Log { get; } = new();

    public TimeProvider Time { get; }

    public CollectingLogger Logs { get; } = new();

    public CatalogueProjection Catalogue { get; }

    public SqliteSeries Series { get; }

    public AlertProjection Alerts { get; }

    /// <summary>Null: this hub has no neighbour tests.</summary>
    public NeighbourProjection? Neighbours { get; }

    public HttpClient Http { get; private set; } = new();

    public static async Task<HubOnTrial> StartAsync(TimeProvider time, IReadOnlyList<AlertRule>? rules = null, string listen = "http://127.0.0.1:0", NeighbourOptions? neighbours = null)
    {
        var hub = new HubOnTrial(time, rules ?? [], listen, neighbours);
        await hub._app.StartAsync();
        var address = hub._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        hub.Http = new HttpClient { BaseAddress = new Uri(address) };
        return hub;
    }

    /// <summary>Lets every projection catch up with the log.</summary>
    public async Task ProjectAsync()
    {
        foreach (var projection in new IProjection?[] { Catalogue, Series, Alerts, Neighbours }.OfType<IProjection>())
        {
            while (Log.ReadAfter(projection.Cursor, 1_000) is { Count: > 0 } facts)
            {
                await projection.ApplyAsync(facts, CancellationToken.None);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
        Series.Dispose();
        Catalogue.Dispose();
        Alerts.Dispose();
        Neighbours?.Dispose();
        Logs.Dispose();
        _folder.Dispose();
    }
}
