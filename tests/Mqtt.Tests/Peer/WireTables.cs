namespace MeetNet.Mqtt.Tests.Peer;

/// <summary>
/// The tables of MQTT 5.0, typed in from the standard a second time: a slip in the library's own does not show in a test that uses them.
/// </summary>
internal static class WireTables
{
    /// <summary>Packet types in the order of table 2-1.</summary>
    public static readonly string[] Kinds =
    [
        "reserved", "connect", "connack", "publish", "puback", "pubrec", "pubrel", "pubcomp",
        "subscribe", "suback", "unsubscribe", "unsuback", "pingreq", "pingresp", "disconnect", "auth",
    ];

    /// <summary>Table 2-4: identifier, type and the packets that may carry it.</summary>
    private const string PropertyTable = """
        01 bit     publish will
        02 four    publish will
        03 text    publish will
        08 text    publish will
        09 binary  publish will
        0B var1    publish subscribe
        11 four    connect connack disconnect
        12 text    connack
        13 two     connack
        15 text    connect connack auth
        16 binary  connect connack auth
        17 bit     connect
        18 four    will
        19 bit     connect
        1A text    connack
        1C text    connack disconnect
        1F text    connack puback pubrec pubrel pubcomp suback unsuback disconnect auth
        21 two1    connect connack
        22 two     connect connack
        23 two1    publish
        24 bit     connack
        25 bit     connack
        26 pair    connect connack publish will puback pubrec pubrel pubcomp subscribe suback unsubscribe unsuback disconnect auth
        27 four1   connect connack
        28 bit     connack
        29 bit     connack
        2A bit     connack
        """;

    /// <summary>Identifier: type of the value (a 1 at the end: not 0) and packets.</summary>
    public static readonly Dictionary<int, (string Type, string[] Places)> Properties = PropertyTable.Split('\n')
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .ToDictionary(words => Convert.ToInt32(words[0], 16), words => (words[1], words[2..]));

    /// <summary>Reason codes that a packet may carry, by who sends it: sections 3.2.2.2, 3.4.2.1 to 3.7.2.1, 3.9.3, 3.11.3, 3.14.2.1, 3.15.2.1.</summary>
    public static byte[] Codes(string kind, int level, bool fromServer)
    {
        var codes = (kind, level, fromServer) switch
        {
            ("connack", 4, _) => "00 01 02 03 04 05",
            ("connack", _, _) => "00 80 81 82 83 84 85 86 87 88 89 8A 8C 90 95 97 99 9A 9B 9C 9D 9F",
            ("puback" or "pubrec", _, true) => "00 10 80 83 87 90 91 97 99",
            ("puback" or "pubrec", _, false) => "00 80 83 87 90 91 97 99",
            ("pubrel" or "pubcomp", _, _) => "00 92",
            ("suback", 4, _) => "00 01 02 80",
            ("suback", _, _) => "00 01 02 80 83 87 8F 91 97 9E A1 A2",
            ("unsuback", _, _) => "00 11 80 83 87 8F 91",
            ("disconnect", _, true) => "00 80 81 82 83 87 89 8B 8C 8D 8E 8F 90 93 94 95 96 97 98 99 9A 9B 9C 9D 9E 9F A0 A1 A2",
            ("disconnect", _, false) => "00 04 80 81 82 83 90 93 94 95 96 97 98 99",
            ("auth", _, true) => "00 18",
            ("auth", _, false) => "18 19",
            _ => "",
        };
        return Convert.FromHexString(codes.Replace(" ", "", StringComparison.Ordinal));
    }

    /// <summary>Whether a packet goes that way at all (table 2-1).</summary>
    public static bool Goes(string kind, int level, bool fromServer) => kind switch
    {
        "connack" or "suback" or "unsuback" or "pingresp" => fromServer,
        "connect" or "subscribe" or "unsubscribe" or "pingreq" => !fromServer,
        "disconnect" => level == 5 || !fromServer,
        "auth" => level == 5,
        "reserved" => false,
        _ => true,
    };
}
