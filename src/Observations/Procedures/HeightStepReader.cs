using MeetNet.Observations.Datums;
using MeetNet.Observations.Wire;

namespace MeetNet.Observations.Procedures;

/// <summary>Reads the steps of heights; the object has been entered, and its kind is known.</summary>
internal static class HeightStepReader
{
    private static readonly WireMembers Datum = new(
        "step", "from", "to", "transformation", "shift", "accuracy", "latitude?", "longitude?", "source");

    private static readonly WireMembers Reverse = new("step", "datum");
    private static readonly WireMembers Hydrostatic = new("step", "density", "gravity", "temperature?", "source");
    public static bool ReadDatum(ref WireCursor cursor, out ProcedureStep step)
    {
        step = null!;
        var (from, to, transformation, source) = ("", "", "", "");
        var (shift, latitude, longitude) = (0.0, double.NaN, double.NaN);
        double? accuracy = null;
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(Datum, ref seen)) >= 0;)
        {
            var valid = member switch
            {
                1 => cursor.Text(out from),
                2 => cursor.Text(out to),
                3 => cursor.Text(out transformation),
                4 => cursor.Number(out shift),
                5 => cursor.NumberOrNull(out accuracy),
                6 => cursor.Number(-90, 90, out latitude),
                7 => cursor.Number(-180, 180, out longitude),
                8 => cursor.Text(out source),
                _ => cursor.Ignore(),
            };
            if (!valid)
            {
                return false;
            }
        }

        if (!cursor.Finished(Datum, seen))
        {
            return false;
        }

        if (double.IsNaN(latitude) != double.IsNaN(longitude))
        {
            return cursor.Fail(WireReasons.BadValue, "expected both a latitude and a longitude, or neither");
        }

        var place = double.IsNaN(latitude) ? null : new Location(latitude, longitude, Location.Etrs89);
        step = new VerticalDatumStep(from, to, transformation, shift, accuracy, place, source);
        return !VerticalDatum.TryGet(from, out var fromDatum) || !VerticalDatum.TryGet(to, out var toDatum)
            || !VerticalTransformation.TryGet(transformation, fromDatum, toDatum, out var named)
            || (named.TryShift(latitude, longitude, out var expected) && Math.Abs(expected - shift) <= ProcedureStepReader.Agreement)
            || cursor.Fail(WireReasons.BadValue, $"expected the shift of {transformation} from {from} to {to} there, found {shift}");
    }

    public static bool ReadReverse(ref WireCursor cursor, out ProcedureStep step)
    {
        var datum = "";
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(Reverse, ref seen)) >= 0;)
        {
            if (!(member == 1 ? cursor.Text(out datum) : cursor.Ignore()))
            {
                break;
            }
        }

        step = new ReverseStep(datum);
        return cursor.Finished(Reverse, seen);
    }

    public static bool ReadHydrostatic(ref WireCursor cursor, out ProcedureStep step)
    {
        step = null!;
        var (density, gravity, source) = (0.0, 0.0, "");
        var temperature = double.NaN;
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(Hydrostatic, ref seen)) >= 0;)
        {
            var valid = member switch
            {
                1 => cursor.Number(WaterColumn.MinimumDensity, WaterColumn.MaximumDensity, out density),
                2 => cursor.Number(WaterColumn.MinimumGravity, WaterColumn.MaximumGravity, out gravity),
                3 => cursor.Number(WaterColumn.MinimumTemperature, WaterColumn.MaximumTemperature, out temperature),
                4 => cursor.Text(out source),
                _ => cursor.Ignore(),
            };
            if (!valid)
            {
                return false;
            }
        }

        step = new HydrostaticStep(new WaterColumn(density, gravity, double.IsNaN(temperature) ? null : temperature, source));
        return cursor.Finished(Hydrostatic, seen)
            && (double.IsNaN(temperature) || ProcedureStepReader.Agree(WaterColumn.FreshWaterDensity(temperature), density)
                || cursor.Fail(WireReasons.BadValue, $"expected the density of fresh water at {temperature} °C, found {density}"));
    }
}
