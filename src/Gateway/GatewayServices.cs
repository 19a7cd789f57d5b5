using MeetNet.Gateway.Clock;
using MeetNet.Gateway.Health;
using MeetNet.Gateway.Outbox;
using MeetNet.Gateway.Stations;
using MeetNet.Gateway.Uplink;
using MeetNet.Hosting;

namespace MeetNet.Gateway;

/// <summary>What a gateway is made of besides its pipeline.</summary>
internal static class GatewayServices
{
    public const string OutboxFile = "outbox.db";

    /// <param name="dataFolder">Where the outbox and what was announced are kept; exists.</param>
    public static IServiceCollection AddGateway(this IServiceCollection services, GatewayOptions options, Station station, string dataFolder)
    {
        services.AddSingleton(options);
        services.AddSingleton(station);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IOutbox>(provider => SqliteOutbox.Open(
            options.Outbox with { Path = Path.Combine(dataFolder, OutboxFile), Hubs = [.. options.Hubs.Select(h => h.Name)] },
            provider.GetRequiredService<TimeProvider>(),
            notice => Tell(provider.GetRequiredService<ILogger<SqliteOutbox>>(), notice)));
        services.AddSingleton<IHostClock, KernelClock>();
        services.AddSingleton(provider => new StationClock(
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<IHostClock>(), options.Clock, provider.GetRequiredService<ILogger<StationClock>>()));
        services.AddSingleton(_ => new UndatedSets(Path.Combine(dataFolder, ClockGate.FileName), station));
        services.AddSingleton<ClockGate>();
        services.AddSingleton(provider => Announcer.Open(station, dataFolder, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new UplinkStation(station.Owner, station.Name, provider.GetRequiredService<Announcer>().Make));
        services.AddSingleton(_ => SystemdNotify.FromEnvironment());
        // A beat says that the program is not hung. A full disk or an absent broker is no reason for systemd to start it again: that would not help.
        services.AddHostedService(provider => new SystemdBeat(
            provider.GetRequiredService<SystemdNotify>(), provider.GetRequiredService<IHostApplicationLifetime>(), () => true,
            provider.GetRequiredService<TimeProvider>()));
        services.AddHealth();
        services.AddPipeline(options);
        return services;
    }

    private static void Tell(ILogger log, OutboxNotice notice)
    {
        if (notice.IsLoss)
        {
            Log.OutboxLoss(log, notice.Message);
        }
        else
        {
            Log.OutboxNotice(log, notice.Message);
        }
    }
}
