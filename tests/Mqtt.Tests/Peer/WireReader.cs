using System.Text;

namespace MeetNet.Mqtt.Tests.Peer;

/// <summary>Reads one whole packet, front to back; the other half of <see cref="WireCodec"/>.</summary>
internal sealed class WireReader(byte[] bytes, int level, bool fromServer)
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private int _position;
    private int _end = bytes.Length;

    public WirePacket Packet()
    {
        var first = One();
        var kind = WireTables.Kinds[first >> 4];
        Rule(WireTables.Goes(kind, level, fromServer), "2.1.2: this packet does not go this way");
        Rule(kind == "publish" || (first & 15) == (kind is "pubrel" or "subscribe" or "unsubscribe" ? 2 : 0), "2.1.3-1: reserved flags");
        Rule(Variable() == bytes.Length - _position, "2.1.4: remaining length");
        var packet = new WirePacket(kind);
        packet = kind switch
        {
            "connect" => Connect(packet),
            "connack" => Connack(packet),
            "publish" => Publish(packet with { Duplicate = (first & 8) != 0, QoS = (first >> 1) & 3, Retain = (first & 1) != 0 }),
            "puback" or "pubrec" or "pubrel" or "pubcomp" => Reason(packet with { PacketId = Id() }),
            "subscribe" => Subscribe(packet with { PacketId = Id(), Properties = Properties("subscribe") }),
            "unsubscribe" => Unsubscribe(packet with { PacketId = Id(), Properties = Properties("unsubscribe") }),
            "suback" or "unsuback" => Granted(packet with { PacketId = Id(), Properties = Properties(kind) }),
            "disconnect" or "auth" => Reason(packet),
            _ => packet,
        };
        Rule(_position == _end, "2.1.4: bytes after the end");
        return packet;
    }

    private WirePacket Connect(WirePacket packet)
    {
        Rule(Text() == "MQTT", "3.1.2-1: protocol name");
        Rule(One() == level, "3.1.2-2: protocol level");
        var flags = One();
        Rule((flags & 1) == 0, "3.1.2-3: reserved flag");
        var (user, password, will) = ((flags & 128) != 0, (flags & 64) != 0, (flags & 4) != 0);
        Rule(will || (flags & 0b11_1000) == 0, "3.1.2-11, 3.1.2-13: will flags without a will");
        Rule((flags & 0b1_1000) != 0b1_1000, "3.1.2-12: will QoS 3");
        Rule(level == 5 || user || !password, "3.1.1 3.1.2-22: password without user name");
        packet = packet with { CleanStart = (flags & 2) != 0, KeepAlive = Two(), Properties = Properties("connect"), ClientId = Text() };
        if (will)
        {
            var properties = Properties("will");
            packet = packet with { Will = new WireWill(TopicName(Text()), Binary(), (flags >> 3) & 3, (flags & 32) != 0, properties) };
        }

        return packet with { UserName = user ? Text() : null, Password = password ? Binary() : null };
    }

    private WirePacket Connack(WirePacket packet)
    {
        var flags = One();
        Rule(flags <= 1, "3.2.2-1: reserved flags");
        packet = packet with { SessionPresent = flags == 1, Code = Code("connack"), Properties = Properties("connack") };
        Rule(!packet.SessionPresent || packet.Code == 0, "3.2.2-6: Session Present in a refusal");
        return packet;
    }

    private WirePacket Publish(WirePacket packet)
    {
        Rule(packet.QoS < 3, "3.3.1-4: both QoS bits");
        Rule(packet.QoS > 0 || !packet.Duplicate, "3.3.1-2: DUP with QoS 0");
        var topic = Text();
        packet = packet with { Topic = topic, PacketId = packet.QoS > 0 ? Id() : 0, Properties = Properties("publish") };
        if (topic.Length > 0 || packet.Properties.All(p => p.Id != 0x23))
        {
            TopicName(topic);
        }

        Rule(fromServer || packet.Properties.All(p => p.Id != 0x0B), "3.3.4-6: subscription identifier of a client");
        return packet with { Payload = Take(_end - _position) };
    }

    private WirePacket Subscribe(WirePacket packet)
    {
        var filters = new List<WireFilter>();
        while (_position < _end)
        {
            var filter = new WireFilter(TopicFilter(), One());
            Rule((filter.Options & (level == 5 ? 0xC0 : 0xFC)) == 0, "3.8.3-5: reserved bits");
            Rule((filter.Options & 3) < 3, "3.8.3.1: QoS 3");
            Rule((filter.Options & 0x30) < 0x30, "3.8.3.1: retain handling 3");
            Rule((filter.Options & 4) == 0 || !filter.Filter.StartsWith("$share/", StringComparison.Ordinal), "3.8.3-4: No Local on a shared subscription");
            filters.Add(filter);
        }

        Rule(filters.Count > 0, "3.8.3-2: no filter");
        return packet with { Filters = [.. filters] };
    }

    private WirePacket Unsubscribe(WirePacket packet)
    {
        var filters = new List<WireFilter>();
        while (_position < _end)
        {
            filters.Add(new WireFilter(TopicFilter()));
        }

        Rule(filters.Count > 0, "3.10.3-2: no filter");
        return packet with { Filters = [.. filters] };
    }

    private WirePacket Granted(WirePacket packet)
    {
        if (packet.Kind == "unsuback" && level == 4)
        {
            return packet;
        }

        var codes = new List<int>();
        while (_position < _end)
        {
            codes.Add(Code(packet.Kind));
        }

        Rule(codes.Count > 0, "3.9.3-1: no reason code");
        return packet with { Codes = [.. codes] };
    }

    private WirePacket Reason(WirePacket packet)
    {
        if (level == 5 && _position < _end)
        {
            packet = packet with { Code = Code(packet.Kind) };
            packet = _position < _end ? packet with { Properties = Properties(packet.Kind) } : packet;
        }

        Rule(packet.Kind != "auth" || packet.Properties.Any(p => p.Id == 0x15), "3.15.2.2.2: AUTH without a method");
        Rule(packet.Kind != "disconnect" || !fromServer || packet.Properties.All(p => p.Id != 0x11), "3.14.2-2: session expiry of a server");
        return packet;
    }

    private WireProperty[] Properties(string place)
    {
        if (level == 4)
        {
            return [];
        }

        var length = Variable();
        var outer = _end;
        Rule(length <= outer - _position, "2.2.2.1: property length");
        _end = _position + length;
        var properties = new List<WireProperty>();
        while (_position < _end)
        {
            var id = Variable();
            Rule(WireTables.Properties.TryGetValue(id, out var rule) && rule.Places.Contains(place), "2.2.2.2: property not of this packet");
            var repeats = id == 0x26 || (id == 0x0B && place == "publish");
            Rule(repeats || properties.All(p => p.Id != id), "2.2.2.2: property twice");
            properties.Add(Property(id, rule.Type));
        }

        _end = outer;
        return [.. properties];
    }

    private WireProperty Property(int id, string type)
    {
        switch (type)
        {
            case "text":
                return new WireProperty(id, Text: id == 0x08 ? ResponseTopic() : Text());
            case "pair":
                return new WireProperty(id, Name: Text(), Text: Text());
            case "binary":
                return new WireProperty(id, Data: Binary());
            default:
                var number = type switch { "bit" => One(), "two" or "two1" => (uint)Two(), "var1" => (uint)Variable(), _ => ((uint)Two() << 16) | (uint)Two() };
                Rule(type != "bit" || number <= 1, "2.2.2.2: neither 0 nor 1");
                Rule(!type.EndsWith('1') || number > 0, "2.2.2.2: 0");
                return new WireProperty(id, number);
        }
    }

    private int Id()
    {
        var id = Two();
        Rule(id > 0, "2.2.1-3, 2.2.1-4: packet identifier 0");
        return id;
    }

    private int Code(string kind)
    {
        var code = One();
        Rule(WireTables.Codes(kind, level, fromServer).Contains(code), "unlisted reason code");
        return code;
    }

    private string TopicName(string name)
    {
        Rule(name.Length > 0, "4.7.3-1: empty topic");
        Rule(!name.Contains('#', StringComparison.Ordinal) && !name.Contains('+', StringComparison.Ordinal), "3.3.2-2: wildcard in a topic");
        return name;
    }

    private string ResponseTopic()
    {
        var name = Text();
        Rule(!name.Contains('#', StringComparison.Ordinal) && !name.Contains('+', StringComparison.Ordinal), "3.3.2-14: wildcard in a response topic");
        return name;
    }

    private string TopicFilter()
    {
        var filter = Text();
        var levels = filter.Split('/');
        if (levels[0] == "$share")
        {
            Rule(levels.Length > 2 && levels[1].Length > 0 && levels[1].IndexOfAny(['+', '#']) < 0, "4.8.2-1, 4.8.2-2: $share");
            levels = levels[2..];
        }

        Rule(string.Join('/', levels).Length > 0, "4.7.3-1: empty filter");
        for (var i = 0; i < levels.Length; i++)
        {
            Rule(levels[i] == "+" || !levels[i].Contains('+', StringComparison.Ordinal), "4.7.1-2: + beside others");
            Rule((levels[i] == "#" && i == levels.Length - 1) || !levels[i].Contains('#', StringComparison.Ordinal), "4.7.1-1: # not at the end");
        }

        return filter;
    }

    private string Text()
    {
        try
        {
            var text = Utf8.GetString(Binary());
            Rule(!text.Contains('\0', StringComparison.Ordinal), "1.5.4-2: U+0000");
            return text;
        }
        catch (DecoderFallbackException)
        {
            throw new WireException("1.5.4-1: not UTF-8");
        }
    }

    private byte[] Binary() => Take(Two());

    private int Two() => (One() << 8) | One();

    private int Variable()
    {
        var value = 0;
        for (var i = 0; i < 4; i++)
        {
            var digit = One();
            value |= (digit & 127) << (7 * i);
            if (digit < 128)
            {
                Rule(i == 0 || digit > 0, "1.5.5-1: more bytes than needed");
                return value;
            }
        }

        throw new WireException("1.5.5-1: more than four bytes");
    }

    private byte One() => Take(1)[0];

    private byte[] Take(int count)
    {
        Rule(count <= _end - _position, "the packet ends inside a field");
        _position += count;
        return bytes[(_position - count).._position];
    }

    private static void Rule(bool holds, string clause)
    {
        if (!holds)
        {
            throw new WireException(clause);
        }
    }
}
