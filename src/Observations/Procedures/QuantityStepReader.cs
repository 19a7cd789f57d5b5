using MeetNet.Observations.Reference;
using MeetNet.Observations.Wire;

namespace MeetNet.Observations.Procedures;

/// <summary>Reads the steps of <see cref="QuantitySteps"/>; the object has been entered, and its kind is known.</summary>
internal static class QuantityStepReader
{
    private static readonly WireMembers Species = new("step", "from", "to", "fromMass", "toMass");
    private static readonly WireMembers Growth = new("step", "humidity", "maximumAge", "kappa", "density", "maximumHumidity", "fallback?", "source");
    private static readonly WireMembers Oxides = new("step", "no", "no2", "maximumAge", "temperature", "pressure", "noFactor", "no2Factor", "source");

    public static bool ReadSpecies(ref WireCursor cursor, out ProcedureStep step)
    {
        step = null!;
        var (from, to, fromMass, toMass) = ("", "", 0.0, 0.0);
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(Species, ref seen)) >= 0;)
        {
            var valid = member switch
            {
                1 => cursor.Text(out from),
                2 => cursor.Text(out to),
                3 => cursor.Number(1, 1000, out fromMass),
                4 => cursor.Number(1, 1000, out toMass),
                _ => cursor.Ignore(),
            };
            if (!valid)
            {
                return false;
            }
        }

        step = new SpeciesStep(from, to, fromMass, toMass);
        return cursor.Finished(Species, seen);
    }

    public static bool ReadGrowth(ref WireCursor cursor, out ProcedureStep step)
    {
        step = null!;
        var (humidity, source, age) = ("", "", default(TimeSpan));
        var (kappa, density, maximum, fallback) = (0.0, 0.0, 0.0, double.NaN);
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(Growth, ref seen)) >= 0;)
        {
            var valid = member switch
            {
                1 => cursor.DatastreamId(out humidity),
                2 => cursor.Duration(out age),
                3 => cursor.Number(ParticleGrowth.LeastKappa, ParticleGrowth.GreatestKappa, out kappa),
                4 => cursor.Number(ParticleGrowth.LeastDensity, ParticleGrowth.GreatestDensity, out density),
                5 => cursor.Number(ParticleGrowth.LeastMaximumHumidity, ParticleGrowth.GreatestMaximumHumidity, out maximum),
                6 => cursor.Number(0, ParticleGrowth.GreatestMaximumHumidity, out fallback),
                7 => cursor.Text(out source),
                _ => cursor.Ignore(),
            };
            if (!valid)
            {
                return false;
            }
        }

        step = new ParticleGrowthStep(humidity, age, kappa, density, maximum, double.IsNaN(fallback) ? null : fallback, source);
        return cursor.Finished(Growth, seen);
    }

    public static bool ReadOxides(ref WireCursor cursor, out ProcedureStep step)
    {
        step = null!;
        var (no, no2, source, age) = ("", "", "", default(TimeSpan));
        var (temperature, pressure, noFactor, no2Factor) = (0.0, 0.0, 0.0, 0.0);
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(Oxides, ref seen)) >= 0;)
        {
            var valid = member switch
            {
                1 => cursor.DatastreamId(out no),
                2 => cursor.DatastreamId(out no2),
                3 => cursor.Duration(out age),
                4 => cursor.Number(200, 350, out temperature),
                5 => cursor.Number(50_000, 120_000, out pressure),
                6 => cursor.Number(out noFactor),
                7 => cursor.Number(out no2Factor),
                8 => cursor.Text(out source),
                _ => cursor.Ignore(),
            };
            if (!valid)
            {
                return false;
            }
        }

        if (!cursor.Finished(Oxides, seen))
        {
            return false;
        }

        var reference = new GasReference(temperature, pressure);
        step = new NitrogenOxideStep(no, no2, age, reference, noFactor, no2Factor, source);
        return (Agrees("no", noFactor) && Agrees("no2", no2Factor))
            || cursor.Fail(WireReasons.BadValue, $"expected the factors of NO and NO2 at these conditions, found {noFactor} and {no2Factor}");

        // 1 ppb is 10⁻⁹, and g/m³ to µg/m³ is 10⁶.
        bool Agrees(string name, double found) =>
            Gas.TryGet(name, out var gas) && ProcedureStepReader.Agree(reference.MassPerFraction(gas.MolarMass) / 1000, found);
    }
}
