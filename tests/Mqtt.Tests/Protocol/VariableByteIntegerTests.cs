using FsCheck;
using FsCheck.Fluent;
using MeetNet.Mqtt.Protocol;

namespace MeetNet.Mqtt.Tests.Protocol;

public sealed class VariableByteIntegerTests
{
    // MQTT 5.0 §1.5.5, table 1-1: the limits of each length.
    [Theory]
    [InlineData(0u, new byte[] { 0x00 })]
    [InlineData(127u, new byte[] { 0x7F })]
    [InlineData(128u, new byte[] { 0x80, 0x01 })]
    [InlineData(16_383u, new byte[] { 0xFF, 0x7F })]
    [InlineData(16_384u, new byte[] { 0x80, 0x80, 0x01 })]
    [InlineData(2_097_151u, new byte[] { 0xFF, 0xFF, 0x7F })]
    [InlineData(2_097_152u, new byte[] { 0x80, 0x80, 0x80, 0x01 })]
    [InlineData(268_435_455u, new byte[] { 0xFF, 0xFF, 0xFF, 0x7F })]
    public void The_table_of_the_standard_holds_both_ways(uint value, byte[] bytes)
    {
        using var buffer = new PacketBuffer();
        buffer.Variable(value);
        Assert.Equal(bytes, buffer.Written.ToArray());
        Assert.Equal(VariableByteInteger.Outcome.Ok, VariableByteInteger.Read(bytes, out var read, out var length));
        Assert.Equal((value, bytes.Length), (read, length));
    }

    [Theory]
    [Trait("mqtt", "1.5.5-1")]
    [InlineData(new byte[] { 0x80, 0x00 })]
    [InlineData(new byte[] { 0xFF, 0x80, 0x00 })]
    [InlineData(new byte[] { 0x80, 0x80, 0x80, 0x80 })]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0x01 })]
    public void Longer_than_needed_or_than_four_bytes_is_malformed(byte[] bytes) =>
        Assert.Equal(VariableByteInteger.Outcome.Malformed, VariableByteInteger.Read(bytes, out _, out _));

    [Fact]
    public void Every_value_comes_back_and_every_prefix_wants_more() =>
        Prop.ForAll(Gen.Choose(0, 268_435_455).ToArbitrary(), value =>
        {
            using var buffer = new PacketBuffer();
            buffer.Variable((uint)value);
            var bytes = buffer.Written.Span;
            for (var i = 0; i < bytes.Length; i++)
            {
                Assert.Equal(VariableByteInteger.Outcome.NeedMore, VariableByteInteger.Read(bytes[..i], out _, out _));
            }

            Assert.Equal(VariableByteInteger.Outcome.Ok, VariableByteInteger.Read(bytes, out var read, out _));
            Assert.Equal((uint)value, read);
            Assert.Equal(bytes.Length, VariableByteInteger.Length((uint)value));
        }).QuickCheckThrowOnFailure();
}
