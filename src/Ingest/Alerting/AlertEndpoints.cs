using MeetNet.Ingest.Query;
using MeetNet.Observations;

namespace MeetNet.Ingest.Alerting;

/// <summary>One alert as <c>/api/alerts</c> gives it.</summary>
internal sealed record AlertAnswer(
    string Rule,
    string Kind,
    string Severity,
    LocalizedText Title,
    LocalizedText Text,
    string Datastream,
    string Owner,
    string Station,
    string ObservedProperty,
    bool Simulated,
    string Phase,
    DateTimeOffset? Since,
    DateTimeOffset? FiredAt,
    DateTimeOffset? ResolvedAt,
    double? Measured,
    string? Unit);

/// <summary>One rule, the datastreams it watches, and its band: as the rule says it and in the canonical unit of the observed property.</summary>
internal sealed record RuleAnswer(
    string Name, string Kind, string Severity, LocalizedText Title, BandAnswer? Band, SilenceAnswer? Silence, IReadOnlyList<string> Datastreams);

/// <param name="Of"><c>result</c>, or <c>depth_below_surface</c>: then the canonical limits are depths too.</param>
internal sealed record BandAnswer(
    string ObservedProperty, string Of, string Unit, double? Lower, double? Upper, double? CanonicalLower, double? CanonicalUpper, TimeSpan For, TimeSpan KeepFiringFor);

internal sealed record SilenceAnswer(TimeSpan After, int Intervals);

/// <summary>A rule that can't be judged for a datastream it selects.</summary>
internal sealed record AlertProblem(string Rule, string Datastream, string Reason);

internal sealed record AlertsAnswer(
    DateTimeOffset Time, IReadOnlyList<AlertAnswer> Alerts, IReadOnlyList<RuleAnswer> Rules, IReadOnlyList<AlertProblem> Problems, IReadOnlyDictionary<string, long> Notifications);

/// <summary><c>GET /api/alerts</c>: pending, firing and lately resolved alerts, and the rules behind them.</summary>
internal static class AlertEndpoints
{
    /// <summary>How long a resolved alert is still shown.</summary>
    private static readonly TimeSpan Resolved = TimeSpan.FromHours(24);

    public static void MapAlerting(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/api/alerts", (HttpContext context, AlertProjection projection, AlertFile file, TimeProvider time) =>
        {
            var parameters = new QueryParameters(context.Request.Query);
            var phase = parameters.Choice<AlertPhase?>(
                "phase", null, ("firing", AlertPhase.Firing), ("pending", AlertPhase.Pending), ("resolved", AlertPhase.Resolved));
            parameters.Done();
            return parameters.Faults.Count > 0
                ? Problems.BadRequest(parameters.Faults)
                : Results.Json(Answer(projection, file, time.GetUtcNow(), phase), QueryJson.Options);
        });

    internal static AlertsAnswer Answer(AlertProjection projection, AlertFile file, DateTimeOffset now, AlertPhase? phase)
    {
        var watches = projection.Watches();
        var alerts = projection.Views()
            .Where(view => phase is null || view.State.Phase == phase)
            .Where(view => view.State.Phase != AlertPhase.Resolved || view.State.ResolvedAt > now - Resolved)
            .OrderByDescending(view => view.State.Phase == AlertPhase.Firing).ThenByDescending(view => view.Rule.Severity).ThenBy(view => view.State.Since)
            .Select(Answer);
        return new AlertsAnswer(
            now,
            [.. alerts],
            [.. projection.Rules.Select(rule => Answer(rule, [.. watches.Where(watch => watch.Rule.Name == rule.Name).Select(watch => watch.Datastream).Order(StringComparer.Ordinal)]))],
            [.. watches.Where(watch => !watch.CanJudge).Select(watch => new AlertProblem(watch.Rule.Name, watch.Datastream, "no-surface-level"))],
            file.NotificationCounts().ToDictionary(count => Notification.Word(count.Key), count => count.Value));
    }

    private static AlertAnswer Answer(AlertView view)
    {
        var (rule, state, id) = (view.Rule, view.State, view.Datastream);
        return new AlertAnswer(
            rule.Name, Notification.Word(rule.Kind), Notification.Word(rule.Severity), rule.Title, AlertText.Of(view, null),
            id.ToString(), id.Owner, id.Station, id.Property, view.Station.Simulated, Notification.Word(state.Phase),
            state.Since, state.FiredAt, state.ResolvedAt, state.Measured, rule.Band?.Unit);
    }

    private static RuleAnswer Answer(AlertRule rule, IReadOnlyList<string> datastreams) => new(
        rule.Name,
        Notification.Word(rule.Kind),
        Notification.Word(rule.Severity),
        rule.Title,
        rule.Band is { } band
            ? new BandAnswer(
                rule.Select.Property!, band.Of == BandMeasure.Result ? "result" : "depth_below_surface", band.Unit, band.Lower, band.Upper,
                (band.Lower - band.Offset) / band.Factor, (band.Upper - band.Offset) / band.Factor, band.For, band.KeepFiringFor)
            : null,
        rule.Silence is { } silence ? new SilenceAnswer(silence.After, silence.Intervals) : null,
        datastreams);
}
