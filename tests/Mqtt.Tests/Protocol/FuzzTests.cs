using System.Globalization;
using MeetNet.Mqtt.Protocol;
using MeetNet.Mqtt.Tests.Peer;
using MeetNet.TestKit;

namespace MeetNet.Mqtt.Tests.Protocol;

/// <summary>
/// Damaged packets. Whatever comes, the library gives a packet or a status with a code that a client may send, and it accepts exactly
/// what the tests' own strict codec accepts, with the same fields. <c>./meetnet soak</c> runs it for long; MEETNET_SEED repeats a run.
/// </summary>
public sealed class FuzzTests
{
    private const int Packets = 20_000;
    private const int PacketsOfARound = 100_000;

    private static readonly byte[] Corners = [0x00, 0x01, 0x02, 0x0B, 0x1F, 0x26, 0x7F, 0x80, 0xBF, 0xC0, 0xED, 0xF4, 0xFF];

    private static string? Setting(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? text : null;

    /// <summary>The corpus: protocol level and bytes.</summary>
    public static IEnumerable<(MqttVersion Version, byte[] Bytes)> Corpus() =>
        from line in RepositoryFile.Text("tests/vectors/mqtt/server-packets.txt").Split('\n')
        let words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        where words.Length > 0 && words[0] is "4" or "5"
        select ((MqttVersion)(words[0][0] - '0'), Convert.FromHexString(words[1]));

    [Fact]
    public void Every_packet_of_the_corpus_is_good()
    {
        Assert.True(Corpus().Count() > 30);
        foreach (var (version, bytes) in Corpus())
        {
            var status = LibraryCodec.Read(bytes, version, out _);
            Assert.True(status.IsOk, $"{Convert.ToHexString(bytes)}: {status.Problem}");
        }
    }

    [Fact]
    public void Damaged_packets_are_read_as_a_strict_codec_reads_them()
    {
        var rounds = Setting("MEETNET_ROUNDS");
        var count = rounds is null ? Packets : PacketsOfARound * long.Parse(rounds, CultureInfo.InvariantCulture);
        var seed = Setting("MEETNET_SEED") is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : Random.Shared.Next();
        var damage = new PacketDamage(new Random(seed));
        var accepted = 0L;
        for (var i = 0L; i < count; i++)
        {
            var (version, bytes) = damage.Next();
            try
            {
                accepted += Check(bytes, version) ? 1 : 0;
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"MEETNET_SEED={seed}, packet {i}, {version}: {Convert.ToHexString(bytes)}", e);
            }
        }

        // Both verdicts must be met often, or the damage is too great or too small to find anything.
        Assert.InRange(accepted, count / 20, count - (count / 20));
    }

    /// <summary>The one thing that the library takes and 5.0 has not: a server of 3.1.1 alone refuses level 5 in its own form.</summary>
    internal static bool IsRefusalOf311(byte[] bytes, MqttVersion version) => version == MqttVersion.V500 && bytes is [0x20, 2, 0, 1];

    /// <summary>Whether the packet was accepted.</summary>
    private static bool Check(byte[] bytes, MqttVersion version)
    {
        var status = LibraryCodec.Read(bytes, version, out var read);
        Assert.True(status.IsOk || ReasonCodeSets.ClientDisconnect.Contains((byte)status.Code), $"{status.Code} is not for a client to send");
        WirePacket? meant = null;
        var clause = "";
        try
        {
            meant = WireCodec.Decode(bytes, (int)version, fromServer: true);
        }
        catch (WireException e)
        {
            clause = e.Message;
        }

        Assert.True(IsRefusalOf311(bytes, version) || meant?.ToJson() == read?.ToJson(), $"library: {status.Problem ?? read?.ToJson()}\nstrict:  {meant?.ToJson() ?? clause}");
        return status.IsOk;
    }

    /// <summary>Takes good packets and damages them, mostly so little that they stay nearly good.</summary>
    internal sealed class PacketDamage(Random random)
    {
        private readonly (MqttVersion Version, byte[] Bytes)[] _corpus = [.. Corpus()];

        public (MqttVersion Version, byte[] Bytes) Next()
        {
            if (random.Next(20) == 0)
            {
                var noise = new byte[random.Next(1, 12)];
                random.NextBytes(noise);
                return ((MqttVersion)random.Next(4, 6), noise);
            }

            var (version, good) = _corpus[random.Next(_corpus.Length)];
            if (random.Next(3) == 0)
            {
                version = (MqttVersion)random.Next(4, 6);
                good = WireCodec.Encode(new PacketDice(random, (int)version).FromServer(), (int)version, longest: random.Next(2) == 0);
                good = good.Length > 4096 ? _corpus[0].Bytes : good;
            }

            var bytes = good.ToList();
            for (var i = random.Next(1, 4); i > 0 && bytes.Count > 0; i--)
            {
                Hurt(bytes);
            }

            // Half of the time the length is set right again: what is behind the header is to be hurt, too.
            return (version, random.Next(2) == 0 || bytes.Count < 2 ? [.. bytes] : Wire.Packet(bytes[0], [.. bytes.Skip(good.Length < 130 ? 2 : 3)]));
        }

        private void Hurt(List<byte> bytes)
        {
            var at = random.Next(bytes.Count);
            var corner = Corners[random.Next(Corners.Length)];
            switch (random.Next(8))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes[at] = corner;
                    break;
                case 3:
                    bytes.Insert(at, corner);
                    break;
                case 4:
                    bytes.RemoveAt(at);
                    break;
                case 5:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 6:
                    bytes.InsertRange(at, bytes.GetRange(at, random.Next(bytes.Count - at)));
                    break;
                default:
                    var other = _corpus[random.Next(_corpus.Length)].Bytes;
                    bytes.AddRange(other.AsSpan(random.Next(other.Length)));
                    break;
            }
        }
    }
}
