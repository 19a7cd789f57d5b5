using MeetNet.Hosting;
using MeetNet.Ingest.Alerting;
using MeetNet.Ingest.Catalogue;
using MeetNet.Ingest.Dashboard;
using MeetNet.Ingest.Facts;
using MeetNet.Ingest.Health;
using MeetNet.Ingest.Neighbours;
using MeetNet.Ingest.Query;
using MeetNet.Ingest.Series;

namespace MeetNet.Ingest;

/// <summary>The one place where the parts of ingest are put together: what is in the container and what is on the HTTP server.</summary>
internal static class IngestServices
{
    /// <summary>The log and all projections: what <c>rebuild</c> needs, and the ground of <c>run</c>.</summary>
    public static IServiceCollection AddProjections(this IServiceCollection services, IngestOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(_ => new FactLog(options.DataFile(FactSchema.FileName)));
        services.AddSingleton<IFactLog>(provider => provider.GetRequiredService<FactLog>());
        services.AddSeries(options);
        services.AddCatalogue(options);
        services.AddAlerting(options);
        services.AddNeighbours(options);
        return services;
    }

    /// <summary>Everything of <c>run</c>. Hosted services stop in the reverse order: the pipeline first, what follows the log after it.</summary>
    public static IServiceCollection AddIngest(this IServiceCollection services, IngestOptions options)
    {
        services.AddProjections(options);
        services.AddQuery(options);
        services.AddHealth();
        services.AddSingleton<ProjectionRunners>();
        services.AddSingleton<Pipeline>();
        services.AddSingleton(_ => SystemdNotify.FromEnvironment());
        services.AddHostedService(provider => new SystemdBeat(
            provider.GetRequiredService<SystemdNotify>(), provider.GetRequiredService<IHostApplicationLifetime>(),
            () => !provider.GetRequiredService<Pipeline>().Failed, provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService(provider => provider.GetRequiredService<ProjectionRunners>());
        services.AddHostedService(provider => provider.GetRequiredService<Pipeline>());
        return services;
    }

    public static WebApplication MapIngest(this WebApplication app)
    {
        app.UseProblems();
        app.MapHealth();
        app.MapQuery();
        app.MapAlerting();
        app.MapDashboard();
        return app;
    }

    /// <summary>
    /// Registers a projection as itself and as an <see cref="IProjection"/>, and the runner that follows the log with it.
    /// <c>rebuild NAME</c>, the books and the health page find it by its <see cref="IProjection.Name"/>.
    /// </summary>
    public static IServiceCollection AddProjection<T>(this IServiceCollection services, Func<IServiceProvider, T>? make = null)
        where T : class, IProjection
    {
        if (make is null)
        {
            services.AddSingleton<T>();
        }
        else
        {
            services.AddSingleton(make);
        }
        services.AddSingleton<IProjection>(provider => provider.GetRequiredService<T>());
        return services.AddRunner(provider => provider.GetRequiredService<T>());
    }

    /// <summary>Registers the runner of a projection that is in the container already.</summary>
    private static IServiceCollection AddRunner(this IServiceCollection services, Func<IServiceProvider, IProjection> find) =>
        services.AddSingleton(provider => new ProjectionRunner(
            provider.GetRequiredService<IFactLog>(), find(provider), provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<ProjectionRunner>>()));

    private static void AddNeighbours(this IServiceCollection services, IngestOptions options)
    {
        if (options.Neighbours is { } neighbours)
        {
            services.AddProjection(_ => new NeighbourProjection(options.DataFile("neighbours.db"), neighbours));
        }
    }

    private static void AddSeries(this IServiceCollection services, IngestOptions options)
    {
        if (options.EmbeddedSeries)
        {
            services.AddProjection(_ => new SqliteSeries(options.DataFile("series.db")));
            services.AddSingleton<ISeriesStore>(provider => provider.GetRequiredService<SqliteSeries>());
        }
        foreach (var influx in options.Influx)
        {
            services.AddKeyedSingleton(influx.Name, (_, _) => new InfluxSeries(influx, options.DataFile($"{influx.Name}-cursor.db")));
            services.AddSingleton<IProjection>(provider => provider.GetRequiredKeyedService<InfluxSeries>(influx.Name));
            services.AddRunner(provider => provider.GetRequiredKeyedService<InfluxSeries>(influx.Name));
        }
        if (!options.EmbeddedSeries)
        {
            services.AddSingleton<ISeriesStore>(provider => provider.GetRequiredKeyedService<InfluxSeries>(options.Influx[0].Name));
        }
    }
}
