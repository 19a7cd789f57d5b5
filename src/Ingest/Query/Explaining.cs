using System.Text.Json;
using System.Globalization;
using MeetNet.Ingest.Catalogue;
using MeetNet.Ingest.Neighbours;
using MeetNet.Ingest.Series;
using MeetNet.Observations;
using MeetNet.Observations.Procedures;

namespace MeetNet.Ingest.Query;

/// <summary>One step of the way from raw to result.</summary>
/// <param name="Step">Kind of step.</param>
/// <param name="Parameters">The step as it was announced: everything it computes with.</param>
/// <param name="Input">Value before; null when there is no raw value to begin with.</param>
/// <param name="InputUnit">UCUM.</param>
/// <param name="Output">Value after.</param>
/// <param name="OutputUnit">UCUM.</param>
/// <param name="Quality">QARTOD flag that the step sets; null when it says nothing of quality.</param>
/// <param name="QualityTests">The tests that set it.</param>
/// <param name="Source">Where its numbers are from.</param>
/// <param name="Accuracy">Accuracy that the step adds, in the output unit.</param>
/// <param name="Text">The same for people.</param>
/// <param name="Inputs">The results of other datastreams that it computed with; null for most steps.</param>
internal sealed record StepAnswer(
    string Step, JsonElement Parameters, double? Input, string? InputUnit, double? Output, string? OutputUnit, int? Quality, string? QualityTests,
    string? Source, double? Accuracy, LocalizedText? Text, IReadOnlyList<InputAnswer>? Inputs);

/// <summary>The result of another datastream that a step computed with.</summary>
/// <param name="Datastream">Its id.</param>
/// <param name="Value">In its canonical unit; null when there was none in time.</param>
internal sealed record InputAnswer(string Datastream, double? Value);

/// <summary>How a stored result came about, computed again from its raw value and the announced procedure.</summary>
/// <param name="Stored">The result as it is stored.</param>
/// <param name="Recomputed">The result of the steps; null when they can't be computed.</param>
/// <param name="Agrees">Whether the two are the same number to the last bit; null when one of them is missing.</param>
/// <param name="Note">Why there is nothing to compare; null when there is.</param>
internal sealed record ExplainAnswer(
    string Datastream, string Owner, string Station, string ObservedProperty, UnitOfMeasurement? Unit, bool Simulated,
    ObservationAnswer Observation, string Procedure, DateTimeOffset? ValidFrom, IReadOnlyList<StepAnswer> Steps,
    double? Stored, double? Recomputed, bool? Agrees, string? Note, NeighbourAnswer? Neighbour);

/// <summary>What the hub's neighbour test said of it, and why.</summary>
/// <param name="Datastreams">The neighbour.</param>
/// <param name="DistanceKilometres">How far it is away.</param>
/// <param name="Window">How long before and after its values count.</param>
/// <param name="Suspect">How far outside their range is suspect, in the canonical unit.</param>
/// <param name="Difference">How much more than the neighbour the place usually has.</param>
/// <param name="Count">Usable values of the neighbour in the window.</param>
/// <param name="Least">The least of them.</param>
/// <param name="Greatest">The greatest of them.</param>
/// <param name="Quality">1 good, 2 not evaluated, 3 suspect.</param>
/// <param name="Text">The same for people.</param>
internal sealed record NeighbourAnswer(
    IReadOnlyList<string> Datastreams, double DistanceKilometres, TimeSpan Window, double Suspect, double Difference, int Count, double? Least, double? Greatest, int Quality, LocalizedText Text);

/// <summary>Explains one observation.</summary>
internal static class Explaining
{
    /// <summary>How far back and forth to look for the neighbours of a time at which nothing was observed, in ever wider steps.</summary>
    private static readonly TimeSpan[] Windows = [TimeSpan.FromMinutes(2), TimeSpan.FromHours(2), TimeSpan.FromDays(2), TimeSpan.FromDays(62)];

    /// <summary>The observation at or around a time (an instant at it, an interval that holds it), and else its neighbours.</summary>
    public static async Task<(SeriesPoint? Found, SeriesPoint? Before, SeriesPoint? After)> FindAsync(
        ISeriesStore store, string datastream, DateTimeOffset time, CancellationToken stopping)
    {
        var after = await FirstAfterAsync(store, datastream, time, stopping);
        if (after?.Begin == time)
        {
            return (after, null, null);
        }
        var before = await LastBeforeAsync(store, datastream, time, stopping);
        return before?.End > time ? (before, null, null) : (null, before, after);
    }

    /// <summary>Another revision of an observation; null when there is none.</summary>
    public static async Task<SeriesPoint?> RevisionAsync(ISeriesStore store, SeriesPoint newest, int revision, CancellationToken stopping)
    {
        var range = new SeriesRange(newest.Datastream, newest.Begin, newest.Begin.AddTicks(1)) { AllRevisions = true };
        await foreach (var point in store.ReadAllAsync(range, stopping))
        {
            if (point.End == newest.End && point.Revision == revision)
            {
                return point;
            }
        }
        return null;
    }

    public static ExplainAnswer Explain(CatalogueModel model, DatastreamId id, SeriesPoint point, NeighbourProjection? neighbours)
    {
        var head = DatastreamHead.Of(model, id);
        var procedure = model.Procedures.TryGetValue(point.Procedure, out var versions)
            ? versions.LastOrDefault(version => version.ValidFrom <= point.Begin) ?? versions[0]
            : null;
        var time = point.IsInstant ? PhenomenonTime.Instant(point.Begin) : PhenomenonTime.Interval(point.Begin, point.End);
        var found = neighbours?.Explain(head.Datastream, time);
        var explanation = point.Raw is { } raw ? procedure?.Explain(raw, time, point.Inputs) : null;
        var recomputed = explanation?.Result;
        bool? agrees = recomputed is { } computed && point.Result is { } stored
            ? BitConverter.DoubleToInt64Bits(computed) == BitConverter.DoubleToInt64Bits(stored)
            : null;
        return new ExplainAnswer(
            head.Datastream, head.Owner, head.Station, head.ObservedProperty, head.Unit, head.Simulated, ObservationAnswer.Of(head, point, null, found?.Flag), point.Procedure,
            procedure?.ValidFrom, procedure is null ? [] : Steps(procedure, explanation, point), point.Result, recomputed, agrees, Note(point, procedure, explanation),
            found is null ? null : Neighbour(found));
    }

    private static NeighbourAnswer Neighbour(NeighbourFinding found)
    {
        var (chosen, around) = (found.Neighbour, found.Around);
        var test = chosen.Test.Test;
        var (window, names) = (Iso8601.FormatDuration(test.Window), string.Join(", ", chosen.Datastreams));
        double? least = around.Count > 0 ? around.Least : null, greatest = around.Count > 0 ? around.Greatest : null;
        var range = string.Create(CultureInfo.InvariantCulture, $"[{around.Least + chosen.Difference - test.Suspect}, {around.Greatest + chosen.Difference + test.Suspect}]");
        var text = found.Flag switch
        {
            QartodFlag.NotEvaluated => new LocalizedText(
                $"{names} heeft binnen {window} te weinig waarden ({around.Count} van {test.MinimumValues}) om mee te vergelijken.", $"{names} has too few values within {window} ({around.Count} of {test.MinimumValues}) to compare with."),
            QartodFlag.Suspect => new LocalizedText($"Buiten {range}, wat {names} binnen {window} mat met de drempel erbij: verdacht.", $"Outside {range}, what {names} measured within {window} with the threshold: suspect."),
            _ => new LocalizedText($"Binnen {range}, wat {names} binnen {window} mat met de drempel erbij: goed.", $"Within {range}, what {names} measured within {window} with the threshold: good."),
        };
        return new NeighbourAnswer(
            chosen.Datastreams, Math.Round(chosen.Metres / 1_000, 1, MidpointRounding.AwayFromZero), test.Window, test.Suspect, chosen.Difference, around.Count, least, greatest, (int)found.Flag, text);
    }

    /// <summary>What a test said that needs the values around is told as it was observed: it can't be computed from one raw value.</summary>
    private static List<StepAnswer> Steps(Procedure procedure, Explanation? explanation, SeriesPoint point)
    {
        var taken = 0;
        using var json = JsonDocument.Parse(procedure.StepsJson);
        var steps = new List<StepAnswer>();
        for (var i = 0; i < procedure.Steps.Count; i++)
        {
            var (step, parameters) = (procedure.Steps[i], json.RootElement[i].Clone());
            var explained = i < explanation?.Steps.Count ? explanation.Steps[i] : null;
            var (quality, text) = (explained?.Quality, explained?.Text);
            if (explained is not null && step is QualityTestStep { IsOfSequence: true } test)
            {
                quality = test.Verdict(new ResultQuality(point.Flag, point.Tests));
                text = test.Describe(explained.Input, new StepOutcome(explained.Output, quality.Value));
            }
            steps.Add(new StepAnswer(
                step.Kind, parameters, explained?.Input, explained?.InputUnit, explained?.Output, explained?.OutputUnit,
                quality?.Flag is { } flag && flag != QartodFlag.None ? (int)flag : null, quality?.Tests, step.Source, step.Accuracy, text,
                step.Inputs.Count == 0 ? null : [.. step.Inputs.Select(input => new InputAnswer(input.Datastream, point.Inputs[taken++]))]));
        }
        return steps;
    }

    private static string? Note(SeriesPoint point, Procedure? procedure, Explanation? explanation) => (point, procedure, explanation) switch
    {
        (_, null, _) => "No announcement has named this procedure.",
        ({ Raw: null }, _, _) => "The gateway sent no raw value: there is nothing to compute from.",
        (_, _, { IsComplete: false }) => "The procedure has a step that this version does not know; it can't be computed here.",
        ({ Result: null }, _, _) => "There is no result: the quality says why the raw value was not used.",
        _ => null,
    };

    private static async Task<SeriesPoint?> FirstAfterAsync(ISeriesStore store, string datastream, DateTimeOffset time, CancellationToken stopping)
    {
        var from = time;
        foreach (var window in Windows)
        {
            var to = Shift(time, window);
            if (from < to && (await store.ReadAsync(new SeriesRange(datastream, from, to) { Limit = 1 }, stopping)).Points is [var first, ..])
            {
                return first;
            }
            from = to;
        }
        return null;
    }

    private static async Task<SeriesPoint?> LastBeforeAsync(ISeriesStore store, string datastream, DateTimeOffset time, CancellationToken stopping)
    {
        var to = time;
        foreach (var window in Windows)
        {
            var from = Shift(time, -window);
            SeriesPoint? last = null;
            if (from < to)
            {
                await foreach (var point in store.ReadAllAsync(new SeriesRange(datastream, from, to) { Limit = SeriesRange.MaxLimit }, stopping))
                {
                    last = point;
                }
            }
            if (last is not null)
            {
                return last;
            }
            to = from;
        }
        return null;
    }

    /// <summary>A time that may be asked for can be so far off that a window leaves the calendar.</summary>
    private static DateTimeOffset Shift(DateTimeOffset time, TimeSpan by) =>
        new(Math.Clamp(time.UtcTicks + by.Ticks, DateTimeOffset.MinValue.UtcTicks, DateTimeOffset.MaxValue.UtcTicks), TimeSpan.Zero);
}
