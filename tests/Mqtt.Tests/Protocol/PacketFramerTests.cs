using FsCheck;
using FsCheck.Fluent;
using MeetNet.Mqtt.Connections;
using MeetNet.Mqtt.Protocol;
using MeetNet.Mqtt.Tests.Peer;

namespace MeetNet.Mqtt.Tests.Protocol;

public sealed class PacketFramerTests
{
    private const uint Limit = 1024 * 1024;

    [Fact]
    public void A_whole_packet_is_cut_and_what_follows_is_left()
    {
        byte[] window = [.. Wire.Publish("a/b", "hello", packetId: 10), 0xD0];
        Assert.Equal(CutResult.Packet, PacketFramer.Cut(window, Limit, out var frame, out _));
        Assert.Equal(PacketType.Publish, frame.Type);
        Assert.Equal(window.Length - 1, frame.Length);
    }

    [Theory]
    [Trait("mqtt", "2.1.3-1")]
    [InlineData(0x41)] // PUBACK
    [InlineData(0x60)] // PUBREL needs 0010
    [InlineData(0xD8)] // PINGRESP
    [InlineData(0x00)] // type 0
    public void Reserved_header_bits_are_malformed(byte first)
    {
        Assert.Equal(CutResult.Fault, PacketFramer.Cut([first], Limit, out _, out var fault));
        Assert.Equal(MqttReasonCode.MalformedPacket, fault.Code);
    }

    [Fact]
    [Trait("mqtt", "3.1.2-24")]
    public void A_packet_beyond_the_limit_is_refused_at_its_header()
    {
        // PUBLISH of 268,435,455 bytes: five bytes of it are here.
        Assert.Equal(CutResult.Fault, PacketFramer.Cut([0x30, 0xFF, 0xFF, 0xFF, 0x7F], Limit, out _, out var fault));
        Assert.Equal(MqttReasonCode.PacketTooLarge, fault.Code);
        Assert.Equal(CutResult.NeedMore, PacketFramer.Cut([0x30, 0xFE, 0x07], 1025, out _, out _));
        Assert.Equal(CutResult.Fault, PacketFramer.Cut([0x30, 0xFF, 0x07], 1025, out _, out _));
    }

    [Fact]
    public void Any_chunking_gives_the_same_packets() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var sent = new List<byte[]>();
            for (var i = random.Next(1, 30); i > 0; i--)
            {
                sent.Add(WireCodec.Encode(new PacketDice(random, 5).FromServer(), 5, longest: random.Next(2) == 0));
            }

            var stream = sent.SelectMany(packet => packet).ToArray();
            Assert.Equal(sent, CutInChunks(stream, () => random.Next(1, random.Next(2) == 0 ? 4 : 9_000)));
        }).QuickCheckThrowOnFailure();

    /// <summary>Until the last byte is there the framer wants more, and once it has the header exactly the packet; then what follows is nothing to it.</summary>
    [Fact]
    public void A_packet_is_wanted_to_its_last_byte_and_not_beyond() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var packet = WireCodec.Encode(new PacketDice(random, 5).FromServer(), 5);
            for (var i = 0; i < packet.Length; i += i < 8 || i > packet.Length - 8 ? 1 : random.Next(1, 500))
            {
                Assert.Equal(CutResult.NeedMore, PacketFramer.Cut(packet.AsSpan(0, i), Limit, out var part, out _));
                Assert.True(part.Length == packet.Length || (part.Length == 0 && i < 5 && !HeaderIsWhole(packet.AsSpan(0, i))), $"{i} of {packet.Length}: {part}");
            }

            var after = new byte[random.Next(20)];
            random.NextBytes(after);
            Assert.Equal(CutResult.Packet, PacketFramer.Cut([.. packet, .. after], Limit, out var frame, out _));
            Assert.Equal(packet.Length, frame.Length);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_bytes_give_packets_a_fault_or_a_wish_for_more() =>
        Prop.ForAll<byte[]>(bytes =>
        {
            var result = PacketFramer.Cut(bytes, Limit, out var frame, out var fault);
            Assert.Equal(result == CutResult.Fault, !fault.IsOk);
            Assert.True(result != CutResult.Packet || (frame.Length >= 2 && frame.Length <= bytes.Length));
        }).QuickCheckThrowOnFailure();

    private static bool HeaderIsWhole(ReadOnlySpan<byte> start) => start.Length > 1 && start[1..].ContainsAnyInRange((byte)0, (byte)127);

    /// <summary>Through the receive buffer, as a connection does it.</summary>
    private static List<byte[]> CutInChunks(byte[] stream, Func<int> chunk)
    {
        using var buffer = new ReceiveBuffer(1024);
        var packets = new List<byte[]>();
        var position = 0;
        var wanted = 0;
        while (position < stream.Length)
        {
            var free = buffer.Free(wanted);
            var count = Math.Min(Math.Min(chunk(), free.Length), stream.Length - position);
            stream.AsSpan(position, count).CopyTo(free.Span);
            buffer.Commit(count);
            position += count;
            CutResult result;
            while ((result = PacketFramer.Cut(buffer.Window, Limit, out var frame, out _)) == CutResult.Packet)
            {
                packets.Add(buffer.Window[..frame.Length].ToArray());
                buffer.Consume(frame.Length);
                wanted = 0;
            }

            Assert.Equal(CutResult.NeedMore, result);
            PacketFramer.Cut(buffer.Window, Limit, out var next, out _);
            wanted = next.Length;
        }

        Assert.True(buffer.Window.IsEmpty);
        return packets;
    }
}
