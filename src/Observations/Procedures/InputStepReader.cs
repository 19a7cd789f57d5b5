using MeetNet.Observations.Reference;
using MeetNet.Observations.Wire;

namespace MeetNet.Observations.Procedures;

/// <summary>Reads the steps that compute with other datastreams; the object has been entered, and its kind is known.</summary>
internal static class InputStepReader
{
    private static readonly WireMembers Barometric = new("step", "barometer", "maximumAge", "higher", "source?");
    private static readonly WireMembers Ambient = new(
        "step", "gas", "temperatureFrom", "pressureFrom", "maximumAge", "fallbackTemperature?", "fallbackPressure?", "temperature", "pressure", "source");

    public static bool ReadBarometric(ref WireCursor cursor, out ProcedureStep step)
    {
        step = null!;
        var (barometer, age, higher, source) = ("", default(TimeSpan), 0.0, "");
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(Barometric, ref seen)) >= 0;)
        {
            var valid = member switch
            {
                1 => cursor.DatastreamId(out barometer),
                2 => cursor.Duration(out age),
                3 => cursor.Number(-AirInputs.HighestDifference, AirInputs.HighestDifference, out higher),
                4 => cursor.Text(out source),
                _ => cursor.Ignore(),
            };
            if (!valid)
            {
                return false;
            }
        }

        step = new BarometricStep(barometer, age, higher, source.Length == 0 ? null : source);
        return cursor.Finished(Barometric, seen);
    }

    public static bool ReadAmbient(ref WireCursor cursor, out ProcedureStep step)
    {
        step = null!;
        var (gas, temperatureFrom, pressureFrom, source) = ("", "", "", "");
        var (fallbackTemperature, fallbackPressure, temperature, pressure) = (0.0, 0.0, 0.0, 0.0);
        var age = default(TimeSpan);
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(Ambient, ref seen)) >= 0;)
        {
            var valid = member switch
            {
                1 => cursor.Text(out gas),
                2 => cursor.DatastreamId(out temperatureFrom),
                3 => cursor.DatastreamId(out pressureFrom),
                4 => cursor.Duration(out age),
                5 => cursor.Number(200, 350, out fallbackTemperature),
                6 => cursor.Number(50_000, 120_000, out fallbackPressure),
                7 => cursor.Number(200, 350, out temperature),
                8 => cursor.Number(50_000, 120_000, out pressure),
                9 => cursor.Text(out source),
                _ => cursor.Ignore(),
            };
            if (!valid)
            {
                return false;
            }
        }

        if (!cursor.Finished(Ambient, seen))
        {
            return false;
        }

        if (fallbackTemperature == 0 != (fallbackPressure == 0))
        {
            return cursor.Fail(WireReasons.BadValue, "expected both fallbackTemperature and fallbackPressure, or neither");
        }

        step = new GasAmbientStep(
            gas, temperatureFrom, pressureFrom, age, fallbackTemperature == 0 ? null : new GasReference(fallbackTemperature, fallbackPressure),
            new GasReference(temperature, pressure), source);
        return true;
    }
}
