using System.Threading.Channels;
using MeetNet.Devices;
using MeetNet.Gateway.Acquisition;
using MeetNet.Gateway.Stations;
using MeetNet.Observations;
using MeetNet.Observations.Procedures;
using MeetNet.Observations.Time;

namespace MeetNet.Gateway.Harmonisation;

/// <summary>An observation on its way to the outbox: the item of channel 2.</summary>
/// <param name="Receipt">To be told when the observation is on the disk; null when nobody waits for it.</param>
internal readonly record struct Harmonised(Observation Observation, Receipt? Receipt = null);

/// <summary>
/// From the device's own numbers to observations in the canonical definition, by the procedure of each datastream; has no arithmetic of its own. A
/// number that is no measurement becomes an observation without a result and with the reason: nothing is dropped in silence.
/// </summary>
internal sealed class Harmoniser
{
    /// <summary>The device stamps its values, and gave no stamp.</summary>
    public const string StampMissing = "stamp:missing";

    /// <summary>The device's stamp lies outside the years that its clock can mean.</summary>
    public const string StampOutOfRange = "stamp:out_of_range";

    private readonly TimeProvider _time;
    private readonly ILogger<Harmoniser> _log;
    private readonly Dictionary<Instrument, DatastreamWork[][][]> _passes;
    private readonly InputMemory _inputs;

    public Harmoniser(Station station, TimeProvider time, ILogger<Harmoniser> log)
    {
        _time = time;
        _log = log;
        _inputs = new InputMemory(station);
        _passes = station.Instruments.ToDictionary(i => i, i => Passes(station, i));
    }

    public HarmonisationBooks Books { get; } = new();

    /// <summary>Moves everything that came through the gate to channel 2 until there is no more; completes channel 2 then.</summary>
    public async Task RunAsync(IAsyncEnumerable<ReadingSet> input, ChannelWriter<Harmonised> output, CancellationToken stop)
    {
        var observations = new List<Harmonised>(16);
        try
        {
            await foreach (var set in input.WithCancellation(stop))
            {
                observations.Clear();
                Harmonise(set, observations);
                foreach (var observation in observations)
                {
                    await output.WriteAsync(observation, stop);
                }

                set.Receipt?.Done();
            }
        }
        finally
        {
            output.TryComplete();
        }
    }

    /// <summary>
    /// The observations of one set, in the order of its readings, what is computed with others after those; a correction that one of them leads to goes before it. Allocates nothing of its own but the text of what tests object to.
    /// </summary>
    public void Harmonise(in ReadingSet set, List<Harmonised> observations)
    {
        var passes = _passes[set.Instrument];
        var now = _time.GetUtcNow();
        foreach (var reading in set.Readings.Span)
        {
            var datastreams = 0;
            foreach (var pass in passes)
            {
                datastreams += pass[reading.Field].Length;
            }

            Books.Reading(datastreams);
        }

        foreach (var pass in passes)
        {
            foreach (var reading in set.Readings.Span)
            {
                foreach (var work in pass[reading.Field])
                {
                    Take(work, reading, set, now, observations);
                }
            }
        }
    }

    private void Take(DatastreamWork work, RawReading reading, in ReadingSet set, DateTimeOffset now, List<Harmonised> observations)
    {
        var observation = Observe(work, reading, set, now, out var procedure);
        if (work.Tests is { } tests)
        {
            observation = tests.Judge(observation, procedure, out var correction);
            if (correction is { } earlier)
            {
                Books.Corrected();
                Add(earlier, set.Receipt, observations);
            }
        }

        _inputs.Remember(observation);
        Add(observation, set.Receipt, observations);
    }

    /// <summary>The datastreams of an instrument by pass and field: a datastream comes after those of the station that it is computed with.</summary>
    private static DatastreamWork[][][] Passes(Station station, Instrument instrument)
    {
        var all = station.Datastreams.ToDictionary(d => d.Id.ToString(), StringComparer.Ordinal);
        var fields = Enumerable.Range(0, instrument.Profile.Fields.Count);
        return
        [
            .. instrument.Datastreams.GroupBy(Depth).OrderBy(pass => pass.Key).Select(
                pass => fields.Select(field => pass.Where(d => d.Field == field).Select(d => new DatastreamWork(d)).ToArray()).ToArray()),
        ];

        int Depth(DatastreamPlan plan) => plan.Procedures.All
            .SelectMany(procedure => procedure.Inputs).Select(input => all.TryGetValue(input.Datastream, out var before) ? 1 + Depth(before) : 1)
            .DefaultIfEmpty().Max();
    }

    private void Add(in Observation observation, Receipt? receipt, List<Harmonised> observations)
    {
        Books.Observed(observation.Quality.Flag);
        receipt?.Take();
        observations.Add(new Harmonised(observation, receipt));
    }

    private Observation Observe(DatastreamWork work, RawReading reading, in ReadingSet set, DateTimeOffset now, out Procedure procedure)
    {
        var time = PhenomenonTimeOf(work, reading, set, out var stampProblem, out var stampQuality);
        procedure = work.Plan.Procedures.At(time);
        double? raw = double.IsFinite(reading.Value) ? reading.Value : null;
        var reason = stampProblem ?? (set.Clock.Flag == QartodFlag.Missing ? set.Clock.Tests : null) ?? ReasonOf(reading.Status, raw);
        double? result = null;
        ResultQuality quality;
        var inputs = default(ProcedureInputs);
        if (reason is not null)
        {
            quality = ResultQuality.Missing(reason);
        }
        else
        {
            inputs = _inputs.For(procedure, time);
            (result, quality) = procedure.Apply(reading.Value, time, inputs);
            // A missing result stays missing; the worst flag of a present one counts.
            quality = result is null ? quality : quality.And(stampQuality).And(set.Clock);
        }

        return new Observation(work.Id, procedure.Id, time, now, result, quality, raw, Revision: 0, inputs);
    }

    /// <summary>
    /// When the value applied: the device's own stamp by its convention, or the reception by the network server, or the arrival here. Where the stamp makes no sense the observation is filed under its
    /// arrival, without a result: a value at a guessed time would be an invented one.
    /// </summary>
    private PhenomenonTime PhenomenonTimeOf(DatastreamWork work, RawReading reading, in ReadingSet set, out string? problem, out ResultQuality quality)
    {
        problem = null;
        quality = default;
        // A clock that is in doubt settles nothing.
        var received = set.NetworkTime ?? (set.Clock.Flag == QartodFlag.None ? set.SampledAt.Utc : null);
        var arrival = PhenomenonTime.Instant(received ?? set.SampledAt.Utc);
        if (work.Stamps is not { } stamps)
        {
            // A value out of a device's memory comes with the instant that it is of.
            if (reading.Time is not { Offset: { } written } own)
            {
                return arrival;
            }

            if (StampConvention.UtcInstant.Resolve(own.Stamp, written, out var instant) == StampOutcome.Certain)
            {
                return instant;
            }

            problem = StampOutOfRange;
        }
        else if ((reading.Time ?? set.DeviceTime) is not { } stamp)
        {
            problem = StampMissing;
        }
        else
        {
            var outcome = stamp.Offset is { } offset
                ? stamps.Resolve(stamp.Stamp, offset, out var time)
                : stamps.Resolve(stamp.Stamp, received, out time);
            switch (outcome)
            {
                case StampOutcome.Certain or StampOutcome.ByReception or StampOutcome.BySequence:
                    work.ToldUnusable = false;
                    return time;
                case StampOutcome.Ambiguous:
                    work.ToldUnusable = false;
                    quality = ResultQuality.Suspect(QualityTests.StampAmbiguous);
                    return time;
                default:
                    problem = outcome == StampOutcome.Nonexistent ? QualityTests.StampNonexistent : StampOutOfRange;
                    break;
            }
        }

        if (!work.ToldUnusable)
        {
            work.ToldUnusable = true;
            Log.StampUnusable(_log, work.Id, problem);
        }

        return arrival;
    }

    private static string? ReasonOf(ReadingStatus status, double? raw) => status switch
    {
        ReadingStatus.Ok when raw is not null => null,
        ReadingStatus.Ok or ReadingStatus.Missing => QualityTests.DeviceMissing,
        ReadingStatus.WarmingUp => QualityTests.DeviceWarmingUp,
        ReadingStatus.Calibrating => QualityTests.DeviceCalibrating,
        ReadingStatus.DeviceFault => QualityTests.DeviceFault,
        ReadingStatus.OutOfRange => QualityTests.DeviceOutOfRange,
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "A status without a reason."),
    };
}
