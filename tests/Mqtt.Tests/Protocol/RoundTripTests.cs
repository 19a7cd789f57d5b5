using FsCheck;
using FsCheck.Fluent;
using MeetNet.Mqtt.Protocol;
using MeetNet.Mqtt.Tests.Peer;

namespace MeetNet.Mqtt.Tests.Protocol;

/// <summary>Encoding and decoding are inverse, for every packet, both ways and at both protocol levels; the other half is the tests' own codec.</summary>
public sealed class RoundTripTests
{
    public static TheoryData<MqttVersion> Versions => [.. Enum.GetValues<MqttVersion>()];

    [Theory]
    [Trait("mqtt", "1.5.7-1")]
    [Trait("mqtt", "2.1.3-1")]
    [Trait("mqtt", "2.2.1-2")]
    [Trait("mqtt", "2.2.2-1")]
    [Trait("mqtt", "3.1.2-1")]
    [Trait("mqtt", "3.1.2-2")]
    [Trait("mqtt", "3.1.2-3")]
    [Trait("mqtt", "3.1.2-9")]
    [Trait("mqtt", "3.1.2-11")]
    [Trait("mqtt", "3.1.2-12")]
    [Trait("mqtt", "3.1.2-13")]
    [Trait("mqtt", "3.1.2-16")]
    [Trait("mqtt", "3.1.2-17")]
    [Trait("mqtt", "3.1.2-18")]
    [Trait("mqtt", "3.1.2-19")]
    [Trait("mqtt", "3.1.3-1")]
    [Trait("mqtt", "3.1.3-3")]
    [Trait("mqtt", "3.1.3-4")]
    [Trait("mqtt", "3.1.3-11")]
    [Trait("mqtt", "3.1.3-12")]
    [Trait("mqtt", "3.3.2-1")]
    [Trait("mqtt", "3.6.1-1")]
    [Trait("mqtt", "3.8.1-1")]
    [Trait("mqtt", "3.8.3-1")]
    [Trait("mqtt", "3.8.3-5")]
    [Trait("mqtt", "3.10.1-1")]
    [Trait("mqtt", "3.10.3-1")]
    [Trait("mqtt", "3.14.1-1")]
    [Trait("mqtt", "3.15.1-1")]
    [MemberData(nameof(Versions))]
    public void What_the_library_writes_says_what_was_meant(MqttVersion version) => ForAll(version, dice =>
    {
        var meant = dice.FromClient();
        if (LibraryCodec.Writes(meant))
        {
            var bytes = LibraryCodec.Write(meant, version);
            Same(meant, WireCodec.Decode(bytes, (int)version, fromServer: false), bytes);
        }
    });

    [Theory]
    [MemberData(nameof(Versions))]
    public void The_library_writes_the_shortest_form_byte_for_byte(MqttVersion version) => ForAll(version, dice =>
    {
        var meant = dice.FromClient();
        if (LibraryCodec.Writes(meant))
        {
            Assert.Equal(WireCodec.Encode(meant, (int)version), LibraryCodec.Write(meant, version));
        }
    });

    [Theory]
    [MemberData(nameof(Versions))]
    public void What_a_server_says_is_what_the_library_reads(MqttVersion version) => ForAll(version, dice =>
    {
        var meant = dice.FromServer();
        foreach (var longest in new[] { false, true })
        {
            var bytes = WireCodec.Encode(meant, (int)version, longest);
            var status = LibraryCodec.Read(bytes, version, out var read);
            Assert.True(status.IsOk, $"{status.Problem} for {Convert.ToHexString(bytes)}, which is {meant}");
            Same(meant, read!, bytes);
        }
    });

    /// <summary>A test codec that is wrong in both halves would prove nothing; at least it agrees with itself on every packet there is.</summary>
    [Theory]
    [MemberData(nameof(Versions))]
    public void The_tests_own_codec_reads_what_it_writes(MqttVersion version) => ForAll(version, dice =>
    {
        foreach (var fromServer in new[] { false, true })
        {
            var meant = fromServer ? dice.FromServer() : dice.FromClient();
            var bytes = WireCodec.Encode(meant, (int)version);
            Same(meant, WireCodec.Decode(bytes, (int)version, fromServer), bytes);
        }
    });

    /// <summary>FsCheck gives the seed, shrinks nothing: a packet is as it is, and the failure shows it whole.</summary>
    private static void ForAll(MqttVersion version, Action<PacketDice> law) =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed => law(new PacketDice(new Random(seed), (int)version)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(400));

    private static void Same(WirePacket meant, WirePacket read, byte[] bytes) =>
        Assert.True(meant.ToJson() == read.ToJson(), $"meant {meant}\nread  {read}\nbytes {Convert.ToHexString(bytes)}");
}
