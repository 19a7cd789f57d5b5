using MeetNet.Observations.Calibration;
using MeetNet.Observations.Quality;
using MeetNet.Observations.Reference;
using MeetNet.Observations.Time;
using MeetNet.Observations.Units;
using MeetNet.Observations.Wire;

namespace MeetNet.Observations.Procedures;

/// <summary>
/// Reads one step of a procedure. A number that follows from others (a factor, a shift) must agree with them to 10⁻⁹: a step
/// that says one thing and computes another is refused.
/// </summary>
internal static class ProcedureStepReader
{
    internal const double Agreement = 1e-9;

    private static readonly WireMembers KindMembers = new("step");
    private static readonly WireMembers Raw = new("step", "unit", "field", "profile", "profileVersion", "serialNumber?");
    private static readonly WireMembers UnitChange = new("step", "from", "to", "factor", "offset");
    private static readonly WireMembers Gas = new(
        "step", "gas", "from", "to", "nativeTemperature?", "nativePressure?", "temperature", "pressure", "molarMass?", "factor", "source");

    private static readonly WireMembers TimeRule = new("step", "rule");
    private static readonly WireMembers Stamp = new("step", "position", "zone", "period");
    private static readonly WireMembers Gross = new("step", "fail", "suspect", "source");

    /// <summary>Reads a step; its object has been entered.</summary>
    public static bool Read(ref WireCursor cursor, out ProcedureStep step)
    {
        step = null!;

        // What members to expect depends on the kind, which may stand anywhere: look ahead on a copy of the cursor.
        var ahead = cursor;
        var (kind, seen) = ("", default(WireSeen));
        while (ahead.Next(KindMembers, ref seen) >= 0)
        {
            if (!ahead.Text(out kind, Identifiers.MaximumLength))
            {
                break;
            }
        }

        if (ahead.Fault.Reason is not null || !ahead.Finished(KindMembers, seen))
        {
            cursor = ahead;
            return false;
        }

        return kind switch
        {
            RawStep.Name => ReadRaw(ref cursor, out step),
            LinearCalibration.Step => CalibrationStepReader.ReadLinear(ref cursor, out step),
            PolynomialCalibration.Step => CalibrationStepReader.ReadPolynomial(ref cursor, out step),
            TableCalibration.Step => CalibrationStepReader.ReadTable(ref cursor, out step),
            ChecksStep.Name => CalibrationStepReader.ReadChecks(ref cursor, out step),
            SpeciesStep.Name => QuantityStepReader.ReadSpecies(ref cursor, out step),
            ParticleGrowthStep.Name => QuantityStepReader.ReadGrowth(ref cursor, out step),
            NitrogenOxideStep.Name => QuantityStepReader.ReadOxides(ref cursor, out step),
            UnitStep.Name => ReadUnit(ref cursor, out step),
            GasReferenceStep.Name => ReadGas(ref cursor, out step),
            VerticalDatumStep.Name => HeightStepReader.ReadDatum(ref cursor, out step),
            ReverseStep.Name => HeightStepReader.ReadReverse(ref cursor, out step),
            HydrostaticStep.Name => HeightStepReader.ReadHydrostatic(ref cursor, out step),
            BarometricStep.Name => InputStepReader.ReadBarometric(ref cursor, out step),
            GasAmbientStep.Name => InputStepReader.ReadAmbient(ref cursor, out step),
            TimeSourceStep.Name => ReadTimeSource(ref cursor, out step),
            StampStep.Name => ReadStamp(ref cursor, out step),
            GrossRangeStep.Name => ReadGross(ref cursor, out step),
            Spike.TestName => QualityTestReader.ReadSpike(ref cursor, out step),
            RateOfChange.TestName => QualityTestReader.ReadRate(ref cursor, out step),
            FlatLine.TestName => QualityTestReader.ReadFlat(ref cursor, out step),
            AttenuatedSignal.TestName => QualityTestReader.ReadAttenuated(ref cursor, out step),
            Climatology.TestName => QualityTestReader.ReadClimatology(ref cursor, out step),
            TimeGap.TestName => QualityTestReader.ReadGap(ref cursor, out step),
            _ => ReadUnknown(ref cursor, kind, out step),
        };
    }

    private static bool ReadUnknown(ref WireCursor cursor, string kind, out ProcedureStep step)
    {
        step = new UnknownStep(kind);
        var seen = default(WireSeen);
        while (cursor.Next(KindMembers, ref seen) >= 0)
        {
            cursor.Ignore();
        }

        return cursor.Finished(KindMembers, seen);
    }

    private static bool ReadRaw(ref WireCursor cursor, out ProcedureStep step)
    {
        step = null!;
        var (unit, field, profile, version, serialNumber) = ("", "", "", "", default(string));
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(Raw, ref seen)) >= 0;)
        {
            var valid = member switch
            {
                1 => cursor.Text(out unit),
                2 => cursor.Text(out field),
                3 => cursor.Text(out profile),
                4 => cursor.Text(out version),
                5 => cursor.Text(out serialNumber),
                _ => cursor.Ignore(),
            };
            if (!valid)
            {
                return false;
            }
        }

        step = new RawStep(unit, field, profile, version, serialNumber);
        return cursor.Finished(Raw, seen);
    }

    private static bool ReadUnit(ref WireCursor cursor, out ProcedureStep step)
    {
        step = null!;
        var (from, to, factor, offset) = ("", "", 0.0, 0.0);
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(UnitChange, ref seen)) >= 0;)
        {
            var valid = member switch
            {
                1 => cursor.Text(out from),
                2 => cursor.Text(out to),
                3 => cursor.Number(out factor),
                4 => cursor.Number(out offset),
                _ => cursor.Ignore(),
            };
            if (!valid)
            {
                return false;
            }
        }

        step = new UnitStep(from, to, factor, offset);

        // A unit that is not in this version's table is left to the sender.
        var known = Unit.TryParse(from, out var fromUnit) & Unit.TryParse(to, out var toUnit);
        return cursor.Finished(UnitChange, seen)
            && (!known
                || (Unit.TryConvert(fromUnit!, toUnit!, out var conversion) && Agree(conversion.Factor, factor) && Agree(conversion.Offset, offset))
                || cursor.Fail(WireReasons.BadValue, $"expected the factor and offset from {from} to {to}, found {factor} and {offset}"));
    }

    private static bool ReadGas(ref WireCursor cursor, out ProcedureStep step)
    {
        step = null!;
        var (gas, from, to, source) = ("", "", "", "");
        var (nativeTemperature, nativePressure, temperature, pressure, mass, factor) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(Gas, ref seen)) >= 0;)
        {
            var valid = member switch
            {
                1 => cursor.Text(out gas),
                2 => cursor.Text(out from),
                3 => cursor.Text(out to),
                4 => cursor.Number(200, 350, out nativeTemperature),
                5 => cursor.Number(50_000, 120_000, out nativePressure),
                6 => cursor.Number(200, 350, out temperature),
                7 => cursor.Number(50_000, 120_000, out pressure),
                8 => cursor.Number(1, 1000, out mass),
                9 => cursor.Number(out factor),
                10 => cursor.Text(out source),
                _ => cursor.Ignore(),
            };
            if (!valid)
            {
                return false;
            }
        }

        if (!cursor.Finished(Gas, seen))
        {
            return false;
        }

        if (nativeTemperature == 0 != (nativePressure == 0) || nativeTemperature == 0 == (mass == 0))
        {
            return cursor.Fail(WireReasons.BadValue, "expected either nativeTemperature and nativePressure, or molarMass");
        }

        var reference = new GasReference(temperature, pressure);
        var native = mass == 0 ? new GasReference(nativeTemperature, nativePressure) : default(GasReference?);
        step = new GasReferenceStep(gas, from, to, native, reference, mass == 0 ? null : mass, factor, source);
        var known = Unit.TryParse(from, out var fromUnit) & Unit.TryParse(to, out var toUnit);
        var expected = native?.FactorTo(reference) ?? 0;
        return (!known
            || (native is null ? GasConversion.TryFactor(fromUnit!, null, toUnit!, reference, mass, out expected) : fromUnit!.IsEquivalentTo(toUnit!)))
            && (!known || Agree(expected, factor))
            || cursor.Fail(WireReasons.BadValue, $"expected the factor from {from} to {to} at these conditions, found {factor}");
    }

    private static bool ReadTimeSource(ref WireCursor cursor, out ProcedureStep step)
    {
        step = null!;
        var rule = "";
        var seen = default(WireSeen);
        while (cursor.Next(TimeRule, ref seen) is var member && member >= 0)
        {
            if (!(member == 1 ? cursor.Choice(out rule, [.. TimeSources.Names]) : cursor.Ignore()))
            {
                return false;
            }
        }

        step = cursor.Finished(TimeRule, seen) ? new TimeSourceStep((TimeSource)TimeSources.Names.Index().Single(n => n.Item == rule).Index) : null!;
        return step is not null;
    }

    private static bool ReadStamp(ref WireCursor cursor, out ProcedureStep step)
    {
        step = null!;
        var (position, zone, period) = ("", "", default(TimeSpan));
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(Stamp, ref seen)) >= 0;)
        {
            var valid = member switch
            {
                1 => cursor.Choice(out position, [.. StampConvention.PositionNames]),
                2 => cursor.Choice(out zone, [.. StampConvention.ZoneNames]),
                3 => cursor.Duration(out period),
                _ => cursor.Ignore(),
            };
            if (!valid)
            {
                return false;
            }
        }

        if (!cursor.Finished(Stamp, seen))
        {
            return false;
        }

        if (!StampConvention.TryParsePosition(position, out var where) || !StampConvention.TryParseZone(zone, out var clock)
            || where == StampPosition.Instant != (period == TimeSpan.Zero))
        {
            return cursor.Fail(WireReasons.BadValue, "expected a period above zero, or PT0S for an instant");
        }

        if (period > StampConvention.MaximumPeriod)
        {
            return cursor.Fail(WireReasons.BadValue, $"expected a period of at most {Iso8601.FormatDuration(StampConvention.MaximumPeriod)}");
        }

        step = new StampStep(new StampConvention(where, clock, period));
        return true;
    }

    private static bool ReadGross(ref WireCursor cursor, out ProcedureStep step)
    {
        step = null!;
        var (fail, suspect, source) = (default(ValueSpan?), default(ValueSpan?), "");
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(Gross, ref seen)) >= 0;)
        {
            var valid = member switch
            {
                1 => ReadSpan(ref cursor, out fail) && (fail is not null || cursor.Expected("a span [minimum, maximum]")),
                2 => ReadSpan(ref cursor, out suspect),
                3 => cursor.Text(out source),
                _ => cursor.Ignore(),
            };
            if (!valid)
            {
                return false;
            }
        }

        if (!cursor.Finished(Gross, seen))
        {
            return false;
        }

        var range = new GrossRange(fail.GetValueOrDefault(), suspect);
        step = new GrossRangeStep(range, source);
        return range.Check() is not { } problem || cursor.Fail(WireReasons.BadValue, $"expected spans that hold: {problem}");
    }

    internal static bool ReadSpan(ref WireCursor cursor, out ValueSpan? span)
    {
        span = null;
        if (cursor.IsNullNext())
        {
            return true;
        }

        if (!cursor.EnterArray() || !cursor.Number(out var minimum) || !cursor.Number(out var maximum))
        {
            return false;
        }

        span = new ValueSpan(minimum, maximum);
        return cursor.Read() && (cursor.Token == System.Text.Json.JsonTokenType.EndArray || cursor.Expected("the end of a span [minimum, maximum]"));
    }

    internal static bool Agree(double expected, double found) => Math.Abs(expected - found) <= Agreement * Math.Abs(expected);
}
