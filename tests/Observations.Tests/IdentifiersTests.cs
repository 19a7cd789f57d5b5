using System.Text;

namespace MeetNet.Observations.Tests;

public sealed class IdentifiersTests
{
    [Theory]
    [InlineData("vmm", true, true)]
    [InlineData("nh3-1", true, false)]
    [InlineData("pm2_5", false, true)]
    [InlineData("", false, false)]
    [InlineData("VMM", false, false)]
    [InlineData("a b", false, false)]
    [InlineData("a/b", false, false)]
    [InlineData("a+b", false, false)]
    [InlineData("é", false, false)]
    [InlineData("0123456789012345678901234567890123456789", true, true)]
    [InlineData("01234567890123456789012345678901234567890", false, false)]
    public void Names_are_of_their_alphabet(string text, bool name, bool property)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Assert.Equal((name, name), (Identifiers.IsName(text), Identifiers.IsName(bytes)));
        Assert.Equal((property, property), (Identifiers.IsProperty(text), Identifiers.IsProperty(bytes)));
    }

    [Fact]
    public void A_datastream_id_is_four_names()
    {
        Assert.True(DatastreamId.TryParse("vmm/kalmthoutse-heide/pm-1/pm2_5", out var id));
        Assert.Equal(("vmm", "kalmthoutse-heide", "pm-1", "pm2_5"), (id.Owner, id.Station, id.Sensor, id.Property));
        Assert.Equal("vmm/kalmthoutse-heide/pm-1/pm2_5", id.ToString());
        Assert.Equal(id, DatastreamId.Create("vmm", "kalmthoutse-heide", "pm-1", "pm2_5"));
        Assert.True(id.BelongsTo("vmm", "kalmthoutse-heide"));
        Assert.False(id.BelongsTo("vmm", "kalmthoutse"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a/b/c")]
    [InlineData("a/b/c/d/e")]
    [InlineData("a/b/c/")]
    [InlineData("/b/c/d")]
    [InlineData("a//c/d")]
    [InlineData("a/b/c/d-e")]
    [InlineData("a/b/c_/d")]
    [InlineData("A/b/c/d")]
    public void What_is_not_a_datastream_id_is_refused(string? text)
    {
        Assert.False(DatastreamId.TryParse(text, out _));
        Assert.False(DatastreamId.IsValid(Encoding.UTF8.GetBytes(text ?? "")));
    }

    [Fact]
    public void It_is_not_made_from_a_bad_name() =>
        Assert.Contains("'Nh3'", Assert.Throws<ArgumentException>(() => DatastreamId.Create("vmm", "s", "x", "Nh3")).Message, StringComparison.Ordinal);
}
