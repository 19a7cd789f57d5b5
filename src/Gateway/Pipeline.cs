using System.Threading.Channels;
using MeetNet.Gateway.Acquisition;
using MeetNet.Gateway.Clock;
using MeetNet.Gateway.Harmonisation;
using MeetNet.Gateway.Outbox;
using MeetNet.Gateway.Stations;
using MeetNet.Gateway.Uplink;
using MeetNet.Hosting;

namespace MeetNet.Gateway;

/// <summary>
/// The way of a byte through the gateway. Start reading here.
/// <code>
///  instrument ──▶ SerialLine ──▶ FrameLoop ──▶ DeviceSession ─┐ channel 1    channel 2
///   RS-232/485    poll(2),       IFramer:      IDeviceCodec:  │ 1,024 sets   4,096 observations
///                 pipe 64 KiB    frame, fault  raw readings   ├────▶ Harmoniser ────▶ OutboxWriter ──▶ SqliteOutbox
///                 LineSupervisor or need more  LineArbiter    │      Procedure        one transaction  AUTOINCREMENT,
///  node ──▶ network server ──▶ MqttNodeSession ───────────────┘      of each          for all that     a cursor for
///                              PUBACK when it is in the outbox       datastream       waits            each hub
///                                                                                                        │ rows after
///                                                                                                        ▼ the cursor
///                                                         hub ◀── broker ◀── MqttClient ◀── UplinkPublisher, one each
///                                                          └── down/&lt;hub&gt;/ack: moves the cursor ──────▲
/// </code>
/// From the outbox on an observation survives a power cut. Both channels are bounded and wait: what is slow downstream is not read upstream. Hosted services stop
/// in reverse order of registration, so downstream is registered first: when the gateway stops, the lines end, channel 1 completes, and each stage drains.
/// </summary>
internal static class Pipeline
{
    /// <summary>Channel 1: sets of readings.</summary>
    public const int ReadingSetLimit = 1_024;

    /// <summary>Channel 2: observations.</summary>
    public const int ObservationLimit = 4_096;

    public static IServiceCollection AddPipeline(this IServiceCollection services, GatewayOptions options)
    {
        services.AddSingleton(Bounded<ReadingSet>(ReadingSetLimit));
        services.AddSingleton(Bounded<Harmonised>(ObservationLimit));

        foreach (var hub in options.Hubs)
        {
            services.AddSingleton(provider => new UplinkPublisher(
                provider.GetRequiredService<UplinkStation>(), hub, provider.GetRequiredService<IOutbox>(), provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<UplinkPublisher>>()));
        }

        services.AddSingleton(provider => new Uplinks([.. provider.GetServices<UplinkPublisher>()]));
        services.AddHostedService(provider => provider.GetRequiredService<Uplinks>());

        services.AddSingleton(provider => new OutboxWriter(
            provider.GetRequiredService<IOutbox>(), new Backoff(BackoffLimits.Disk, new Random(), provider.GetRequiredService<TimeProvider>()),
            provider.GetRequiredService<TimeProvider>(), ObservationLimit));
        services.AddSingleton<IHostedService>(provider => new DrainingStage(stop => provider.GetRequiredService<OutboxWriter>().RunAsync(
            provider.GetRequiredService<Channel<Harmonised>>().Reader, stop)));

        services.AddSingleton<Harmoniser>();
        services.AddSingleton<IHostedService>(provider => new DrainingStage(stop => provider.GetRequiredService<Harmoniser>().RunAsync(
            provider.GetRequiredService<ClockGate>().ReadAsync(provider.GetRequiredService<Channel<ReadingSet>>().Reader, stop),
            provider.GetRequiredService<Channel<Harmonised>>().Writer, stop)));

        services.AddSingleton(provider => new AcquisitionHost(
            provider.GetRequiredService<Station>(), provider.GetRequiredService<Channel<ReadingSet>>().Writer, provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<AcquisitionHost>>()));
        services.AddHostedService(provider => provider.GetRequiredService<AcquisitionHost>());
        return services;
    }

    private static Channel<T> Bounded<T>(int limit) =>
        Channel.CreateBounded<T>(new BoundedChannelOptions(limit) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });
}

/// <summary>
/// A stage that ends when the one before it has completed its channel. Stopping waits for that, and cuts it short only when the host's patience ends.
/// </summary>
internal sealed class DrainingStage(Func<CancellationToken, Task> run) : BackgroundService
{
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        if (ExecuteTask is { } running)
        {
            await running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        await run(stoppingToken);
    }
}
