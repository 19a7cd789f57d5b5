using FsCheck;
using FsCheck.Fluent;

namespace MeetNet.Observations.Tests;

public sealed class Crc32CTests
{
    [Fact]
    public void It_is_the_castagnoli_crc_of_rfc_3720_appendix_b4()
    {
        Assert.Equal(0x8A9136AAu, Crc32C.Compute(new byte[32]));
        Assert.Equal(0x62A8AB43u, Crc32C.Compute(Enumerable.Repeat((byte)0xFF, 32).ToArray()));
        Assert.Equal(0x46DD794Eu, Crc32C.Compute(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray()));
        Assert.Equal(0x113FDB5Cu, Crc32C.Compute(Enumerable.Range(0, 32).Select(i => (byte)(31 - i)).ToArray()));
        Assert.Equal(0xE3069283u, Crc32C.Compute("123456789"u8));
        Assert.Equal(0u, Crc32C.Compute([]));
    }

    [Fact]
    public void It_is_the_same_in_parts() => Prop.ForAll<byte[], int>((bytes, seed) =>
    {
        var cut = bytes.Length == 0 ? 0 : (int)(unchecked((uint)seed) % (uint)(bytes.Length + 1));
        return Crc32C.Append(Crc32C.Compute(bytes.AsSpan(0, cut)), bytes.AsSpan(cut)) == Crc32C.Compute(bytes);
    }).QuickCheckThrowOnFailure();
}
