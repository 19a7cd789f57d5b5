using System.Reflection;
using System.Text.RegularExpressions;
using MeetNet.Mqtt.Protocol;
using MeetNet.Mqtt.Tests.Peer;

namespace MeetNet.Mqtt.Tests.Protocol;

/// <summary>What is wrong with a packet decides the reason code of the DISCONNECT (§4.13): one row a fault, the clause in front.</summary>
public sealed partial class FaultyPacketTests
{
    private const MqttReasonCode Malformed = MqttReasonCode.MalformedPacket;
    private const MqttReasonCode Protocol = MqttReasonCode.ProtocolError;

    public static TheoryData<string, string, MqttReasonCode> Encoding => new()
    {
        { "1.5.4-1 lone surrogate in a topic", "30 06 0003 EDA080 00", Malformed },
        { "1.5.4-1 surrogate pair as two characters", "30 09 0006 EDA0BDEDB880 00", Malformed },
        { "1.5.4-1 overlong UTF-8", "30 05 0002 C080 00", Malformed },
        { "1.5.4-1 beyond U+10FFFF", "30 07 0004 F4908080 00", Malformed },
        { "1.5.4-1 half a character", "30 05 0002 E282 00", Malformed },
        { "1.5.4-1 in a reason string", "40 08 0001 10 04 1F 0001 FF", Malformed },
        { "1.5.4-1 in an assigned client identifier", "20 07 00 00 04 12 0001 80", Malformed },
        { "1.5.4-2 U+0000 in a topic", "30 06 0003 610062 00", Malformed },
        { "1.5.4-2 U+0000 in a server reference", "E0 06 9C 04 1C 0001 00", Malformed },
        { "1.5.5-1 remaining length 0 in two bytes", "D0 8000", Malformed },
        { "1.5.5-1 remaining length in five bytes", "30 8080808001", Malformed },
        { "1.5.5-1 property length in two bytes", "20 04 00 00 8000", Malformed },
        { "1.5.5-1 property identifier in two bytes", "20 08 00 00 05 A600 0000 00", Malformed },
        { "1.5.5-1 subscription identifier in five bytes", "30 0A 0001 61 06 0B 8080808001", Malformed },
        { "1.5.5-1 subscription identifier longer than needed", "30 07 0001 61 03 0B 8100", Malformed },
        { "1.5.7-1 bad name of a user property", "30 0B 0001 61 07 26 0001 FF 0001 76", Malformed },
        { "1.5.7-1 bad value of a user property", "30 0B 0001 61 07 26 0001 6B 0001 FF", Malformed },
        { "1.5.7-1 user property without a value", "30 08 0001 61 04 26 0001 6B", Malformed },
        { "2.1.2 packet type 0", "00 00", Malformed },
        { "2.1.3-1 PUBACK with QoS bits", "42 02 0001", Malformed },
        { "2.1.3-1 PUBREL without 0010", "60 02 0001", Malformed },
        { "2.1.3-1 PINGRESP with a bit", "D8 00", Malformed },
        { "2.2.2-1 CONNACK without property length", "20 02 00 00", Malformed },
        { "2.2.2-1 PUBLISH without property length", "30 03 0001 61", Malformed },
        { "2.2.2-1 SUBACK without property length", "90 02 0001", Malformed },
        { "2.2.2.1 property length beyond the packet", "30 05 0001 61 20 01", Malformed },
        { "2.2.2.1 property beyond the property length", "30 08 0001 61 02 02 000000", Malformed },
        { "2.2.2.2 unknown property", "30 06 0001 61 02 7E 00", Malformed },
        { "2.2.2.2 property identifier 0", "30 06 0001 61 02 00 00", Malformed },
        { "2.2.2.2 property of another packet", "30 07 0001 61 03 13 003C", Malformed },
        { "2.2.2.2 property of another packet, which would be one too many as well", "30 09 0001 61 05 0100 13 003C", Malformed },
        { "2.2.2.2 property twice", "30 08 0001 61 04 0100 0100", Protocol },
        { "2.2.2.2 property twice, with another between", "30 0F 0001 61 0B 0100 26 0001 6B 0001 76 0101", Protocol },
    };

    public static TheoryData<string, string, MqttReasonCode> Publish => new()
    {
        { "2.2.1-4 packet identifier 0, QoS 1", "32 06 0001 61 0000 00", Protocol },
        { "2.2.1-4 packet identifier 0, QoS 2", "34 06 0001 61 0000 00", Protocol },
        { "3.3.1-2 DUP with QoS 0", "38 04 0001 61 00", Malformed },
        { "3.3.1-4 both QoS bits", "36 06 0001 61 0001 00", Malformed },
        { "3.3.1-4 both QoS bits and the others", "3F 06 0001 61 0001 00", Malformed },
        { "3.3.2-1 not UTF-8", "30 04 0001 FF 00", Malformed },
        { "3.3.2-2 # in a topic", "30 04 0001 23 00", MqttReasonCode.TopicNameInvalid },
        { "3.3.2-2 + in a topic", "30 06 0003 612F2B 00", MqttReasonCode.TopicNameInvalid },
        { "3.3.2.1 neither topic nor alias", "30 03 0000 00", Protocol },
        { "3.3.2-8 topic alias 0", "30 07 0001 61 03 23 0000", MqttReasonCode.TopicAliasInvalid },
        { "3.3.2-13 response topic not UTF-8", "30 08 0001 61 04 08 0001 FF", Malformed },
        { "3.3.2-14 wildcard in a response topic", "30 08 0001 61 04 08 0001 2B", Protocol },
        { "3.3.2-19 content type not UTF-8", "30 08 0001 61 04 03 0001 FF", Malformed },
        { "3.3.2.3.2 payload format 2", "30 06 0001 61 02 0102", Protocol },
        { "3.3.2.3.8 subscription identifier 0", "30 06 0001 61 02 0B00", Protocol },
        { "3.3.2 topic beyond the packet", "30 03 0009 61", Malformed },
        { "3.3.2 no room for a packet identifier", "32 04 0001 61 00", Malformed },
        { "3.3.2 nothing", "30 00", Malformed },
    };

    public static TheoryData<string, string, MqttReasonCode> Connack => new()
    {
        { "3.2.2-1 reserved flags", "20 03 02 00 00", Malformed },
        { "3.2.2-1 the highest reserved flag", "20 03 80 00 00", Malformed },
        { "3.2.2-6 Session Present in a refusal", "20 03 01 87 00", Protocol },
        { "3.2.2.3.3 Receive Maximum 0", "20 06 00 00 03 21 0000", Protocol },
        { "3.2.2.3.4 Maximum QoS 2", "20 05 00 00 02 2402", Protocol },
        { "3.2.2.3.5 Retain Available 2", "20 05 00 00 02 2502", Protocol },
        { "3.2.2.3.6 Maximum Packet Size 0", "20 08 00 00 05 27 00000000", Protocol },
        { "3.2.2.3.11 Wildcard Subscription Available 2", "20 05 00 00 02 2802", Protocol },
        { "3.2 nothing", "20 00", Malformed },
        { "3.2 flags alone", "20 01 00", Malformed },
        { "3.2 bytes after the properties", "20 04 00 00 00 00", Malformed },
    };

    public static TheoryData<string, string, MqttReasonCode> Replies => new()
    {
        { "2.2.1-5 PUBACK for identifier 0", "40 02 0000", Protocol },
        { "2.2.1-5 PUBREC for identifier 0", "50 02 0000", Protocol },
        { "2.2.1-5 PUBREL for identifier 0", "62 02 0000", Protocol },
        { "2.2.1-5 PUBCOMP for identifier 0", "70 02 0000", Protocol },
        { "2.2.1-6 SUBACK for identifier 0", "90 04 0000 00 00", Protocol },
        { "2.2.1-6 UNSUBACK for identifier 0", "B0 04 0000 00 00", Protocol },
        { "3.4 PUBACK of one byte", "40 01 00", Malformed },
        { "3.4 PUBACK with bytes after the properties", "40 05 0001 00 00 00", Malformed },
        { "3.6 PUBREL without anything", "62 00", Malformed },
        { "3.9.3 SUBACK without a code", "90 03 0001 00", Protocol },
        { "3.11.3 UNSUBACK without a code", "B0 03 0001 00", Protocol },
        { "3.13 PINGRESP with a body", "D0 01 00", Malformed },
        { "3.14.2-2 Session Expiry in a server's DISCONNECT", "E0 07 8B 05 11 00000001", Protocol },
        { "3.14.2 bytes after the properties", "E0 03 8B 00 00", Malformed },
        { "4.12.0-5 AUTH without anything", "F0 00", Protocol },
        { "4.12.0-5 AUTH without a method", "F0 07 18 05 16 0002 0102", Protocol },
    };

    public static TheoryData<string, string, MqttReasonCode> Level4 => new()
    {
        { "2.2.1-4 packet identifier 0", "32 05 0001 61 0000", Protocol },
        { "3.2.2-1 reserved CONNACK flags", "20 02 02 00", Malformed },
        { "3.2.2-6 Session Present in a refusal", "20 02 01 05", Protocol },
        { "3.2 CONNACK with properties", "20 03 00 00 00", Malformed },
        { "3.3.1-4 both QoS bits", "36 05 0001 61 0001", Malformed },
        { "3.3.2-2 wildcard in a topic", "30 03 0001 23", MqttReasonCode.TopicNameInvalid },
        { "4.7.3-1 empty topic", "30 02 0000", Protocol },
        { "3.4 PUBACK with a reason code", "40 03 0001 00", Malformed },
        { "3.11 UNSUBACK with a code", "B0 03 0001 00", Malformed },
        { "3.14 DISCONNECT of a server", "E0 00", Protocol },
        { "2.1.2 AUTH", "F0 00", Malformed },
    };

    [Theory]
    [Trait("mqtt", "1.5.4-1")]
    [Trait("mqtt", "1.5.4-2")]
    [Trait("mqtt", "1.5.5-1")]
    [Trait("mqtt", "1.5.7-1")]
    [Trait("mqtt", "2.1.3-1")]
    [Trait("mqtt", "2.2.2-1")]
    [MemberData(nameof(Encoding))]
    public void What_is_encoded_wrongly(string fault, string hex, MqttReasonCode expected) => Refused(fault, hex, MqttVersion.V500, expected);

    [Theory]
    [Trait("mqtt", "2.2.1-4")]
    [Trait("mqtt", "3.3.1-2")]
    [Trait("mqtt", "3.3.1-4")]
    [Trait("mqtt", "3.3.2-1")]
    [Trait("mqtt", "3.3.2-2")]
    [Trait("mqtt", "3.3.2-8")]
    [Trait("mqtt", "3.3.2-13")]
    [Trait("mqtt", "3.3.2-14")]
    [Trait("mqtt", "3.3.2-19")]
    [MemberData(nameof(Publish))]
    public void Publish_that_is_wrong(string fault, string hex, MqttReasonCode expected) => Refused(fault, hex, MqttVersion.V500, expected);

    [Theory]
    [Trait("mqtt", "3.2.2-1")]
    [Trait("mqtt", "3.2.2-6")]
    [MemberData(nameof(Connack))]
    public void Connack_that_is_wrong(string fault, string hex, MqttReasonCode expected) => Refused(fault, hex, MqttVersion.V500, expected);

    [Theory]
    [Trait("mqtt", "2.2.1-5")]
    [Trait("mqtt", "2.2.1-6")]
    [Trait("mqtt", "3.14.2-2")]
    [Trait("mqtt", "4.12.0-5")]
    [MemberData(nameof(Replies))]
    public void Other_packets_that_are_wrong(string fault, string hex, MqttReasonCode expected) => Refused(fault, hex, MqttVersion.V500, expected);

    [Theory]
    [Trait("mqtt", "2.2.1-4")]
    [Trait("mqtt", "3.2.2-1")]
    [Trait("mqtt", "3.2.2-6")]
    [Trait("mqtt", "3.3.1-4")]
    [Trait("mqtt", "3.3.2-2")]
    [Trait("mqtt", "4.7.3-1")]
    [MemberData(nameof(Level4))]
    public void What_is_wrong_in_3_1_1(string fault, string hex, MqttReasonCode expected) => Refused(fault, hex, MqttVersion.V311, expected);

    [Fact]
    public void The_traits_above_name_the_statements_of_the_rows()
    {
        foreach (var theory in typeof(FaultyPacketTests).GetMethods().Where(m => m.GetCustomAttribute<MemberDataAttribute>() is not null))
        {
            var rows = (IEnumerable<object[]>)typeof(FaultyPacketTests).GetProperty(theory.GetCustomAttribute<MemberDataAttribute>()!.MemberName)!.GetValue(null)!;
            var named = theory.GetCustomAttributesData().Where(a => a.AttributeType == typeof(TraitAttribute)).Select(a => (string)a.ConstructorArguments[1].Value!);
            Assert.Equal(named.Order(), rows.Select(row => Statement().Match((string)row[0]).Value).Where(s => s.Length > 0).Distinct().Order());
        }
    }

    [Fact]
    [Trait("mqtt", "2.1.3-1")]
    public void Every_first_byte_is_as_table_2_2_says()
    {
        for (var first = 0; first < 256; first++)
        {
            var type = (PacketType)(first >> 4);
            var required = type is PacketType.Pubrel or PacketType.Subscribe or PacketType.Unsubscribe ? 2 : 0;
            var good = type == PacketType.Publish || ((int)type != 0 && (first & 15) == required);
            var result = PacketFramer.Cut([(byte)first], uint.MaxValue, out _, out var fault);
            Assert.True(good ? result == CutResult.NeedMore : result == CutResult.Fault && fault.Code == Malformed, $"0x{first:X2}: {result} {fault}");
        }
    }

    /// <summary>All 256 codes in every packet of a server that carries one.</summary>
    [Theory]
    [Trait("mqtt", "3.4.2-1")]
    [Trait("mqtt", "3.5.2-1")]
    [Trait("mqtt", "3.6.2-1")]
    [Trait("mqtt", "3.7.2-1")]
    [Trait("mqtt", "3.14.2-1")]
    [Trait("mqtt", "3.15.2-1")]
    [InlineData(MqttVersion.V311)]
    [InlineData(MqttVersion.V500)]
    public void Only_the_reason_codes_of_the_standard_are_taken(MqttVersion version)
    {
        var level = (int)version;
        foreach (var kind in WireTables.Kinds)
        {
            var listed = WireTables.Codes(kind, level, fromServer: true);
            var carriesOne = level == 5 || kind is "connack" or "suback";
            if (listed.Length == 0 || !carriesOne || !WireTables.Goes(kind, level, fromServer: true))
            {
                continue;
            }

            for (var code = 0; code < 256; code++)
            {
                WireProperty[] properties = kind == "auth" ? [new(0x15, Text: "m")] : [];
                var packet = new WirePacket(kind) { PacketId = 7, Code = code, Codes = [listed[0], code], Properties = properties };
                var status = LibraryCodec.Read(WireCodec.Encode(packet, level), version, out _);
                Assert.True(status.Code == (listed.Contains((byte)code) ? MqttReasonCode.Success : Protocol), $"{kind} 0x{code:X2}: {status}");
            }
        }
    }

    /// <summary>Every property in every packet of a server: table 2-4, once and twice.</summary>
    [Fact]
    [Trait("mqtt", "§2.2.2.2")]
    public void Only_the_properties_of_table_2_4_are_taken_and_only_once()
    {
        foreach (var kind in WireTables.Kinds.Where(kind => WireTables.Properties[0x26].Places.Contains(kind) && WireTables.Goes(kind, 5, fromServer: true)))
        {
            foreach (var (id, (type, places)) in WireTables.Properties)
            {
                var one = type switch { "text" => new WireProperty(id, Text: "t"), "pair" => new(id, Name: "n", Text: "t"), "binary" => new(id, Data: [1]), _ => new(id, 1) };
                var byServer = !(kind == "disconnect" && id == 0x11);
                var once = !places.Contains(kind) ? Malformed : byServer ? MqttReasonCode.Success : Protocol;
                var repeats = id == 0x26 || (id == 0x0B && kind == "publish");
                var twice = once == MqttReasonCode.Success && !repeats ? Protocol : once;
                Assert.Equal((kind, id, once), (kind, id, Read(kind, one)));
                Assert.Equal((kind, id, twice), (kind, id, Read(kind, one, one)));
            }
        }

        static MqttReasonCode Read(string kind, params WireProperty[] properties)
        {
            var method = kind == "auth" && properties[0].Id != 0x15 ? new WireProperty[] { new(0x15, Text: "m") } : [];
            var packet = new WirePacket(kind) { PacketId = 7, Topic = "t", Payload = [], Codes = [0], Properties = [.. method, .. properties] };
            return LibraryCodec.Read(WireCodec.Encode(packet, 5), MqttVersion.V500, out _).Code;
        }
    }

    private static void Refused(string fault, string hex, MqttVersion version, MqttReasonCode expected)
    {
        var packet = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        var status = LibraryCodec.Read(packet, version, out _);
        Assert.True(expected == status.Code, $"{fault}: {status}");
        Assert.True(status.Problem is not ("not a whole packet" or "more than one packet"), $"{fault}: the row's length is wrong");
        Assert.Throws<WireException>(() => WireCodec.Decode(packet, (int)version, fromServer: true));
    }

    [GeneratedRegex(@"^\d+\.\d+\.\d+-\d+")]
    private static partial Regex Statement();
}
