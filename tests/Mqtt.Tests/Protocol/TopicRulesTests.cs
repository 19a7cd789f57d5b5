using MeetNet.Mqtt.Protocol;

namespace MeetNet.Mqtt.Tests.Protocol;

public sealed class TopicRulesTests
{
    [Theory]
    [Trait("mqtt", "4.7.1-1")]
    [InlineData("#")]
    [InlineData("a/#")]
    [InlineData("+/b/+")]
    [InlineData("/")]
    [InlineData("$share/group/a/+")]
    [InlineData("a//b")]
    public void These_filters_are_fine(string filter) => Assert.Null(TopicRules.CheckTopicFilter(filter));

    [Theory]
    [Trait("mqtt", "4.7.1-1")]
    [Trait("mqtt", "4.7.3-1")]
    [Trait("mqtt", "4.7.3-2")]
    [Trait("mqtt", "4.8.2-1")]
    [Trait("mqtt", "4.8.2-2")]
    [Trait("mqtt", "4.7.1-2")]
    [InlineData("")]
    [InlineData("a#")]
    [InlineData("#/a")]
    [InlineData("a+/b")]
    [InlineData("a\0")]
    [InlineData("$share/group")]
    [InlineData("$share//a")]
    [InlineData("$share/g+/a")]
    [InlineData("$share/group/")]
    public void These_filters_are_not(string filter) => Assert.NotNull(TopicRules.CheckTopicFilter(filter));

    [Fact]
    [Trait("mqtt", "1.5.4-1")]
    public void Half_a_surrogate_pair_is_not_text() => Assert.NotNull(TopicRules.CheckTopicFilter("a" + (char)0xD800));

    [Fact]
    [Trait("mqtt", "3.8.3-4")]
    public void A_shared_subscription_may_not_be_no_local() => Assert.NotNull(TopicRules.CheckTopicFilter("$share/g/a", noLocal: true));

    [Theory]
    [Trait("mqtt", "4.7.3-1")]
    [Trait("mqtt", "4.7.0-1")]
    [InlineData("")]
    [InlineData("a/+")]
    [InlineData("#")]
    public void These_are_no_topic_names(string name) => Assert.NotNull(TopicRules.CheckTopicName(name));

    [Fact]
    [Trait("mqtt", "4.7.3-3")]
    public void A_topic_has_at_most_65_535_bytes()
    {
        Assert.Null(TopicRules.CheckTopicName(new string('a', 65_535)));
        Assert.NotNull(TopicRules.CheckTopicName(new string('é', 32_768)));
    }

    [Theory]
    [Trait("mqtt", "4.7.1-1")]
    [Trait("mqtt", "4.7.1-2")]
    [Trait("mqtt", "4.7.2-1")]
    [InlineData("a/b", "a/b", true)]
    [InlineData("a/b", "a/B", false)]
    [InlineData("a/b", "a/b/c", false)]
    [InlineData("a/b", "a", false)]
    [InlineData("a/b", "/a/b", false)]
    [InlineData("#", "a/b", true)]
    [InlineData("#", "/", true)]
    [InlineData("a/#", "a", true)]
    [InlineData("a/#", "a/", true)]
    [InlineData("a/#", "a/b/c", true)]
    [InlineData("a/#", "ab", false)]
    [InlineData("+", "a", true)]
    [InlineData("+", "/a", false)]
    [InlineData("/+", "/a", true)]
    [InlineData("+/+", "/a", true)]
    [InlineData("a/+", "a", false)]
    [InlineData("a/+", "a/", true)]
    [InlineData("a/+/c", "a/b/c", true)]
    [InlineData("a/+/#", "a/b", true)]
    [InlineData("a/+/#", "a", false)]
    [InlineData("#", "$SYS/x", false)]
    [InlineData("+/x", "$SYS/x", false)]
    [InlineData("$SYS/#", "$SYS/x", true)]
    [InlineData("$share/g/a/+", "a/b", true)]
    [InlineData("$share/g/#", "$SYS/x", false)]
    [InlineData("$share/g/a", "g/a", false)]
    public void A_filter_matches_level_by_level(string filter, string topic, bool matches) =>
        Assert.Equal(matches, MqttTopics.Matches(filter, topic));
}
