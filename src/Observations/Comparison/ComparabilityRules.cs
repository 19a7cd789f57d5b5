using System.Globalization;
using MeetNet.Observations.Catalogue;
using MeetNet.Observations.Procedures;
using MeetNet.Observations.Time;
using static MeetNet.Observations.Comparison.ComparabilityVerdict;

namespace MeetNet.Observations.Comparison;

/// <summary>What each aspect of two datastreams comes to. What the steps of harmonisation have already put right is no remark.</summary>
internal static class ComparabilityRules
{
    /// <summary>From a month on, values of different lengths are compared by overlap, never by their labels.</summary>
    private static readonly TimeSpan Month = TimeSpan.FromDays(27);

    public static ComparabilityReason Property(ComparedDatastream a, ComparedDatastream b)
    {
        var (left, right) = (a.Datastream, b.Datastream);
        if (left.Id.Property != right.Id.Property)
        {
            return new(ComparabilityAspects.Property, NotComparable, new(
                $"Het zijn verschillende grootheden: {LabelOf(left).Nl} en {LabelOf(right).Nl}.", $"They are different properties: {LabelOf(left).En} and {LabelOf(right).En}."));
        }

        var (unit, other) = (left.UnitOfMeasurement.Definition, right.UnitOfMeasurement.Definition);
        return unit == other
            ? new(ComparabilityAspects.Property, Comparable, new($"Beide zijn {LabelOf(left).Nl} in {unit}.", $"Both are {LabelOf(left).En} in {unit}."))
            : new(ComparabilityAspects.Property, NotComparable, new($"De eenheden verschillen: {unit} en {other}.", $"The units differ: {unit} and {other}."));
    }

    public static IEnumerable<ComparabilityReason?> Others(ComparedDatastream a, ComparedDatastream b, DateTimeOffset at)
    {
        _ = ObservedProperties.TryGet(a.Datastream.Id.Property, out var property);
        yield return Simulated(a, b);
        yield return Method(a.Datastream.Method, b.Datastream.Method);
        yield return Interval(a.Datastream.Interval, b.Datastream.Interval);
        yield return property?.Medium == "air" ? Siting(a.Thing.Siting, b.Thing.Siting) : null;
        if (a.Procedure is not { IsComputable: true } left || b.Procedure is not { IsComputable: true } right)
        {
            yield return new(ComparabilityAspects.Procedure, WithRemarks, new(
                "Van minstens één is niet bekend hoe de waarde uit de ruwe waarde volgt.", "Of at least one it is not known how the value follows from the raw one."));
            yield break;
        }

        yield return Averaging(StampOf(left), StampOf(right));
        yield return property?.GasReference is null ? null : Reference(property, left, right);
        yield return Humidity(left, right);
        yield return property?.VerticalDatum is null ? null : Datum(left, right);
        yield return Calibration(left, right, at, property?.Medium == "air");
    }

    private static ComparabilityReason? Simulated(ComparedDatastream a, ComparedDatastream b) => (a.Thing.Simulated, b.Thing.Simulated) switch
    {
        (false, false) => null,
        (true, true) => new(ComparabilityAspects.Simulated, Comparable, new("De waarden van beide zijn gesimuleerd.", "The values of both are simulated.")),
        _ => new(ComparabilityAspects.Simulated, NotComparable, new(
            "De waarden van de ene zijn gesimuleerd, die van de andere gemeten.", "The values of one are simulated, those of the other measured.")),
    };

    private static ComparabilityReason Method(string? a, string? b)
    {
        if (a is null || b is null)
        {
            return new(ComparabilityAspects.Method, WithRemarks, (a ?? b) is { } known
                ? new($"Van één is de meetmethode niet opgegeven; de andere meet met {MeasuringMethods.LabelOf(known).Nl}.", $"The method of one is not stated; the other is {MeasuringMethods.LabelOf(known).En}.")
                : new("De meetmethoden zijn niet opgegeven.", "The methods are not stated."));
        }

        var (left, right) = (MeasuringMethods.LabelOf(a), MeasuringMethods.LabelOf(b));
        return a == b
            ? new(ComparabilityAspects.Method, Comparable, new($"Beide meten met {left.Nl}.", $"Both by {left.En}."))
            : new(ComparabilityAspects.Method, WithRemarks, new($"De meetmethoden verschillen: {left.Nl} en {right.Nl}.", $"The methods differ: {left.En} and {right.En}."));
    }

    private static StampConvention StampOf(Procedure procedure) => procedure.Steps.OfType<StampStep>().FirstOrDefault()?.Convention ?? StampConvention.UtcInstant;

    private static ComparabilityReason Averaging(StampConvention a, StampConvention b)
    {
        var (left, right) = (a.Period, b.Period);
        if (left == right)
        {
            return new(ComparabilityAspects.Averaging, Comparable, left == TimeSpan.Zero
                ? new("Beide zijn ogenblikkelijke waarden, in UTC.", "Both are values of an instant, in UTC.")
                : new($"Beide zijn waarden over {Show(left)}; hoe zij gestempeld zijn is herleid tot intervallen in UTC.", $"Both are values over {Show(left)}; how they are stamped is resolved to intervals in UTC."));
        }

        var (longest, nl, en) = (left > right ? left : right, $"{Length(left).Nl} en {Length(right).Nl}", $"{Length(left).En} and {Length(right).En}");
        return new(ComparabilityAspects.Averaging, WithRemarks, longest >= Month
            ? new($"De middelingstijden verschillen ({nl}): vergelijk per jaar of naar overlap (weights=overlap), nooit op de naam van de periode.",
                $"The averaging times differ ({en}): compare by the year or by overlap (weights=overlap), never by the name of the period.")
            : new($"De middelingstijden verschillen ({nl}): vergelijk gemiddelden over minstens {Show(longest)}.", $"The averaging times differ ({en}): compare means over at least {Show(longest)}."));
    }

    private static ComparabilityReason? Interval(TimeSpan? a, TimeSpan? b) => (a, b) switch
    {
        ({ } left, { } right) when left == right => new(ComparabilityAspects.Interval, Comparable, new($"Beide geven elke {Show(left)} een waarde.", $"Both give a value every {Show(left)}.")),
        ({ } left, { } right) => new(ComparabilityAspects.Interval, WithRemarks, new(
            $"Zij geven niet even vaak een waarde (elke {Show(left)} en elke {Show(right)}): vergelijk gemiddelden.", $"They don't give values equally often (every {Show(left)} and every {Show(right)}): compare means.")),
        _ => new(ComparabilityAspects.Interval, WithRemarks, new(
            "Van minstens één is niet gemeld hoe vaak een waarde te verwachten is: de datadekking is niet bekend.", "Of at least one it is not announced how often to expect a value: its data capture is not known.")),
    };

    private static ComparabilityReason Reference(ObservedProperty property, Procedure a, Procedure b)
    {
        var reference = property.GasReference!.ToString();
        if (Conversions(a).Concat(Conversions(b)).OfType<GasAmbientStep>().Any())
        {
            return new(ComparabilityAspects.Reference, WithRemarks, new(
                $"Beide zijn herleid tot {reference}; minstens één met temperatuur en druk die ernaast gemeten zijn.", $"Both are stated at {reference}; at least one by a temperature and pressure measured beside it."));
        }

        var byConvention = property.GasReferenceSource?.StartsWith("by convention", StringComparison.Ordinal) == true;
        return byConvention && !(IsFromMoleFraction(a) && IsFromMoleFraction(b))
            ? new(ComparabilityAspects.Reference, WithRemarks, new(
                $"Beide staan bij {reference}, maar geen wet schrijft dat voor {property.Label.Nl} voor: het hangt af van wat de bronhouders over hun massaconcentraties opgaven.",
                $"Both are at {reference}, but no law prescribes it for {property.Label.En}: it depends on what the owners stated of their mass concentrations."))
            : new(ComparabilityAspects.Reference, Comparable, new($"Beide staan bij {reference}.", $"Both are at {reference}."));

        static IEnumerable<ProcedureStep> Conversions(Procedure procedure) => procedure.Steps.Where(step => step is GasReferenceStep or GasAmbientStep);

        static bool IsFromMoleFraction(Procedure procedure) => procedure.Steps.OfType<GasReferenceStep>().Any(step => step.Native is null);
    }

    private static ComparabilityReason? Humidity(Procedure a, Procedure b) => (a.Steps.Any(step => step is ParticleGrowthStep), b.Steps.Any(step => step is ParticleGrowthStep)) switch
    {
        (false, false) => null,
        (true, true) => new(ComparabilityAspects.Humidity, Comparable, new("Beide zijn gecorrigeerd voor het water op de deeltjes.", "Both are corrected for the water on the particles.")),
        _ => new(ComparabilityAspects.Humidity, WithRemarks, new("Eén is gecorrigeerd voor het water op de deeltjes, de andere niet.", "One is corrected for the water on the particles, the other not.")),
    };

    private static ComparabilityReason Datum(Procedure a, Procedure b)
    {
        var (left, right) = (DatumsOf(a), DatumsOf(b));
        if (left.Count == 0 && right.Count == 0)
        {
            return new(ComparabilityAspects.Datum, Comparable, new("Beide zijn in de canonieke referentie gemeten.", "Both are measured to the canonical datum."));
        }

        var (nl, en) = ($"{Way(left, "zonder herleiding")}; {Way(right, "zonder herleiding")}", $"{Way(left, "as measured")}; {Way(right, "as measured")}");
        var steps = left.Concat(right).ToList();
        if (steps.Any(step => step.Accuracy is null))
        {
            return new(ComparabilityAspects.Datum, WithRemarks, new(
                $"Herleiding van de hoogte: {nl}. De nauwkeurigheid is niet van elke stap opgegeven.", $"Height by: {en}. Not of every step the accuracy is stated."));
        }

        var accuracy = Math.Sqrt(steps.Sum(step => step.Accuracy!.Value * step.Accuracy.Value)).ToString("0.###", CultureInfo.InvariantCulture);
        return new(ComparabilityAspects.Datum, WithRemarks, new(
            $"Herleiding van de hoogte: {nl}. Een verschil kleiner dan {accuracy} m zegt niets.", $"Height by: {en}. A difference below {accuracy} m says nothing."));
    }

    private static List<VerticalDatumStep> DatumsOf(Procedure procedure) => [.. procedure.Steps.OfType<VerticalDatumStep>()];

    private static string Way(List<VerticalDatumStep> steps, string none) => steps.Count == 0 ? none : string.Join(", ", steps.Select(step =>
        $"{step.From} → {step.To} ({step.Transformation}{(step.Accuracy is { } accuracy ? string.Create(CultureInfo.InvariantCulture, $", {accuracy} m") : "")})"));

    private static ComparabilityReason Siting(string? a, string? b)
    {
        if (a is null || b is null)
        {
            return new(ComparabilityAspects.Siting, WithRemarks, new("Niet van beide stations is de ligging opgegeven.", "The siting is not stated of both stations."));
        }

        var (left, right) = (SitingClasses.LabelOf(a), SitingClasses.LabelOf(b));
        return a == b
            ? new(ComparabilityAspects.Siting, Comparable, new($"De ligging van beide is: {left.Nl}.", $"The siting of both is: {left.En}."))
            : new(ComparabilityAspects.Siting, WithRemarks, new($"De ligging verschilt: {left.Nl}; {right.Nl}.", $"The siting differs: {left.En}; {right.En}."));
    }

    private static ComparabilityReason Calibration(Procedure a, Procedure b, DateTimeOffset at, bool isAir) => (CalibrationOf(a, at), CalibrationOf(b, at)) switch
    {
        (CalibrationState.Expired, _) or (_, CalibrationState.Expired) => new(ComparabilityAspects.Calibration, WithRemarks, new(
            "Van minstens één is de kalibratie niet meer geldig.", "Of at least one the calibration is no longer in force.")),
        (CalibrationState.InForce, CalibrationState.InForce) => new(ComparabilityAspects.Calibration, Comparable, new(
            "Van beide is een geldige kalibratie toegepast.", "To both a calibration in force is applied.")),
        (CalibrationState.None, CalibrationState.None) => new(ComparabilityAspects.Calibration, isAir ? WithRemarks : Comparable, new(
            "Van geen van beide is een kalibratie opgegeven.", "Of neither a calibration is stated.")),
        _ => new(ComparabilityAspects.Calibration, WithRemarks, new("Van één is een kalibratie toegepast, van de andere is er geen opgegeven.", "To one a calibration is applied, of the other none is stated.")),
    };

    /// <summary>A calibration says itself whether it is in force: applied outside its time it objects.</summary>
    private static CalibrationState CalibrationOf(Procedure procedure, DateTimeOffset at)
    {
        var calibrations = procedure.Steps.OfType<CalibrationStep>().ToList();
        return calibrations.Count == 0 ? CalibrationState.None
            : calibrations.Any(step => ResultQuality.Names(step.Apply(1, PhenomenonTime.Instant(at)).Quality.Tests, QualityTests.CalibrationExpired)) ? CalibrationState.Expired
            : CalibrationState.InForce;
    }

    private static LocalizedText LabelOf(Datastream datastream) => ObservedProperties.TryGet(datastream.Id.Property, out var property) ? property.Label : new(datastream.Id.Property, datastream.Id.Property);

    private static LocalizedText Length(TimeSpan period) => period == TimeSpan.Zero ? new("een ogenblik", "an instant") : new(Show(period), Show(period));

    private static string Show(TimeSpan duration) => Iso8601.FormatDuration(duration);

    private enum CalibrationState
    {
        None,
        InForce,
        Expired,
    }
}
