using System.Diagnostics.Metrics;
using MeetNet.Gateway.Acquisition;
using MeetNet.Gateway.Clock;
using MeetNet.Gateway.Harmonisation;
using MeetNet.Gateway.Outbox;
using MeetNet.Gateway.Uplink;

namespace MeetNet.Gateway.Health;

/// <summary>The gateway's one meter. Everything is observed from the books when somebody asks, so that metrics and books can't disagree.</summary>
internal sealed class GatewayMeter : IDisposable
{
    private readonly AcquisitionHost _acquisition;

    public GatewayMeter(AcquisitionHost acquisition, StationClock clock, ClockGate gate, Harmoniser harmoniser, OutboxWriter writer, IOutbox outbox, Uplinks uplinks)
    {
        _acquisition = acquisition;
        Meter = new Meter("meetnet.gateway");
        Lines();
        Gauge("meetnet.clock.known", "1 once the wall clock has been set since the machine was started.", () => clock.IsKnown ? 1 : 0);
        Counter("meetnet.clock.steps", "Times that the wall clock was set after that.", () => clock.View.Steps);
        Gauge("meetnet.clock.waiting", "Sets of readings on the disk that wait for the time.", () => gate.Books.Waiting);
        Counter("meetnet.gateway.readings", "Raw readings taken in.", () => harmoniser.Books.Read().Readings);
        Counter("meetnet.gateway.readings.unmapped", "Raw readings that no datastream is made of.", () => harmoniser.Books.Read().Unmapped);
        Counter("meetnet.gateway.observations.corrected", "Observations made again because a later one showed them to be spikes.", () => harmoniser.Books.Read().Corrections);
        Counter("meetnet.gateway.observations", "Observations made.", () => harmoniser.Books.Read().Observations);
        Counter("meetnet.gateway.observations.missing", "Observations without a result.", () => harmoniser.Books.Read().Missing);
        Counter("meetnet.gateway.observations.refused", "Observations that the outbox could not take.", () => writer.Books.Refused);
        Counter("meetnet.outbox.issued", "Sequences issued in this epoch.", () => outbox.Books.Issued);
        Gauge("meetnet.outbox.pending", "Observations that some hub has not acknowledged.", () => outbox.Books.Pending);
        Counter("meetnet.outbox.evicted", "Observations given up by the policy.", () => outbox.Books.Evicted);
        Gauge("meetnet.outbox.corrupt", "Observations whose checksum did not match.", () => outbox.Books.Corrupt);
        Gauge("meetnet.outbox.size", "Bytes of the outbox in use.", () => outbox.Books.Bytes, "By");
        Hubs(uplinks, outbox);
    }

    public Meter Meter { get; }

    public void Dispose() => Meter.Dispose();

    private void Lines()
    {
        Meter.CreateObservableGauge("meetnet.line.open", () => PerLine(l => l.Status.State == Gateway.Lines.LineState.Open ? 1 : 0), null, "1 while the line is open.");
        Meter.CreateObservableCounter("meetnet.line.read", () => PerLine(l => l.Status.Counters.BytesRead), "By", "Bytes read.");
        Meter.CreateObservableCounter("meetnet.line.frames", () => PerLine(l => l.Counters.Frames), null, "Frames cut.");
        Meter.CreateObservableCounter("meetnet.line.unexpected", () => PerLine(l => l.Counters.Unexpected), null, "Sound frames that nobody asked for.");
        Meter.CreateObservableCounter("meetnet.line.repeats", () => PerLine(l => l.Counters.Repeats), null, "Messages that were the last one again.");
        Meter.CreateObservableCounter("meetnet.line.timeouts", () => PerLine(l => l.Counters.Timeouts), null, "Exchanges without an answer in time.");
        Meter.CreateObservableCounter("meetnet.instrument.polls.planned", () => PerInstrument(i => i.Planned), null, "Polls that the interval of the instrument asked for.");
        Meter.CreateObservableCounter("meetnet.instrument.polls.achieved", () => PerInstrument(i => i.Achieved), null, "Polls in which the instrument answered everything.");
        Meter.CreateObservableCounter("meetnet.line.faults", Faults, null, "Faults in what was read, by reason.");
    }

    private void Hubs(Uplinks uplinks, IOutbox outbox)
    {
        Meter.CreateObservableGauge("meetnet.hub.connected", () => PerHub(uplinks, h => h.Connected ? 1 : 0), null, "1 while there is a connection to the hub's broker.");
        Meter.CreateObservableGauge(
            "meetnet.hub.behind", () => PerHub(uplinks, h => outbox.Span.Highest - h.Acknowledged), null, "Observations the hub has not acknowledged.");
        Meter.CreateObservableCounter("meetnet.hub.batches", () => PerHub(uplinks, h => h.Batches), null, "Batches published, repeats included.");
        Meter.CreateObservableCounter("meetnet.hub.refused", () => PerHub(uplinks, h => h.Refused), null, "Batches that the broker refused.");
        Meter.CreateObservableCounter("meetnet.hub.resends", () => PerHub(uplinks, h => h.Resends), null, "Times that the hub made no progress in time.");
    }

    private void Counter(string name, string description, Func<long> value) => Meter.CreateObservableCounter(name, value, null, description);

    private void Gauge(string name, string description, Func<long> value, string? unit = null) => Meter.CreateObservableGauge(name, value, unit, description);

    private IEnumerable<Measurement<long>> PerLine(Func<LineView, long> value) =>
        _acquisition.Lines.Select(l => new Measurement<long>(value(l), new KeyValuePair<string, object?>("line", l.Status.Name)));

    private IEnumerable<Measurement<long>> PerInstrument(Func<InstrumentView, long> value) =>
        _acquisition.Lines.SelectMany(l => l.Instruments.Where(i => i.Planned > 0).Select(i => new Measurement<long>(
            value(i), new KeyValuePair<string, object?>("line", l.Status.Name), new KeyValuePair<string, object?>("sensor", i.Sensor))));

    private IEnumerable<Measurement<long>> Faults() => _acquisition.Lines.SelectMany(l => l.Counters.Faults.Select(f => new Measurement<long>(
        f.Value.Count, new KeyValuePair<string, object?>("line", l.Status.Name), new KeyValuePair<string, object?>("reason", f.Key))));

    private static IEnumerable<Measurement<long>> PerHub(Uplinks uplinks, Func<UplinkStatus, long> value) =>
        uplinks.Statuses.Select(h => new Measurement<long>(value(h), new KeyValuePair<string, object?>("hub", h.Hub)));
}
