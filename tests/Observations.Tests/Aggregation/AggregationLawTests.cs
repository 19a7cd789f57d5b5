using FsCheck;
using FsCheck.Fluent;
using MeetNet.Observations.Aggregation;
using static MeetNet.Observations.Tests.Aggregation.Folding;

namespace MeetNet.Observations.Tests.Aggregation;

public sealed class AggregationLawTests
{
    private const int Days = 3;

    private static readonly AggregateKind[] Kinds = Enum.GetValues<AggregateKind>();

    /// <summary>Seconds of three days with a value and a flag: irregular, with gaps, sometimes several at one instant.</summary>
    private static readonly Gen<List<Sample>> Samples =
        from count in Gen.Choose(0, 400)
        from seconds in Gen.Choose(0, (Days * 86_400) - 1).ArrayOf(count)
        from values in Gen.Choose(-1_000_000, 1_000_000).ArrayOf(count)
        from flags in Gen.Frequency((6, Gen.Constant(QartodFlag.Good)), (1, Gen.Elements(QartodFlag.Suspect, QartodFlag.Fail, QartodFlag.Missing, QartodFlag.NotEvaluated))).ArrayOf(count)
        select seconds.Select((second, i) => At(Midnight.AddSeconds(second), flags[i] == QartodFlag.Missing ? double.NaN : values[i] / 1000.0, flags[i]))
            .OrderBy(sample => sample.Begin).ToList();

    private static AggregationRequest Whole(AggregateKind kind, TimeSpan? interval = null, string property = "o3")
    {
        // Wide enough to hold a whole season or year; running means and days are of the three days.
        var calendar = Request(kind, Midnight, Midnight, interval, property).Calendar;
        var (from, to) = (calendar.At(Midnight).Begin, calendar.Ceiling(Midnight.AddDays(Days)));
        return Request(kind, from, to, interval ?? TimeSpan.FromMinutes(10), property);
    }

    private static void Check<T>(Gen<T> gen, Action<T> law) => Prop.ForAll(Arb.From(gen), law).QuickCheckThrowOnFailure();

    [Fact]
    public void The_pieces_in_which_samples_come_change_nothing() => Check(
        from samples in Samples
        from pieces in Gen.Choose(1, 50).NonEmptyListOf()
        from kind in Gen.Elements(Kinds)
        select (samples, pieces, kind),
        test => Assert.Equal(Whole(test.kind).Fold(test.samples), Whole(test.kind).Fold(test.samples, [.. test.pieces])));

    [Fact]
    public void The_order_within_an_hour_changes_nothing_but_a_last_digit() => Check(
        from samples in Samples
        from keys in Gen.Choose(0, int.MaxValue - 1).ArrayOf(samples.Count)
        from kind in Gen.Elements(Kinds)
        select (samples, keys, kind),
        test =>
        {
            var shuffled = test.samples.Zip(test.keys).OrderBy(pair => pair.First.Begin / TimeSpan.TicksPerHour).ThenBy(pair => pair.Second).Select(pair => pair.First);
            var (expected, actual) = (Whole(test.kind).Fold(test.samples), Whole(test.kind).Fold(shuffled));
            Assert.Equal(expected.Count, actual.Count);
            foreach (var (one, other) in expected.Zip(actual))
            {
                // Of the largest values, 1000, a compensated sum of 400 loses less than 1e-12.
                Assert.Equal(one.Mean ?? 0, other.Mean ?? 0, 1e-9);
                Assert.Equal(one.Sum ?? 0, other.Sum ?? 0, 1e-9);
                Assert.Equal(one.Maximum ?? 0, other.Maximum ?? 0, 1e-9);
                Assert.Equal((one.Begin, one.End, one.Count, one.Excluded, one.Expected, one.DataCapture, one.Quality, one.Valid), (other.Begin, other.End, other.Count, other.Excluded, other.Expected, other.DataCapture, other.Quality, other.Valid));
            }
        });

    [Fact]
    public void Every_sample_is_in_exactly_one_period() => Check(
        from samples in Samples from kind in Gen.Elements(AggregateKind.Hour, AggregateKind.Day, AggregateKind.FourWeeks, AggregateKind.Month, AggregateKind.Year) select (samples, kind),
        test =>
        {
            var periods = (Whole(test.kind) with { Basis = AggregateBasis.Observations }).Fold(test.samples);
            Assert.Equal(test.samples.Count, periods.Sum(period => period.Count + period.Excluded));
            foreach (var period in periods)
            {
                var own = test.samples.Where(sample => sample.Begin >= period.Begin.UtcTicks && sample.Begin < period.End.UtcTicks && sample.IsUsable).Select(sample => sample.Value).ToList();
                Assert.Equal(own.Count, period.Count);
                Assert.Equal(own.Count == 0 ? 0 : own.Average(), period.Mean ?? 0, 1e-9);
                Assert.Equal(own.Count == 0 ? (double?)null : own.Min(), period.Minimum);
                Assert.Equal(own.Count == 0 ? (double?)null : own.Max(), period.Maximum);
            }
        });

    [Fact]
    public void Periods_follow_each_other_without_overlap_or_hole_and_data_capture_is_a_percentage() => Check(
        from samples in Samples from kind in Gen.Elements(Kinds) from minutes in Gen.Choose(1, 200) select (samples, kind, minutes),
        test =>
        {
            var aggregates = Whole(test.kind, TimeSpan.FromMinutes(test.minutes)).Fold(test.samples);
            var step = test.kind == AggregateKind.EightHours ? TimeSpan.FromHours(7) : TimeSpan.Zero;
            Assert.NotEmpty(aggregates);
            Assert.All(aggregates.Zip(aggregates.Skip(1)), pair => Assert.Equal(pair.First.End, pair.Second.Begin + step));
            Assert.All(aggregates, aggregate =>
            {
                Assert.InRange(aggregate.DataCapture ?? 0, 0, 100);
                Assert.True(aggregate.DataCapture < 100 || aggregate.Expected is null || aggregate.Count >= aggregate.Expected);
                Assert.True(aggregate.End > aggregate.Begin);
            });
        });

    [Fact]
    public void What_is_always_the_same_is_that_in_every_aggregate() => Check(
        from value in Gen.Choose(1, 1_000_000) from kind in Gen.Elements(Kinds.Except([AggregateKind.Aot40, AggregateKind.Aot40Forest]).ToArray()) from overlap in Gen.Elements(true, false) select (value: value / 1024.0, kind, overlap),
        test =>
        {
            var request = Whole(test.kind, TimeSpan.FromHours(1)) with { ByOverlap = test.overlap };
            var hours = (int)(request.To - request.From).TotalHours + 7;
            var aggregates = request.Fold(Hourly(request.From.AddHours(-7), Enumerable.Repeat(test.value, hours)));
            Assert.All(aggregates, aggregate => Assert.Equal(test.value, aggregate.Mean ?? aggregate.Maximum!.Value, 1e-9));
            Assert.All(aggregates, aggregate => Assert.Equal((100.0, true), (aggregate.DataCapture!.Value, aggregate.Valid ?? true)));
        });

    [Fact]
    public void Overlaps_share_out_all_the_time_there_is() => Check(
        from lengths in Gen.Choose(1, 60).NonEmptyListOf() from values in Gen.Choose(0, 1000).ArrayOf(lengths.Count) select (lengths, values),
        test =>
        {
            // Intervals of whole days, one after the other; what they hold in all is what the months hold in all.
            var begin = Midnight;
            var samples = new List<Sample>();
            foreach (var (days, value) in test.lengths.Zip(test.values))
            {
                samples.Add(At(begin, value, length: TimeSpan.FromDays(days)));
                begin = begin.AddDays(days);
            }

            var calendar = PeriodCalendar.Months(FixedZone.Regulatory);
            var months = (Request(AggregateKind.Month, calendar.At(Midnight).Begin, calendar.Ceiling(begin), null, "nh3") with { ByOverlap = true }).Fold(samples, 7);
            var inMonths = months.Sum(month => (month.Mean ?? 0) * DaysCovered(month));
            Assert.Equal(test.lengths.Zip(test.values, (days, value) => (double)days * value).Sum(), inMonths, 1e-6);

            double DaysCovered(Aggregate month) => (Min(month.End, begin) - Max(month.Begin, Midnight)).TotalDays;
        });

    [Fact]
    public void The_periods_of_a_calendar_hold_every_instant_once() => Check(
        from minutes in Gen.Choose(0, 60 * 24 * 366 * 20)
        from anchor in Gen.Choose(0, 3_000)
        select (At: new DateTimeOffset(2010, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(minutes), Anchor: new DateOnly(2015, 1, 1).AddDays(anchor)),
        test =>
        {
            var zone = FixedZone.Regulatory;
            foreach (var calendar in new[] { PeriodCalendar.Hours, PeriodCalendar.Days(zone), PeriodCalendar.FourWeeks(zone, test.Anchor), PeriodCalendar.Months(zone), PeriodCalendar.Years(zone) })
            {
                var period = calendar.At(test.At);
                Assert.True(period.Begin <= test.At && test.At < period.End);
                Assert.Equal(period, calendar.At(period.Begin));
                Assert.Equal(period.End, calendar.At(period.End).Begin);
                Assert.Equal(period, calendar.At(period.End.AddTicks(-1)));
            }
        });

    private static DateTimeOffset Min(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private static DateTimeOffset Max(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
