namespace MeetNet.Mqtt.Tests.Client;

/// <summary>Topic names and filters as an application checks them.</summary>
public sealed class TopicsTests
{
    /// <summary>The examples of §4.7.1.2, §4.7.1.3, §4.7.2 and §4.7.3, and shared ones.</summary>
    [Theory]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player1", true)]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player1/ranking", true)]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true)]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player2", false)]
    [InlineData("sport/#", "sport", true)]
    [InlineData("sport/#", "sports", false)]
    [InlineData("#", "sport", true)]
    [InlineData("#", "/a//b", true)]
    [InlineData("sport/tennis/+", "sport/tennis/player1", true)]
    [InlineData("sport/tennis/+", "sport/tennis/player1/ranking", false)]
    [InlineData("sport/+", "sport", false)]
    [InlineData("sport/+", "sport/", true)]
    [InlineData("+/+", "/finance", true)]
    [InlineData("/+", "/finance", true)]
    [InlineData("+", "/finance", false)]
    [InlineData("+/tennis/#", "sport/tennis/a/b", true)]
    [InlineData("+/tennis/#", "sport/golf", false)]
    [InlineData("a/+/c/#", "a/b/c", true)]
    [InlineData("a/+/c/#", "a/b", false)]
    [InlineData("#", "$SYS/a", false)]
    [InlineData("+/monitor/Clients", "$SYS/monitor/Clients", false)]
    [InlineData("$SYS/#", "$SYS/", true)]
    [InlineData("$SYS/monitor/+", "$SYS/monitor/Clients", true)]
    [InlineData("ACCOUNTS", "Accounts", false)]
    [InlineData("a/b", "a/b", true)]
    [InlineData("a/b", "a/b/", false)]
    [InlineData("a/b/", "a/b", false)]
    [InlineData("$share/g/a/+", "a/b", true)]
    [InlineData("$share/g/a/+", "g/a/b", false)]
    [InlineData("$share/g/#", "$SYS/a", false)]
    [Trait("mqtt", "4.7.2-1")]
    [Trait("mqtt", "4.7.3-4")]
    public void A_filter_matches_what_the_standard_says(string filter, string topic, bool expected)
    {
        Assert.Null(MqttTopics.ProblemOfFilter(filter));
        Assert.Null(MqttTopics.ProblemOfName(topic));
        Assert.Equal(expected, MqttTopics.Matches(filter, topic));
    }

    [Theory]
    [InlineData("a/#")]
    [InlineData("+")]
    [InlineData("")]
    [InlineData("a\0b")]
    public void A_name_that_is_none_is_told(string name) => Assert.NotNull(MqttTopics.ProblemOfName(name));

    [Theory]
    [InlineData("a/#/b")]
    [InlineData("a#")]
    [InlineData("a+/b")]
    [InlineData("")]
    [InlineData("$share/g")]
    [InlineData("$share//a")]
    public void A_filter_that_is_none_is_told(string filter) => Assert.NotNull(MqttTopics.ProblemOfFilter(filter));
}
