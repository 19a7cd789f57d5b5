using System.Diagnostics.CodeAnalysis;
using MeetNet.Observations.Calibration;
using MeetNet.Observations.Catalogue;
using MeetNet.Observations.Datums;
using MeetNet.Observations.Quality;
using MeetNet.Observations.Units;

namespace MeetNet.Observations.Procedures;

/// <summary>
/// Composes the steps from a raw value to the canonical definition of its observed property, or says everything that is
/// wrong. What this accepts can be computed: dimensions, datums and reference conditions are settled here, at the start,
/// and never at run.
/// </summary>
public static class ProcedureBuilder
{
    private const string StationFile = "station file";
    private const string CatalogueRange = "catalogue: physical range";

    /// <summary>Makes the procedures of a datastream, one for each period in which calibration and local zero stay the same.</summary>
    /// <param name="request">What is known of the datastream.</param>
    /// <param name="versions">The procedures; null when there is a problem.</param>
    /// <param name="problems">All problems; empty when there is none.</param>
    public static bool TryBuild(
        ProcedureRequest request,
        [NotNullWhen(true)] out ProcedureVersions? versions,
        out IReadOnlyList<ProcedureProblem> problems)
    {
        ArgumentNullException.ThrowIfNull(request);
        var found = new List<ProcedureProblem>();
        versions = null;
        problems = found;
        if (!ObservedProperties.TryGet(request.Datastream.Property, out var property))
        {
            var known = string.Join(", ", ObservedProperties.All.Select(p => p.Name));
            found.Add(new(ProcedureSetting.ObservedProperty, $"'{request.Datastream.Property}' is not an observed property; known are {known}"));
        }

        if (!Unit.TryParse(request.RawUnit, out var raw))
        {
            found.Add(new(ProcedureSetting.RawUnit, $"'{request.RawUnit}' is not a unit of the UCUM subset (for instance [ppb], ug/m3, m, cm, Cel, %, V)"));
        }

        CalibrationChecks.CheckSettings(request, raw, found);
        if (property is null || raw is null)
        {
            return false;
        }

        HeightSteps.CheckZeros(request, found);
        ConversionSteps.Compose(request, property, raw, FirstZero(request), found);
        var (range, source) = GrossRangeOf(request, property, found);
        CheckTests(request, found);
        if (found.Count > 0)
        {
            return false;
        }

        versions = new ProcedureVersions(PeriodsOf(request).Select(period => Procedure.Create(
            request.Datastream,
            period.From,
            Steps(request, period, ConversionSteps.Compose(request, property, raw, period.Zero, found), new GrossRangeStep(range, source)))));
        return true;
    }

    /// <summary>A new period begins with each calibration, with each instrument and with each local zero but the first, which hold from the beginning.</summary>
    private static List<Period> PeriodsOf(ProcedureRequest request)
    {
        var calibrations = request.Calibrations.OrderBy(c => c.ValidFrom).ToList();
        var replacements = request.Instruments.Skip(1).Select(i => i.From).ToList();
        var begins = calibrations.Select(c => c.ValidFrom).DefaultIfEmpty(request.ValidFrom)
            .Concat(replacements).Concat(request.Zeros.Skip(1).Select(z => z.ValidFrom!.Value)).Distinct().Order().ToList();
        return [.. begins.Select((from, i) => new Period(
            from,
            request.Instruments.LastOrDefault(p => p.From <= from) ?? (request.Instruments is [var first, ..] ? first : null),
            calibrations.LastOrDefault(c => c.ValidFrom <= from) ?? calibrations.FirstOrDefault(),
            CalibrationChecks.Between(
                request, i == 0 ? DateTimeOffset.MinValue : calibrations.Select(c => c.ValidFrom).Concat(replacements).Where(b => b <= from).DefaultIfEmpty().Max(),
                i == begins.Count - 1 ? DateTimeOffset.MaxValue : begins[i + 1]),
            request.Zeros.LastOrDefault(z => z.ValidFrom <= from) ?? FirstZero(request)))];
    }

    private static LocalZero? FirstZero(ProcedureRequest request) => request.Zeros is [var first, ..] ? first : null;

    private static IEnumerable<ProcedureStep> Steps(
        ProcedureRequest request, Period period, IReadOnlyList<ProcedureStep> conversion, GrossRangeStep range)
    {
        yield return new RawStep(request.RawUnit, request.Field, request.Profile, request.ProfileVersion, period.Instrument?.SerialNumber);
        if (period.Calibration is not null)
        {
            yield return new CalibrationStep(period.Calibration);
        }

        if (period.Checks.Count > 0)
        {
            yield return new ChecksStep(period.Checks, request.RawUnit);
        }

        foreach (var step in conversion)
        {
            yield return step;
        }

        if (request.TimeSource is { } rule)
        {
            yield return new TimeSourceStep(rule);
        }

        if (request.Stamp is not null)
        {
            yield return new StampStep(request.Stamp);
        }

        yield return range;
        foreach (var test in request.Tests)
        {
            yield return new QualityTestStep(test, StationFile);
        }
    }

    private static void CheckTests(ProcedureRequest request, List<ProcedureProblem> problems)
    {
        for (var i = 0; i < request.Tests.Count; i++)
        {
            var test = request.Tests[i];
            if ((request.Tests.Take(i).Any(t => t.Name == test.Name) ? "is there twice" : test.Check()) is { } problem)
            {
                problems.Add(new(ProcedureSetting.Test, $"the test '{test.Name}': {problem}", i));
            }
        }
    }

    private static (GrossRange Range, string Source) GrossRangeOf(
        ProcedureRequest request, ObservedProperty property, List<ProcedureProblem> problems)
    {
        if (request.GrossRange is not { } range)
        {
            return (new GrossRange(property.PhysicalRange, null), CatalogueRange);
        }

        if (range.Check() is { } problem)
        {
            problems.Add(new(ProcedureSetting.GrossRange, problem));
        }

        return (range, StationFile);
    }

    private readonly record struct Period(
        DateTimeOffset From, InstrumentPlacement? Instrument, InstrumentCalibration? Calibration, IReadOnlyList<CalibrationCheck> Checks, LocalZero? Zero);
}
