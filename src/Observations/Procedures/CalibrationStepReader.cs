using System.Text.Json;
using MeetNet.Observations.Calibration;
using MeetNet.Observations.Quality;
using MeetNet.Observations.Wire;

namespace MeetNet.Observations.Procedures;

/// <summary>Reads calibrations and their checks; the object has been entered, and its kind is known. A curve that can't be computed with is refused.</summary>
internal static class CalibrationStepReader
{
    private static readonly WireMembers Linear = new("step", "slope", "offset", "unit", "validFrom", "validTo", "source");
    private static readonly WireMembers Polynomial = new("step", "coefficients", "domain", "outside", "unit", "validFrom", "validTo", "source");
    private static readonly WireMembers Table = new("step", "points", "outside", "unit", "validFrom", "validTo", "source");
    private static readonly WireMembers Checks = new("step", "unit", "checks");
    private static readonly WireMembers Check = new("kind", "time", "expected", "measured", "calibrated", "drift", "limit", "passed", "source");

    public static bool ReadLinear(ref WireCursor cursor, out ProcedureStep step)
    {
        step = null!;
        var (slope, offset, rest) = (0.0, 0.0, new Rest());
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(Linear, ref seen)) >= 0;)
        {
            var valid = member switch
            {
                0 => cursor.Ignore(),
                1 => cursor.Number(out slope),
                2 => cursor.Number(out offset),
                _ => rest.Read(ref cursor, member - 3),
            };
            if (!valid)
            {
                return false;
            }
        }

        step = new CalibrationStep(new LinearCalibration(slope, offset, rest.Unit, rest.From, rest.To, rest.Source));
        return cursor.Finished(Linear, seen);
    }

    public static bool ReadPolynomial(ref WireCursor cursor, out ProcedureStep step)
    {
        step = null!;
        var (coefficients, domain, outside, rest) = (new List<double>(), default(ValueSpan?), "", new Rest());
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(Polynomial, ref seen)) >= 0;)
        {
            var valid = member switch
            {
                0 => cursor.Ignore(),
                1 => ReadNumbers(ref cursor, coefficients),
                2 => ProcedureStepReader.ReadSpan(ref cursor, out domain) && (domain is not null || cursor.Expected("a span [minimum, maximum]")),
                3 => cursor.Choice(out outside, [.. InstrumentCalibration.OutsideNames]),
                _ => rest.Read(ref cursor, member - 4),
            };
            if (!valid)
            {
                return false;
            }
        }

        return cursor.Finished(Polynomial, seen) && Accept(
            ref cursor,
            new PolynomialCalibration(coefficients, domain.GetValueOrDefault(), InstrumentCalibration.OutsideOf(outside), rest.Unit, rest.From, rest.To, rest.Source),
            out step);
    }

    public static bool ReadTable(ref WireCursor cursor, out ProcedureStep step)
    {
        step = null!;
        var (points, outside, rest) = (new List<CalibrationPoint>(), "", new Rest());
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(Table, ref seen)) >= 0;)
        {
            var valid = member switch
            {
                0 => cursor.Ignore(),
                1 => ReadPoints(ref cursor, points),
                2 => cursor.Choice(out outside, [.. InstrumentCalibration.OutsideNames]),
                _ => rest.Read(ref cursor, member - 3),
            };
            if (!valid)
            {
                return false;
            }
        }

        return cursor.Finished(Table, seen)
            && Accept(ref cursor, new TableCalibration(points, InstrumentCalibration.OutsideOf(outside), rest.Unit, rest.From, rest.To, rest.Source), out step);
    }

    public static bool ReadChecks(ref WireCursor cursor, out ProcedureStep step)
    {
        step = null!;
        var (unit, checks) = ("", new List<CalibrationCheck>());
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(Checks, ref seen)) >= 0;)
        {
            var valid = member switch
            {
                1 => cursor.Text(out unit),
                2 => ReadChecks(ref cursor, checks),
                _ => cursor.Ignore(),
            };
            if (!valid)
            {
                return false;
            }
        }

        step = new ChecksStep(checks, unit);
        return cursor.Finished(Checks, seen);
    }

    private static bool ReadChecks(ref WireCursor cursor, List<CalibrationCheck> checks)
    {
        if (!cursor.EnterArray())
        {
            return false;
        }

        while (cursor.Read() && cursor.Token != JsonTokenType.EndArray)
        {
            if (cursor.Token != JsonTokenType.StartObject)
            {
                return cursor.Expected("a check");
            }

            if (checks.Count == CalibrationCheck.Most)
            {
                return cursor.Fail(WireReasons.TooLarge, $"expected at most {CalibrationCheck.Most} checks");
            }

            if (!ReadCheck(ref cursor, out var check))
            {
                return false;
            }

            if (checks.Count > 0 && check.Time < checks[^1].Time)
            {
                return cursor.Fail(WireReasons.BadValue, "expected checks by time");
            }

            checks.Add(check);
        }

        return checks.Count > 0 || cursor.Expected("at least one check");
    }

    private static bool ReadCheck(ref WireCursor cursor, out CalibrationCheck check)
    {
        check = null!;
        var (kind, time, source, passed) = ("", default(DateTimeOffset), "", false);
        var (expected, measured, calibrated, drift, limit) = (0.0, 0.0, 0.0, 0.0, 0.0);
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(Check, ref seen)) >= 0;)
        {
            var valid = member switch
            {
                0 => cursor.Choice(out kind, [.. CalibrationCheck.KindNames]),
                1 => cursor.Instant(out time),
                2 => cursor.Number(out expected),
                3 => cursor.Number(out measured),
                4 => cursor.Number(out calibrated),
                5 => cursor.Number(out drift),
                6 => cursor.Number(out limit),
                7 => cursor.Boolean(out passed),
                _ => cursor.Text(out source),
            };
            if (!valid)
            {
                return false;
            }
        }

        if (!cursor.Finished(Check, seen))
        {
            return false;
        }

        check = new CalibrationCheck(kind == CalibrationCheck.KindNames[0] ? CheckKind.Zero : CheckKind.Span, time, expected, measured, calibrated, limit, source);
        return (check.Drift == drift && check.Passed == passed)
            || cursor.Fail(WireReasons.BadValue, $"expected the drift {check.Drift} and passed {check.Passed} that the values make");
    }

    private static bool ReadNumbers(ref WireCursor cursor, List<double> numbers)
    {
        if (!cursor.EnterArray())
        {
            return false;
        }

        while (cursor.Read() && cursor.Token != JsonTokenType.EndArray)
        {
            if (cursor.Token != JsonTokenType.Number || !cursor.TryCurrentNumberOrNull(out var number) || numbers.Count == PolynomialCalibration.Most)
            {
                return cursor.Expected($"at most {PolynomialCalibration.Most} finite numbers");
            }

            numbers.Add(number);
        }

        return true;
    }

    private static bool ReadPoints(ref WireCursor cursor, List<CalibrationPoint> points)
    {
        if (!cursor.EnterArray())
        {
            return false;
        }

        while (cursor.Read() && cursor.Token != JsonTokenType.EndArray)
        {
            if (cursor.Token != JsonTokenType.StartArray)
            {
                return cursor.Expected("a point [raw, calibrated]");
            }

            if (points.Count == TableCalibration.Most)
            {
                return cursor.Fail(WireReasons.TooLarge, $"expected at most {TableCalibration.Most} points");
            }

            if (!cursor.Number(out var raw) || !cursor.Number(out var calibrated))
            {
                return false;
            }

            points.Add(new CalibrationPoint(raw, calibrated));
            if (!cursor.Read() || cursor.Token != JsonTokenType.EndArray)
            {
                return cursor.Expected("the end of a point [raw, calibrated]");
            }
        }

        return true;
    }

    private static bool Accept(ref WireCursor cursor, InstrumentCalibration calibration, out ProcedureStep step)
    {
        step = new CalibrationStep(calibration);
        return calibration.Check() is not { } problem || cursor.Fail(WireReasons.BadValue, $"expected a calibration that holds: it {problem}");
    }

    /// <summary>The members that follow the curve.</summary>
    private struct Rest
    {
        public Rest()
        {
        }

        public string Unit = "";
        public DateTimeOffset From;
        public DateTimeOffset? To;
        public string Source = "";

        public bool Read(ref WireCursor cursor, int member) => member switch
        {
            0 => cursor.Text(out Unit),
            1 => cursor.Instant(out From),
            2 => cursor.InstantOrNull(out To),
            _ => cursor.Text(out Source),
        };
    }
}
