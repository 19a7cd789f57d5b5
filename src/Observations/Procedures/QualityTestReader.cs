using System.Text.Json;
using MeetNet.Observations.Quality;
using MeetNet.Observations.Wire;

namespace MeetNet.Observations.Procedures;

/// <summary>Reads the steps that are tests; parameters that make no test are refused, as in a station file.</summary>
internal static class QualityTestReader
{
    private static readonly WireMembers SpikeMembers = new("step", "suspect", "fail", "maximumGap", "source");
    private static readonly WireMembers RateMembers = new("step", "maximum", "per", "tolerance", "maximumGap", "source");
    private static readonly WireMembers FlatMembers = new("step", "tolerance", "suspect", "fail", "maximumGap", "source");
    private static readonly WireMembers AttenuatedMembers = new("step", "measure", "window", "suspect", "fail", "maximumGap", "source");
    private static readonly WireMembers ClimatologyMembers = new("step", "seasons", "source");
    private static readonly WireMembers SeasonMembers = new("months", "suspect");
    private static readonly WireMembers GapMembers = new("step", "maximum", "except", "source");

    public static bool ReadSpike(ref WireCursor cursor, out ProcedureStep step)
    {
        step = null!;
        var (suspect, fail, gap, source) = (0.0, default(double?), default(TimeSpan), "");
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(SpikeMembers, ref seen)) >= 0;)
        {
            var valid = member switch
            {
                1 => cursor.Number(out suspect),
                2 => cursor.NumberOrNull(out fail),
                3 => cursor.Duration(out gap),
                4 => cursor.Text(out source),
                _ => cursor.Ignore(),
            };
            if (!valid)
            {
                return false;
            }
        }

        return cursor.Finished(SpikeMembers, seen) && Make(ref cursor, new Spike(suspect, fail, gap), source, out step);
    }

    public static bool ReadRate(ref WireCursor cursor, out ProcedureStep step)
    {
        step = null!;
        var (maximum, tolerance, source) = (0.0, 0.0, "");
        var (per, gap) = (default(TimeSpan), default(TimeSpan));
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(RateMembers, ref seen)) >= 0;)
        {
            var valid = member switch
            {
                1 => cursor.Number(out maximum),
                2 => cursor.Duration(out per),
                3 => cursor.Number(out tolerance),
                4 => cursor.Duration(out gap),
                5 => cursor.Text(out source),
                _ => cursor.Ignore(),
            };
            if (!valid)
            {
                return false;
            }
        }

        return cursor.Finished(RateMembers, seen) && Make(ref cursor, new RateOfChange(maximum, per, tolerance, gap), source, out step);
    }

    public static bool ReadFlat(ref WireCursor cursor, out ProcedureStep step)
    {
        step = null!;
        var (tolerance, source) = (0.0, "");
        var (suspect, fail, gap) = (default(TimeSpan), default(TimeSpan?), default(TimeSpan));
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(FlatMembers, ref seen)) >= 0;)
        {
            var valid = member switch
            {
                1 => cursor.Number(out tolerance),
                2 => cursor.Duration(out suspect),
                3 => cursor.DurationOrNull(out fail),
                4 => cursor.Duration(out gap),
                5 => cursor.Text(out source),
                _ => cursor.Ignore(),
            };
            if (!valid)
            {
                return false;
            }
        }

        return cursor.Finished(FlatMembers, seen) && Make(ref cursor, new FlatLine(tolerance, suspect, fail, gap), source, out step);
    }

    public static bool ReadAttenuated(ref WireCursor cursor, out ProcedureStep step)
    {
        step = null!;
        var (measure, suspect, fail, source) = ("", 0.0, default(double?), "");
        var (window, gap) = (default(TimeSpan), default(TimeSpan));
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(AttenuatedMembers, ref seen)) >= 0;)
        {
            var valid = member switch
            {
                1 => cursor.Choice(out measure, [.. AttenuatedSignal.MeasureNames]),
                2 => cursor.Duration(out window),
                3 => cursor.Number(out suspect),
                4 => cursor.NumberOrNull(out fail),
                5 => cursor.Duration(out gap),
                6 => cursor.Text(out source),
                _ => cursor.Ignore(),
            };
            if (!valid)
            {
                return false;
            }
        }

        var kind = measure == AttenuatedSignal.NameOf(SignalMeasure.Range) ? SignalMeasure.Range : SignalMeasure.StandardDeviation;
        return cursor.Finished(AttenuatedMembers, seen) && Make(ref cursor, new AttenuatedSignal(kind, window, suspect, fail, gap), source, out step);
    }

    public static bool ReadClimatology(ref WireCursor cursor, out ProcedureStep step)
    {
        step = null!;
        var (seasons, source) = (new List<Season>(), "");
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(ClimatologyMembers, ref seen)) >= 0;)
        {
            var valid = member switch
            {
                1 => ReadSeasons(ref cursor, seasons),
                2 => cursor.Text(out source),
                _ => cursor.Ignore(),
            };
            if (!valid)
            {
                return false;
            }
        }

        return cursor.Finished(ClimatologyMembers, seen) && Make(ref cursor, new Climatology(seasons), source, out step);
    }

    public static bool ReadGap(ref WireCursor cursor, out ProcedureStep step)
    {
        step = null!;
        var (maximum, except, source) = (default(TimeSpan), new List<DailySpan>(), "");
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(GapMembers, ref seen)) >= 0;)
        {
            var valid = member switch
            {
                1 => cursor.Duration(out maximum),
                2 => ReadExcept(ref cursor, except),
                3 => cursor.Text(out source),
                _ => cursor.Ignore(),
            };
            if (!valid)
            {
                return false;
            }
        }

        return cursor.Finished(GapMembers, seen) && Make(ref cursor, new TimeGap(maximum, except), source, out step);
    }

    private static bool ReadSeasons(ref WireCursor cursor, List<Season> seasons)
    {
        if (!cursor.EnterArray())
        {
            return false;
        }

        while (cursor.Read() && cursor.Token != JsonTokenType.EndArray)
        {
            if (cursor.Token != JsonTokenType.StartObject || seasons.Count == 12)
            {
                return cursor.Expected("at most 12 seasons");
            }

            var (months, span) = (new List<int>(), default(ValueSpan?));
            var seen = default(WireSeen);
            for (int member; (member = cursor.Next(SeasonMembers, ref seen)) >= 0;)
            {
                if (member == 0 ? !ReadMonths(ref cursor, months) : !ProcedureStepReader.ReadSpan(ref cursor, out span))
                {
                    return false;
                }
            }

            if (!cursor.Finished(SeasonMembers, seen))
            {
                return false;
            }

            seasons.Add(new Season(months, span.GetValueOrDefault()));
        }

        return true;
    }

    private static bool ReadMonths(ref WireCursor cursor, List<int> months)
    {
        if (!cursor.EnterArray())
        {
            return false;
        }

        while (cursor.Read() && cursor.Token != JsonTokenType.EndArray)
        {
            if (months.Count == 12 || !cursor.TryCurrentInteger(1, 12, out var month))
            {
                return cursor.Expected("an integer from 1 to 12, at most 12 of them");
            }

            months.Add((int)month);
        }

        return true;
    }

    private static bool ReadExcept(ref WireCursor cursor, List<DailySpan> except)
    {
        if (!cursor.EnterArray())
        {
            return false;
        }

        while (cursor.Read() && cursor.Token != JsonTokenType.EndArray)
        {
            if (except.Count == TimeGap.MaximumExceptions || cursor.Token != JsonTokenType.String || !DailySpan.TryParse(cursor.CurrentText, out var span))
            {
                return cursor.Expected($"at most {TimeGap.MaximumExceptions} stretches of the day like 02:00-02:30");
            }

            except.Add(span);
        }

        return true;
    }

    private static bool Make(ref WireCursor cursor, QualityTest test, string source, out ProcedureStep step)
    {
        step = new QualityTestStep(test, source);
        return test.Check() is not { } problem || cursor.Fail(WireReasons.BadValue, $"expected a test that holds: {problem}");
    }
}
