namespace MeetNet.Observations.Tests;

public sealed class ResultQualityTests
{
    [Fact]
    public void Flags_combine_as_qartod_compare_of_ioos_qc()
    {
        // domain: 9 < 2 < 1 < 3 < 4, the highest wins.
        QartodFlag[] order = [QartodFlag.None, QartodFlag.Missing, QartodFlag.NotEvaluated, QartodFlag.Good, QartodFlag.Suspect, QartodFlag.Fail];
        for (var i = 0; i < order.Length; i++)
        {
            for (var j = 0; j < order.Length; j++)
            {
                Assert.Equal(order[Math.Max(i, j)], QartodFlags.Worst(order[i], order[j]));
            }
        }
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, true)]
    [InlineData(4, true)]
    [InlineData(5, false)]
    [InlineData(9, true)]
    [InlineData(10, false)]
    public void Only_the_five_flags_are_flags(int flag, bool defined) => Assert.Equal(defined, QartodFlags.IsDefined((QartodFlag)flag));

    [Fact]
    public void Tests_of_both_are_named_once()
    {
        var both = ResultQuality.Suspect("a,b").And(ResultQuality.Fail("b,c"));
        Assert.Equal(new ResultQuality(QartodFlag.Fail, "a,b,c"), both);
        Assert.Equal(ResultQuality.Suspect("a"), ResultQuality.Suspect("a").And(ResultQuality.Good));
        Assert.Equal(ResultQuality.Suspect("a"), default(ResultQuality).And(ResultQuality.Suspect("a")));
    }

    [Theory]
    [InlineData("gross_range", true)]
    [InlineData("device:warming_up,clock:unsynchronised", true)]
    [InlineData("", false)]
    [InlineData("Gross", false)]
    [InlineData("a b", false)]
    [InlineData("a\"", false)]
    public void A_list_of_tests_is_of_its_alphabet(string text, bool valid) =>
        Assert.Equal(valid, QualityTests.IsList(System.Text.Encoding.UTF8.GetBytes(text)));
}
