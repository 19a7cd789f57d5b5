using MeetNet.Observations.Wire;

namespace MeetNet.Observations.Tests.Wire;

/// <summary>A refused message says where it is wrong and what was expected there.</summary>
public sealed class WireFaultTests
{
    [Theory]
    [InlineData("obs.bad-value.time-null", "$.datastreams[0].dataArray[0][1]", "expected an instant like 2026-11-21T10:00:00Z or an interval begin/end, found null")]
    [InlineData("obs.bad-value.flag-5", "$.datastreams[0].dataArray[0][4]", "expected a QARTOD flag 1, 2, 3, 4 or 9, found 5")]
    [InlineData("obs.bad-value.result-infinite", "$.datastreams[0].dataArray[0][3]", "expected a finite number or null, found 1e999")]
    [InlineData("obs.bad-value.row-long", "$.datastreams[0].dataArray[0][8]", "expected a row of 8 values, found 1")]
    [InlineData("obs.bad-value.row-short", "$.datastreams[0].dataArray[0]", "expected a revision from 0 to 2147483647, found the end of the array")]
    [InlineData("obs.bad-value.rows-none", "$.datastreams[0].dataArray", "expected at least one row, found the end of the array")]
    [InlineData("obs.bad-value.procedure-short", "$.datastreams[0].procedure", "expected a procedure id p- and 16 lower-case hex digits, found 'p-0123'")]
    [InlineData("obs.bad-value.first-text", "$.first", "expected an integer from 1 to 9007199254740991, found '1201'")]
    [InlineData("obs.bad-value.lost-backwards", "$.lost[0][1]", "expected an integer from 1203 to 9007199254740991, found 1202")]
    [InlineData("obs.missing-member.owner-absent", "$.owner", "expected a member 'owner'")]
    [InlineData("obs.missing-member.iot-id-absent", "$.datastreams[0].Datastream.@iot.id", "expected a member '@iot.id'")]
    [InlineData("obs.missing-member.component-result", "$.datastreams[0].components", "expected a component 'result'")]
    [InlineData("obs.missing-member.v-absent", "$.v", "expected {\"v\":1, as the first bytes of the message")]
    [InlineData("obs.duplicate-member.owner-twice", "$.owner", "expected each member once, found 'owner' again")]
    [InlineData("obs.duplicate-member.escaped-owner", "$.\\u006fwner", "expected each member once, found 'owner' again")]
    [InlineData("obs.unknown-version.two", "$.v", "expected version 1, found 2")]
    [InlineData("obs.bad-sequence.gap", "$", "expected each sequence from 1201 to 1204, found no row and no lost range for 1203")]
    [InlineData("obs.bad-sequence.twice", "$", "expected each sequence from 1201 to 1204, found no row and no lost range for 1201")]
    [InlineData("obs.bad-sequence.lost-and-held", "$", "expected each sequence once, found 1202 again")]
    [InlineData("announcement.bad-value.factor-not-its-parameters", "$.procedures[0].steps[2]", "expected the factor from [ppb] to ug/m3 at these conditions, found 0.7")]
    [InlineData("announcement.missing-member.name-en-absent", "$.thing.name.en", "expected a member 'en'")]
    [InlineData("announcement.bad-value.datastream-of-another-station", "$", "expected datastreams of 'vmm/kalmthoutse-heide', found 'vmm/elsewhere/nh3-1/nh3'")]
    public void It_says_where_and_what(string name, string path, string message)
    {
        Assert.False(WireGoldens.TryRead(name, WireGoldens.Bytes($"invalid/{name}"), out _, out var fault));
        Assert.Equal((path, message), (fault.Path, fault.Message));
    }

    [Fact]
    public void It_says_at_which_byte()
    {
        var payload = WireGoldens.Bytes("invalid/obs.bad-value.flag-5");
        Assert.False(BatchReader.TryRead(payload, out _, out var fault));
        Assert.Equal((byte)'5', payload[(int)fault.Offset]);
        Assert.StartsWith("bad-value at $.datastreams[0].dataArray[0][4] (byte ", fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_text_is_quoted_in_part()
    {
        Assert.False(BatchReader.TryRead(WireGoldens.Bytes("invalid/obs.bad-value.station-41-characters"), out _, out var fault));
        Assert.InRange(fault.Message.Length, 20, 150);
    }
}
