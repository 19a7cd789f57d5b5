using MeetNet.Ingest.Facts;
using MeetNet.Mqtt;

namespace MeetNet.Ingest.Alerting;

/// <summary>Puts alerting together.</summary>
internal static class AlertingServices
{
    public static IServiceCollection AddAlerting(this IServiceCollection services, IngestOptions options)
    {
        services.AddSingleton(provider => new AlertFile(options.DataFile("alerting.db"), provider.GetRequiredService<TimeProvider>().GetUtcNow()));
        services.AddProjection(provider => new AlertProjection(
            provider.GetRequiredService<AlertFile>(), options.Hub, ReadRules(options, provider), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => MakeSender(provider, options));
        services.AddHostedService(provider => provider.GetRequiredService<NotificationSender>());
        services.AddHostedService(provider => new SilenceWatch(
            provider.GetRequiredService<AlertProjection>(),
            provider.GetRequiredService<IFactLog>(),
            () => provider.GetRequiredService<Pipeline>().Intake.State is MqttConnectionState.Connected,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<SilenceWatch>>()));
        return services;
    }

    private static NotificationSender MakeSender(IServiceProvider provider, IngestOptions options)
    {
        // A webhook that sends the request elsewhere is not the one that was configured.
        var http = new HttpMessageInvoker(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) });
        var sender = new NotificationSender(
            provider.GetRequiredService<AlertFile>(), http, options.Webhook, provider.GetRequiredService<TimeProvider>(), new Random(),
            provider.GetRequiredService<ILogger<NotificationSender>>());
        provider.GetRequiredService<AlertProjection>().Told = sender.Wake;
        return sender;
    }

    /// <summary>The rules have been checked with the rest of the configuration; one that became wrong since stops the start all the same.</summary>
    private static IReadOnlyList<AlertRule> ReadRules(IngestOptions options, IServiceProvider provider)
    {
        if (options.RulesDirectory is not { } folder)
        {
            return [];
        }
        var rules = RuleReader.ReadFolder(folder, out var problems);
        if (problems.Count > 0)
        {
            throw new InvalidOperationException(string.Join('\n', problems));
        }
        Log.RulesRead(provider.GetRequiredService<ILogger<AlertProjection>>(), rules.Count, folder);
        return rules;
    }
}
