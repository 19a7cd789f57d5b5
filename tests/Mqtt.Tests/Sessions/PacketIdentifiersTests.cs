using MeetNet.Mqtt.Sessions;

namespace MeetNet.Mqtt.Tests.Sessions;

public sealed class PacketIdentifiersTests
{
    [Fact]
    public void One_that_is_named_is_taken_once_and_not_given_out()
    {
        var identifiers = new PacketIdentifiers();
        Assert.True(identifiers.TryTake(1));
        Assert.True(identifiers.TryTake(3));
        Assert.False(identifiers.TryTake(3));
        Assert.Equal(2, identifiers.Count);
        identifiers.Release(1);
        Assert.True(identifiers.TryTake(out var next));
        Assert.Equal(4, next);
    }

    [Fact]
    [Trait("mqtt", "2.2.1-3")]
    public void All_65_535_are_given_once_and_never_zero()
    {
        var identifiers = new PacketIdentifiers();
        var given = new HashSet<ushort>();
        while (identifiers.TryTake(out var id))
        {
            Assert.NotEqual(0, id);
            Assert.True(given.Add(id));
        }

        Assert.Equal(65_535, given.Count);
        identifiers.Release(4711);
        Assert.True(identifiers.TryTake(out var again));
        Assert.Equal(4711, again);
        Assert.False(identifiers.TryTake(out _));
    }

    [Fact]
    public void A_released_identifier_is_the_last_to_be_given_again()
    {
        var identifiers = new PacketIdentifiers();
        identifiers.TryTake(out var first);
        identifiers.Release(first);
        for (var i = 0; i < 65_534; i++)
        {
            identifiers.TryTake(out var id);
            Assert.NotEqual(first, id);
            identifiers.Release(id);
        }

        identifiers.TryTake(out var last);
        Assert.Equal(first, last);
    }

    [Fact]
    public void Releasing_zero_or_twice_changes_nothing()
    {
        var identifiers = new PacketIdentifiers();
        identifiers.TryTake(out var id);
        identifiers.Release(id);
        identifiers.Release(id);
        identifiers.Release(0);
        Assert.Equal(0, identifiers.Count);
    }
}
