using System.Globalization;
using MeetNet.Observations.Catalogue;
using MeetNet.Observations.Datums;
using MeetNet.Observations.Reference;
using MeetNet.Observations.Units;

namespace MeetNet.Observations.Procedures;

/// <summary>
/// The steps from a raw height, depth or pressure to a height above the canonical datum: pressure → column, depth → height,
/// suspension → levelled point → national datum → NAP → surface, each only where it is needed.
/// </summary>
internal static class HeightSteps
{
    private static string LocalCodes => string.Join(", ", VerticalDatum.All.Where(d => d.IsLocal).Select(d => d.Code));

    private static string NationalCodes => string.Join(", ", VerticalDatum.All.Where(d => !d.IsLocal).Select(d => d.Code));

    /// <summary>Adds the steps of one period, in which the local zero is the one given.</summary>
    public static void Compose(
        ProcedureRequest request, ObservedProperty property, VerticalDatum canonical, Unit raw, LocalZero? zero,
        List<ProcedureStep> steps, List<ProcedureProblem> problems)
    {
        AddColumn(request, property, raw, steps, problems);
        if (!VerticalDatum.TryGet(request.Datum, out var datum))
        {
            var codes = string.Join(", ", VerticalDatum.All.Select(d => d.Code));
            problems.Add(new(ProcedureSetting.Datum, request.Datum is null
                ? $"a height means something only above a stated datum: state the datum of the raw value ({codes})"
                : $"'{request.Datum}' is not a datum; known are {codes}"));
            return;
        }

        var down = CheckDirection(request, datum, problems);
        if (datum == canonical && zero is null)
        {
            // Local and canonical at once is the surface: what counts from it stays as it is, but downward.
            AddDirection(datum.IsLocal != down, datum, steps);
            ConversionSteps.Refuse(request.Transformation is not null, ProcedureSetting.Transformation,
                $"the raw value is from {datum} already, the datum of '{property.Name}': leave the transformation out", problems);
            return;
        }

        AddDirection(down, datum, steps);
        var from = datum.IsLocal ? AddZero(request, property, datum, zero, steps, problems) : datum;
        if (from is null)
        {
            return;
        }

        var national = canonical.IsLocal ? VerticalDatum.Nap : canonical;
        if (from == national)
        {
            ConversionSteps.Refuse(request.Transformation is not null, ProcedureSetting.Transformation,
                $"the raw value is above {from} already, the datum of '{property.Name}': leave the transformation out", problems);
        }
        else
        {
            AddTransformation(request, from, national, steps, problems);
        }

        if (canonical.IsLocal)
        {
            AddSurface(request, property, steps, problems);
        }
    }

    /// <summary>Says for each setting of a height that is there that the property is none.</summary>
    public static void RefuseSettings(ProcedureRequest request, ObservedProperty property, List<ProcedureProblem> problems)
    {
        Refuse(request.Datum is not null, ProcedureSetting.Datum, "datum");
        Refuse(request.Transformation is not null, ProcedureSetting.Transformation, "transformation");
        Refuse(request.Zeros.Count > 0, ProcedureSetting.Zero, "zeros");
        Refuse(request.Direction is not null, ProcedureSetting.Direction, "direction");
        Refuse(request.Column is not null, ProcedureSetting.Column, "column");
        Refuse(request.Barometer is not null, ProcedureSetting.Barometer, "barometer");

        void Refuse(bool refused, ProcedureSetting setting, string what) =>
            ConversionSteps.Refuse(refused, setting, $"'{property.Name}' is not a height: leave the {what} out", problems);
    }

    /// <summary>Checks what is said of the local zeros, all periods together.</summary>
    public static void CheckZeros(ProcedureRequest request, List<ProcedureProblem> problems)
    {
        if (VerticalDatum.TryGet(request.Datum, out var datum) && !datum.IsLocal && request.Zeros.Count > 0)
        {
            problems.Add(new(ProcedureSetting.Zero, $"the raw value is above {datum}, not above a point of its own ({LocalCodes}): leave the zeros out"));
            return;
        }

        for (var i = 0; i < request.Zeros.Count; i++)
        {
            var zero = request.Zeros[i];
            if (!VerticalDatum.TryGet(zero.Datum, out var levelled) || levelled.IsLocal || !double.IsFinite(zero.Level)
                || string.IsNullOrWhiteSpace(zero.Source))
            {
                Problem($"needs its level in metres, a national datum ({NationalCodes}) and who levelled it");
            }

            if (!(zero.Below is >= 0 and <= 1000))
            {
                Problem("must have a length of cable from 0 to 1000 m");
            }

            if (i == 0 && zero.ValidFrom > request.ValidFrom)
            {
                Problem("begins after the instrument was installed: the first holds from then on, leave its begin out");
            }
            else if (i > 0 && !(zero.ValidFrom > (request.Zeros[i - 1].ValidFrom ?? request.ValidFrom)))
            {
                Problem($"must begin after number {i}, and after the instrument was installed");
            }

            if (zero.Datum != request.Zeros[0].Datum)
            {
                Problem($"is above {zero.Datum}, number 1 above {request.Zeros[0].Datum}: level all in one datum");
            }

            void Problem(string message) => problems.Add(new(ProcedureSetting.Zero, $"zero number {i + 1} {message}", i));
        }
    }

    private static void AddColumn(
        ProcedureRequest request, ObservedProperty property, Unit raw, List<ProcedureStep> steps, List<ProcedureProblem> problems)
    {
        if (request.Column is not { } column)
        {
            ConversionSteps.Refuse(request.Barometer is not null && !raw.IsPressure, ProcedureSetting.Barometer,
                $"a raw value in {raw.Code} is no pressure: leave the barometer out", problems);
            ConversionSteps.Refuse(raw.IsPressure, ProcedureSetting.RawUnit,
                $"'{raw.Code}' does not convert to '{property.Unit.Code}', the unit of '{property.Name}', without the water above the sensor: state the column", problems);
            if (!raw.IsPressure)
            {
                ConversionSteps.AddUnit(property, raw, steps, problems);
            }

            return;
        }

        if (!raw.IsPressure)
        {
            problems.Add(new(ProcedureSetting.Column, $"a raw value in {raw.Code} is no pressure: leave the column out"));
        }
        else if (column.Check() is { } problem)
        {
            problems.Add(new(ProcedureSetting.Column, problem));
        }
        else
        {
            ConversionSteps.AddUnit(raw, HydrostaticStep.Pascal, steps);
            if (request.Barometer is { } barometer)
            {
                AddBarometer(request, barometer, steps, problems);
            }

            steps.Add(new HydrostaticStep(column));
        }
    }

    private static void AddBarometer(ProcedureRequest request, Barometer barometer, List<ProcedureStep> steps, List<ProcedureProblem> problems)
    {
        if (AirInputs.Check(barometer.Datastream, request.Datastream, "air_pressure", barometer.MaximumAge) is { } problem)
        {
            problems.Add(new(ProcedureSetting.Barometer, problem));
        }

        ConversionSteps.Refuse(!(Math.Abs(barometer.Higher) <= AirInputs.HighestDifference), ProcedureSetting.Barometer,
            $"the barometer is at most {AirInputs.HighestDifference} m higher or lower than the well head", problems);
        steps.Add(new BarometricStep(barometer.Datastream.ToString(), barometer.MaximumAge, barometer.Higher, barometer.Source));
    }

    private static bool CheckDirection(ProcedureRequest request, VerticalDatum datum, List<ProcedureProblem> problems)
    {
        var hangs = request.Column is not null || request.Zeros.Any(z => z.Below > 0);
        var down = request.Direction == CountDirection.Down;
        ConversionSteps.Refuse(down && !datum.IsLocal, ProcedureSetting.Direction, $"a height above {datum} counts upward: leave the direction out", problems);
        ConversionSteps.Refuse(down && hangs, ProcedureSetting.Direction, "the water above a sensor counts upward: leave the direction out", problems);
        ConversionSteps.Refuse(
            request.Direction is null && !hangs && (datum == VerticalDatum.Surface || datum == VerticalDatum.WellHead), ProcedureSetting.Direction,
            $"a value from {datum} is a depth (down) or a height (up): state the direction", problems);
        return down;
    }

    private static void AddDirection(bool reversed, VerticalDatum datum, List<ProcedureStep> steps)
    {
        if (reversed)
        {
            steps.Add(new ReverseStep(datum.Code));
        }
    }

    /// <summary>From the local point to the datum it was levelled in; null after saying what is missing.</summary>
    private static VerticalDatum? AddZero(
        ProcedureRequest request, ObservedProperty property, VerticalDatum datum, LocalZero? zero, List<ProcedureStep> steps, List<ProcedureProblem> problems)
    {
        if (zero is null && datum == VerticalDatum.Surface && request.SurfaceLevel is { } surface)
        {
            ConversionSteps.Refuse(request.Transformation is not null, ProcedureSetting.Transformation,
                $"the surface level of the station is above {surface.Datum} already: leave the transformation out", problems);
            steps.Add(new VerticalDatumStep(datum.Code, surface.Datum, VerticalDatumStep.LocalNameOf(datum), surface.Value, null, null, SourceOf(surface)));
            return request.Transformation is null && VerticalDatum.TryGet(surface.Datum, out var known) ? known : null;
        }

        if (zero is null)
        {
            problems.Add(new(ProcedureSetting.Zero,
                $"'{property.Name}' from {datum} needs zeros: the level of the {datum.Name} in metres, its datum ({NationalCodes}) and who levelled it"));
            return null;
        }

        if (zero.Below > 0)
        {
            steps.Add(new VerticalDatumStep(
                VerticalDatumStep.Suspended, datum.Code, VerticalDatumStep.Suspension, -zero.Below, null, null, zero.Source));
        }

        steps.Add(new VerticalDatumStep(datum.Code, zero.Datum, VerticalDatumStep.LocalNameOf(datum), zero.Level, zero.Accuracy, null, zero.Source));
        return VerticalDatum.TryGet(zero.Datum, out var levelled) && !levelled.IsLocal ? levelled : null;
    }

    private static void AddTransformation(
        ProcedureRequest request, VerticalDatum from, VerticalDatum to, List<ProcedureStep> steps, List<ProcedureProblem> problems)
    {
        if (!VerticalTransformation.TryGet(request.Transformation, from, to, out var transformation))
        {
            var choices = string.Join(", ", VerticalTransformation.Between(from, to));
            problems.Add(new(ProcedureSetting.Transformation, request.Transformation is null
                ? $"there is more than one way from {from} to {to}: name the transformation ({choices})"
                : $"'{request.Transformation}' is not a transformation from {from} to {to}; known are {choices}"));
            return;
        }

        var place = transformation.NeedsLocation && request.Location is { } location ? location with { Native = null } : null;
        if (transformation.NeedsLocation && place is null)
        {
            problems.Add(new(ProcedureSetting.Location, $"'{transformation.Id}' depends on the place: state the location of the station"));
        }
        else if (place is not null && place.Crs != Location.Etrs89)
        {
            problems.Add(new(ProcedureSetting.Location, $"'{transformation.Id}' needs the location in {Location.Etrs89}, not {place.Crs}"));
        }
        else if (!transformation.TryShift(place?.Latitude ?? 0, place?.Longitude ?? 0, out var shift))
        {
            problems.Add(new(ProcedureSetting.Location, string.Create(CultureInfo.InvariantCulture,
                $"'{transformation.Id}' covers {TawGrid2018.MinimumLatitude} to {TawGrid2018.MaximumLatitude} N, {TawGrid2018.MinimumLongitude} to {TawGrid2018.MaximumLongitude} E; the station is outside")));
        }
        else
        {
            steps.Add(new VerticalDatumStep(
                from.Code, to.Code, transformation.Id, shift, transformation.Accuracy, place, transformation.Source));
        }
    }

    private static void AddSurface(
        ProcedureRequest request, ObservedProperty property, List<ProcedureStep> steps, List<ProcedureProblem> problems)
    {
        if (request.SurfaceLevel is not { } surface)
        {
            problems.Add(new(ProcedureSetting.SurfaceLevel, $"'{property.Name}' is counted from the ground: state the surface level of the station"));
            return;
        }

        steps.Add(new VerticalDatumStep(
            surface.Datum, VerticalDatum.Surface.Code, VerticalDatumStep.LocalNameOf(VerticalDatum.Surface), -surface.Value, null, null, SourceOf(surface)));
        steps.Add(new ReverseStep(VerticalDatum.Surface.Code));
    }

    private static string SourceOf(SurfaceLevel surface) => surface.Native is { } native
        ? string.Create(CultureInfo.InvariantCulture, $"surface level of the station, levelled as {native.Value} m {native.Datum}, {surface.Transformation}")
        : "surface level of the station";
}
