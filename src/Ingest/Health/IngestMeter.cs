using System.Diagnostics.Metrics;
using MeetNet.Ingest.Facts;
using MeetNet.Ingest.Intake;

namespace MeetNet.Ingest.Health;

/// <summary>The one meter of ingest. Its instruments read the counters that the stages keep anyway.</summary>
internal sealed class IngestMeter : IDisposable
{
    private const string Name = "MeetNet.Ingest";

    public IngestMeter(Pipeline pipeline, FactLog log, ProjectionRunners projections)
    {
        Meter = new Meter(Name);
        Meter.CreateObservableCounter("meetnet.intake.messages", () => pipeline.Intake.Received, description: "Messages taken from the broker.");
        Meter.CreateObservableCounter("meetnet.intake.received", () => pipeline.Intake.Counters.BytesReceived, "By", "Bytes received from the broker.");
        Meter.CreateObservableUpDownCounter("meetnet.intake.buffer", () => pipeline.Intake.Counters.ReceiveBufferBytes, "By", "Received and not yet taken.");
        Meter.CreateObservableCounter("meetnet.intake.pauses", () => pipeline.Intake.Counters.ReceivePauses, description: "Times the socket was not read because the buffer was full.");
        Meter.CreateObservableCounter("meetnet.intake.overruns", () => pipeline.Intake.Counters.ReceiveMaximumExceeded, description: "Messages that the broker sent beyond Receive Maximum.");
        Meter.CreateObservableUpDownCounter("meetnet.intake.queue", () => pipeline.Writer.Queued, description: "Messages between the gate and the log.");
        Meter.CreateObservableCounter("meetnet.intake.fates", () => Fates(log), description: "What received messages came to, since the log was made.");
        Meter.CreateObservableCounter("meetnet.acks.published", () => pipeline.Acks.Published, description: "Acknowledgements to gateways that the broker took.");
        Meter.CreateObservableCounter("meetnet.acks.refused", () => pipeline.Acks.Refused, description: "Acknowledgements to gateways that the broker refused.");
        Meter.CreateObservableCounter("meetnet.log.commits", () => pipeline.Writer.Commits, description: "Transactions of the log.");
        Meter.CreateObservableUpDownCounter("meetnet.log.head", () => log.Head, description: "Position of the newest fact.");
        Meter.CreateObservableCounter("meetnet.log.observations", () => log.Observations, description: "Observations in the log.");
        Meter.CreateObservableCounter("meetnet.log.damaged", () => log.Damaged, description: "Facts that the disk gave back otherwise than written.");
        Meter.CreateObservableUpDownCounter("meetnet.log.stalled", () => pipeline.Writer.Trouble is null ? 0 : 1, description: "1 while the log can't be written.");
        Meter.CreateObservableUpDownCounter(
            "meetnet.projection.lag", () => Each(projections, status => status.ObservationsLag), description: "Observations in the log that the projection has not applied.");
        Meter.CreateObservableUpDownCounter(
            "meetnet.projection.failing", () => Each(projections, status => status.Failure is null ? 0 : 1), description: "1 while the projection can't be written.");
    }

    public Meter Meter { get; }

    public void Dispose() => Meter.Dispose();

    private static IEnumerable<Measurement<long>> Each(ProjectionRunners projections, Func<ProjectionStatus, long> value) =>
        projections.All.Select(runner => new Measurement<long>(value(runner.Status), new KeyValuePair<string, object?>("projection", runner.Projection.Name)));

    private static IEnumerable<Measurement<long>> Fates(FactLog log) => !log.IsOpen ? [] : log.Read(IntakeTotals.ReadAll)
        .Select(total => new Measurement<long>(total.Value, new KeyValuePair<string, object?>("fate", total.Key.ToString())));
}
