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

        CheckCalibrations(request, raw, found);
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
            Steps(request, period.Calibration, ConversionSteps.Compose(request, property, raw, period.Zero, found), new GrossRangeStep(range, source)))));
        return true;
    }

    /// <summary>A new period begins with each calibration and with each local zero but the first, which holds from the beginning.</summary>
    private static List<Period> PeriodsOf(ProcedureRequest request)
    {
        var calibrations = request.Calibrations.OrderBy(c => c.ValidFrom).ToList();
        var begins = calibrations.Select(c => c.ValidFrom).DefaultIfEmpty(request.ValidFrom)
            .Concat(request.Zeros.Skip(1).Select(z => z.ValidFrom!.Value)).Distinct().Order();
        return [.. begins.Select(from => new Period(
            from,
            calibrations.LastOrDefault(c => c.ValidFrom <= from) ?? calibrations.FirstOrDefault(),
            request.Zeros.LastOrDefault(z => z.ValidFrom <= from) ?? FirstZero(request)))];
    }

    private static LocalZero? FirstZero(ProcedureRequest request) => request.Zeros is [var first, ..] ? first : null;

    private static IEnumerable<ProcedureStep> Steps(
        ProcedureRequest request, LinearCalibration? calibration, IReadOnlyList<ProcedureStep> conversion, GrossRangeStep range)
    {
        yield return new RawStep(request.RawUnit, request.Field, request.Profile, request.ProfileVersion);
        if (calibration is not null)
        {
            yield return new CalibrationStep(calibration);
        }

        foreach (var step in conversion)
        {
            yield return step;
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

    private static void CheckCalibrations(ProcedureRequest request, Unit? raw, List<ProcedureProblem> problems)
    {
        for (var i = 0; i < request.Calibrations.Count; i++)
        {
            var calibration = request.Calibrations[i];
            if (raw is not null && !string.Equals(calibration.Unit, raw.Code, StringComparison.Ordinal))
            {
                Problem($"is in '{calibration.Unit}', the raw value is in '{raw.Code}': a calibration is stated in the unit of the raw value");
            }

            if (!double.IsFinite(calibration.Slope) || calibration.Slope == 0 || !double.IsFinite(calibration.Offset))
            {
                Problem("must have a slope that is not zero and a finite offset");
            }

            if (calibration.ValidTo <= calibration.ValidFrom)
            {
                Problem("must end after it begins");
            }

            if (string.IsNullOrWhiteSpace(calibration.Source))
            {
                Problem("must say its source: the certificate, or who did it and how");
            }

            for (var other = 0; other < i; other++)
            {
                if (Overlap(calibration, request.Calibrations[other]))
                {
                    Problem($"is in force at the same time as number {other + 1}: two calibrations do not overlap");
                }
            }

            void Problem(string message) => problems.Add(new(ProcedureSetting.Calibration, $"calibration number {i + 1} {message}", i));
        }
    }

    private static bool Overlap(LinearCalibration left, LinearCalibration right) =>
        left.ValidFrom < (right.ValidTo ?? DateTimeOffset.MaxValue) && right.ValidFrom < (left.ValidTo ?? DateTimeOffset.MaxValue);

    private readonly record struct Period(DateTimeOffset From, LinearCalibration? Calibration, LocalZero? Zero);
}
