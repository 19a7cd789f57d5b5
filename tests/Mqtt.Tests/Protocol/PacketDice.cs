using MeetNet.Mqtt.Tests.Peer;

namespace MeetNet.Mqtt.Tests.Protocol;

/// <summary>Throws valid packets: every field that the standard allows, the corners more often than the middle.</summary>
/// <param name="random">Decides everything; the same seed throws the same packets.</param>
/// <param name="level">4 for MQTT 3.1.1, 5 for 5.0.</param>
internal sealed class PacketDice(Random random, int level)
{
    // One to four bytes of UTF-8, the byte order mark, a noncharacter, a control character, what JSON must escape.
    private static readonly string[] Letters = ["a", "Z", "/", " ", "é", "\u4E16", "\U0001F30D", "\uFEFF", "\uFFFE", "\u0001", "\"", "\\", "$"];

    private static readonly string[] ServerKinds =
        ["connack", "publish", "puback", "pubrec", "pubrel", "pubcomp", "suback", "unsuback", "pingresp", "disconnect", "auth"];

    private static readonly string[] ClientKinds =
        ["connect", "publish", "puback", "pubrec", "pubrel", "pubcomp", "subscribe", "unsubscribe", "pingreq", "disconnect", "auth"];

    /// <summary>A packet of any kind that a server sends.</summary>
    public WirePacket FromServer() => Throw(One([.. ServerKinds.Where(kind => WireTables.Goes(kind, level, fromServer: true))]), fromServer: true);

    /// <summary>A packet of any kind that a client sends.</summary>
    public WirePacket FromClient() => Throw(One([.. ClientKinds.Where(kind => WireTables.Goes(kind, level, fromServer: false))]), fromServer: false);

    /// <summary>A packet of one kind.</summary>
    public WirePacket Throw(string kind, bool fromServer)
    {
        var packet = new WirePacket(kind);
        switch (kind)
        {
            case "connect":
                return Connect(packet);
            case "connack":
                packet = packet with { Code = Code(kind, fromServer), Properties = Properties(kind, fromServer) };
                return packet with { SessionPresent = packet.Code == 0 && Coin() };
            case "publish":
                return Publish(packet, fromServer);
            case "puback" or "pubrec" or "pubrel" or "pubcomp":
                return packet with { PacketId = Id(), Code = level == 5 ? Code(kind, fromServer) : 0, Properties = Properties(kind, fromServer) };
            case "subscribe":
                return packet with { PacketId = Id(), Properties = Properties(kind, fromServer), Filters = Some(() => Filter(options: true)) };
            case "unsubscribe":
                return packet with { PacketId = Id(), Properties = Properties(kind, fromServer), Filters = Some(() => Filter(options: false)) };
            case "suback" or "unsuback":
                var codes = kind == "unsuback" && level == 4 ? null : Some(() => Code(kind, fromServer));
                return packet with { PacketId = Id(), Properties = Properties(kind, fromServer), Codes = codes };
            case "disconnect" or "auth":
                return packet with { Code = level == 5 ? Code(kind, fromServer) : 0, Properties = Properties(kind, fromServer) };
            default:
                return packet;
        }
    }

    private WirePacket Connect(WirePacket packet)
    {
        var user = Coin();
        return packet with
        {
            CleanStart = Coin(),
            KeepAlive = random.Next(65_536),
            ClientId = "c" + Text(),
            Properties = Properties("connect", fromServer: false),
            Will = Coin() ? new WireWill("w" + Text(), Bytes(), random.Next(3), Coin(), Properties("will", fromServer: false)) : null,
            UserName = user ? "u" + Text() : null,
            Password = user && Coin() ? Bytes() : null,
        };
    }

    private WirePacket Publish(WirePacket packet, bool fromServer)
    {
        var qos = random.Next(3);
        var properties = Properties("publish", fromServer);
        var aliased = properties.Any(p => p.Id == 0x23);
        return packet with
        {
            QoS = qos,
            Duplicate = qos > 0 && Coin(),
            Retain = Coin(),
            Topic = aliased && Coin() ? "" : "t" + Text(),
            PacketId = qos > 0 ? Id() : 0,
            Properties = properties,
            Payload = random.Next(5) == 0 ? Bytes(random.Next(40_000)) : Bytes(),
        };
    }

    private WireFilter Filter(bool options)
    {
        var shared = random.Next(4) == 0;
        var filter = (shared ? "$share/g/" : "") + One("a", "+", "a/+/b", "#", "t/#", "é" + Text());
        var bits = level == 5 ? (Coin() && !shared ? 4 : 0) | (Coin() ? 8 : 0) | (random.Next(3) << 4) : 0;
        return new WireFilter(filter, options ? random.Next(3) | bits : 0);
    }

    private WireProperty[] Properties(string place, bool fromServer)
    {
        if (level == 4)
        {
            return [];
        }

        var many = One(0, 2, 5);
        var list = new List<WireProperty>();
        foreach (var (id, (type, places)) in WireTables.Properties)
        {
            var allowed = places.Contains(place)
                && !(id == 0x11 && place == "disconnect" && fromServer) // [MQTT-3.14.2-2]
                && !(id == 0x0B && place == "publish" && !fromServer); // [MQTT-3.3.4-6]
            var wanted = (place == "auth" && id == 0x15) || random.Next(6) < many;
            if (allowed && wanted)
            {
                list.Add(Property(id, type));
                if (id == 0x26 || (id == 0x0B && place == "publish"))
                {
                    list.AddRange(Enumerable.Range(0, random.Next(3)).Select(_ => Property(id, type)));
                }
            }
        }

        var shuffled = list.ToArray();
        random.Shuffle(shuffled);
        return fromServer ? shuffled : [.. shuffled.OrderByDescending(p => p.Id == 0x23)]; // The order is free, and the library begins with the alias.
    }

    private WireProperty Property(int id, string type) => type switch
    {
        "bit" => new(id, (uint)random.Next(2)),
        "two" or "two1" => new(id, One<uint>(1u, 255, 256, 65_535, (uint)random.Next(1, 65_536))),
        "four" or "four1" => new(id, One<uint>(1u, 65_536, uint.MaxValue, (uint)random.NextInt64(1, uint.MaxValue))),
        "var1" => new(id, One<uint>(1u, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 268_435_455)),
        "text" => new(id, Text: id == 0x08 ? "r" + Text() : Text()),
        "binary" => new(id, Data: Bytes()),
        _ => new(id, Name: Text(), Text: Text()),
    };

    private int Code(string kind, bool fromServer) => Coin() ? WireTables.Codes(kind, level, fromServer)[0] : One(WireTables.Codes(kind, level, fromServer));

    private int Id() => One(1, 255, 256, 65_535, random.Next(1, 65_536));

    private string Text() => random.Next(40) == 0
        ? new string('x', One(126, 127, 128, 16_384, 65_000))
        : string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => One(Letters)));

    private byte[] Bytes() => Bytes(random.Next(20));

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private T[] Some<T>(Func<T> make) => [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => make())];

    private bool Coin() => random.Next(2) == 0;

    private T One<T>(params T[] all) => all[random.Next(all.Length)];
}
