using MeetNet.Observations.Quality;

namespace MeetNet.Observations.Tests.Quality;

public sealed class NeighbourTests
{
    private static readonly Neighbour Test = new(TimeSpan.FromHours(2), 10, 2);

    [Theory]
    [InlineData(50, 2, 40, 60, 0, QartodFlag.Good)]
    [InlineData(70, 2, 40, 60, 0, QartodFlag.Good)]             // on the threshold
    [InlineData(70.1, 2, 40, 60, 0, QartodFlag.Suspect)]
    [InlineData(30, 2, 40, 60, 0, QartodFlag.Good)]
    [InlineData(29.9, 2, 40, 60, 0, QartodFlag.Suspect)]
    [InlineData(75, 2, 40, 60, 5, QartodFlag.Good)]             // here it is usually 5 more
    [InlineData(33, 2, 40, 60, 5, QartodFlag.Suspect)]
    [InlineData(500, 1, 40, 40, 0, QartodFlag.NotEvaluated)]
    [InlineData(500, 0, 0, 0, 0, QartodFlag.NotEvaluated)]
    public void A_value_is_suspect_only_outside_all_that_the_neighbour_measured_around_it(double value, int count, double least, double greatest, double difference, QartodFlag flag) =>
        Assert.Equal(flag, Test.Test(value, new NeighbourRange(count, least, greatest), difference));

    [Fact]
    public void A_moving_range_is_the_range_of_what_is_in_the_window()
    {
        var random = new Random(20261121);
        for (var run = 0; run < 200; run++)
        {
            var (range, all, at) = (new MovingRange(), new List<(long At, double Value)>(), 0L);
            for (var i = 0; i < 100; i++)
            {
                at += random.Next(0, 4);            // equal times, too
                var value = random.Next(-5, 6);
                range.Add(at, value);
                all.Add((at, value));
                var before = at - random.Next(0, 12);
                range.Forget(before);
                all.RemoveAll(item => item.At < before);
                Assert.Equal(
                    all.Count == 0 ? default : new NeighbourRange(all.Count, all.Min(item => item.Value), all.Max(item => item.Value)), range.Current);
            }
        }
    }
}
