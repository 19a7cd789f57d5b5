using System.Diagnostics;
using System.Globalization;
using MeetNet.Observations;
using MeetNet.Observations.Aggregation;

namespace MeetNet.Benchmarks;

/// <summary>
/// A year of minutes (525,600 samples of one datastream, in memory, in pieces of 1,024 as the query gives them) aggregated to each kind; beside the time
/// that adding up the same samples in one loop takes, without periods, flags and extremes. The median of the runs counts; on a machine that does other things as well, the fastest says more.
/// </summary>
internal static class AggregateBenchmark
{
    private const int Runs = 15;
    private const int Warming = 5;
    private const int PieceLength = 1_024;
    private static readonly DateTimeOffset Begin = new(2024, 12, 31, 23, 0, 0, TimeSpan.Zero);

    public static int Run()
    {
        var minutes = new Sample[365 * 24 * 60];
        for (var i = 0; i < minutes.Length; i++)
        {
            var begin = Begin.AddMinutes(i);
            minutes[i] = Sample.Of(begin, begin.AddMinutes(1), 40 + (30 * Math.Sin(i / 229.0)) + (i % 17), i % 1000 == 999 ? QartodFlag.Fail : QartodFlag.Good);
        }

        Console.WriteLine("## Aggregation: a year of minutes\n");
        Console.WriteLine("| what | periods | median ms | fastest ms | ns a sample | allocated KiB | times one loop of additions |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        var sum = 0.0;
        var floor = Measure(() =>
        {
            foreach (ref readonly var sample in minutes.AsSpan())
            {
                sum += sample.Value;
            }

            return 1;
        }).Milliseconds;
        foreach (var kind in Enum.GetValues<AggregateKind>())
        {
            var request = Request(kind, "o3");
            Report($"{AggregateNames.Of(kind)} (o3)", Measure(() => Fold(request, minutes)), floor, minutes.Length);
        }

        Report("day (water_level, of observations)", Measure(() => Fold(Request(AggregateKind.Day, "water_level"), minutes)), floor, minutes.Length);
        Report("month (water_level, by overlap)", Measure(() => Fold(Request(AggregateKind.Month, "water_level") with { ByOverlap = true }, minutes)), floor, minutes.Length);
        Report("hour (wind_direction)", Measure(() => Fold(Request(AggregateKind.Hour, "wind_direction"), minutes)), floor, minutes.Length);
        Console.WriteLine(double.IsFinite(sum) ? "" : "the sum is not a number");
        return 0;
    }

    private static AggregationRequest Request(AggregateKind kind, string property)
    {
        var calendar = Aggregator.CalendarOf(kind, FixedZone.Regulatory, new DateOnly(2025, 1, 6));
        return new AggregationRequest
        {
            Property = property, Kind = kind, Calendar = calendar, From = calendar.At(Begin).Begin, To = Begin.AddDays(365), Now = Begin.AddDays(400), Interval = TimeSpan.FromMinutes(1),
        };
    }

    private static int Fold(AggregationRequest request, Sample[] samples)
    {
        var aggregator = new Aggregator(request);
        var (given, periods) = (0, 0);
        for (AggregatorState state; (state = aggregator.Next(out _)) != AggregatorState.Done;)
        {
            if (state == AggregatorState.Ready)
            {
                periods++;
            }
            else if (given == samples.Length)
            {
                aggregator.End();
            }
            else
            {
                var length = Math.Min(PieceLength, samples.Length - given);
                aggregator.Feed(samples.AsMemory(given, length));
                given += length;
            }
        }

        return periods;
    }

    private static (double Milliseconds, double Fastest, long Bytes, int Periods) Measure(Func<int> work)
    {
        var (times, bytes, periods) = (new double[Runs], 0L, 0);
        for (var run = -Warming; run < Runs; run++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var began = Stopwatch.GetTimestamp();
            periods = work();
            var took = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            if (run >= 0)
            {
                times[run] = took;
            }
        }

        Array.Sort(times);
        return (times[Runs / 2], times[0], bytes, periods);
    }

    private static void Report(string what, (double Milliseconds, double Fastest, long Bytes, int Periods) measured, double floor, int samples) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {what} | {measured.Periods} | {measured.Milliseconds:0.0} | {measured.Fastest:0.0} | {measured.Milliseconds * 1e6 / samples:0.0} | {measured.Bytes / 1024.0:0.0} | {measured.Milliseconds / floor:0.0} |"));
}
