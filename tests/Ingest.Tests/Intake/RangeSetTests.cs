using FsCheck;
using FsCheck.Fluent;
using MeetNet.Ingest.Facts;
using MeetNet.Ingest.Intake;

namespace MeetNet.Ingest.Tests.Intake;

public sealed class RangeSetTests
{
    private static readonly Gen<SequenceRange> Ranges =
        from first in Gen.Choose(1, 40)
        from length in Gen.Choose(0, 8)
        select new SequenceRange(first, first + length);

    [Fact]
    public void Behaves_as_a_set_of_numbers_and_keeps_its_ranges_apart()
    {
        var steps = Gen.ListOf(from add in Gen.Frequency((3, Gen.Constant(true)), (1, Gen.Constant(false))) from range in Ranges select (add, range));
        Prop.ForAll(steps.ToArbitrary(), list =>
        {
            var (set, model) = (new RangeSet(), new SortedSet<long>());
            foreach (var (add, range) in list)
            {
                if (add)
                {
                    set.Add(range);
                    model.UnionWith(Numbers(range));
                }
                else
                {
                    set.Remove(range);
                    model.ExceptWith(Numbers(range));
                }
            }
            Assert.Equal(model, set.Ranges.SelectMany(Numbers));
            Assert.Equal(model.Count, set.Count);
            Assert.Equal(model.Count == 0 ? 0 : model.Max, set.Highest);
            Assert.All(set.Ranges.Zip(set.Ranges.Skip(1)), pair => Assert.True(pair.First.Last + 1 < pair.Second.First));
            Assert.All(Enumerable.Range(0, 60), number => Assert.Equal(model.Contains(number), set.Contains(number)));
            Assert.Equal(set.Ranges, RangeSet.FromBytes(set.ToBytes()).Ranges);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void What_is_missing_of_a_range_is_the_difference()
    {
        Prop.ForAll(Gen.ListOf(Ranges).ToArbitrary(), Ranges.ToArbitrary(), (held, wanted) =>
        {
            var set = new RangeSet();
            foreach (var range in held)
            {
                set.Add(range);
            }
            var missing = new List<SequenceRange>();
            set.AppendMissing(wanted, missing);
            Assert.Equal(Numbers(wanted).Except(held.SelectMany(Numbers)), missing.SelectMany(Numbers));
        }).QuickCheckThrowOnFailure();
    }

    private static IEnumerable<long> Numbers(SequenceRange range) => Enumerable.Range(0, (int)range.Count).Select(at => range.First + at);
}
