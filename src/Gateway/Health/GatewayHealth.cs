using MeetNet.Gateway.Acquisition;
using MeetNet.Gateway.Clock;
using MeetNet.Gateway.Outbox;
using MeetNet.Gateway.Stations;
using MeetNet.Gateway.Uplink;

namespace MeetNet.Gateway.Health;

/// <summary>
/// What <c>/healthz</c> says. <c>ok</c>: everything works. <c>degraded</c>: the gateway does its work, and something around it does not (a line, an instrument, a hub): see the
/// problems. <c>failing</c>, the only one that is not answered with 200: what is measured can't be kept.
/// </summary>
internal sealed record GatewayHealth(
    string Status, string Station, IReadOnlyList<string> Problems, IReadOnlyList<LineHealth> Lines, ClockHealth Clock, IReadOnlyList<HubHealth> Hubs,
    OutboxHealth Outbox)
{
    public const string Failing = "failing";

    public static GatewayHealth Judge(Station station, AcquisitionHost acquisition, ClockHealth clock, OutboxWriter writer, IOutbox outbox, Uplinks uplinks)
    {
        var lines = acquisition.Lines.Select(LineHealth.Of).ToList();
        var hubs = uplinks.Statuses.Select(h => new HubHealth(h.Hub, h.Connected, h.Since, h.Message, outbox.Span.Highest - h.Acknowledged)).ToList();
        var problems = new List<string>();
        problems.AddRange(lines.Where(l => l.State != "open").Select(l => $"line {l.Line} is {l.State}: {l.Message ?? "no reason yet"}"));
        problems.AddRange(lines.SelectMany(l => l.Instruments).Where(i => i.State is "silent" or "not-ready").Select(i => $"instrument {i.Sensor} is {i.State}"));
        problems.AddRange(hubs.Where(h => h.Message is not null).Select(h => $"hub {h.Hub}: {h.Message}"));
        if (!clock.Known)
        {
            problems.Add($"the clock has not been set since the machine was started: {clock.Waiting} sets of readings wait for the time");
        }

        if (writer.Trouble is { } trouble)
        {
            problems.Insert(0, $"outbox: {trouble}");
        }

        var status = writer.Trouble is not null ? Failing : problems.Count > 0 ? "degraded" : "ok";
        return new GatewayHealth(status, station.FullName, problems, lines, clock, hubs, new OutboxHealth(outbox.Books.Pending, outbox.Books.Bytes, writer.Trouble));
    }
}

internal sealed record LineHealth(string Line, string Kind, string State, DateTimeOffset Since, string? Message, IReadOnlyList<InstrumentHealth> Instruments)
{
    public static LineHealth Of(LineView view) => new(
        view.Status.Name, view.Kind, Words.Of(view.Status.State), view.Status.Since, view.Status.Message,
        [.. view.Instruments.Select(i => new InstrumentHealth(i.Sensor, i.Profile, Words.Of(i.State)))]);
}

/// <param name="Known">Whether the time is known.</param>
/// <param name="Since">Since when, by this clock.</param>
/// <param name="Waiting">Sets of readings that wait for it.</param>
/// <param name="Steps">How often the clock was set while it was known; by how much and when the last time.</param>
internal sealed record ClockHealth(bool Known, DateTimeOffset Since, long Waiting, long Steps, double? LastStepSeconds, DateTimeOffset? LastStep)
{
    public static ClockHealth Of(StationClock clock, ClockGate gate)
    {
        var view = clock.View;
        return new ClockHealth(view.Known, view.Since, gate.Books.Waiting, view.Steps, view.LastStepSeconds, view.LastStep);
    }
}

internal sealed record InstrumentHealth(string Sensor, string Profile, string State);

/// <param name="Behind">Observations that the hub has not acknowledged yet.</param>
internal sealed record HubHealth(string Hub, bool Connected, DateTimeOffset Since, string? Message, long Behind);

/// <param name="Pending">Observations that some hub has not acknowledged yet.</param>
internal sealed record OutboxHealth(long Pending, long Bytes, string? Trouble);
