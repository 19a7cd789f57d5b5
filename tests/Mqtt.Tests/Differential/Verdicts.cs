using MeetNet.Mqtt.Protocol;

namespace MeetNet.Mqtt.Tests.Differential;

/// <summary>Something that one of two codecs takes and the other refuses, and which is right.</summary>
/// <param name="Clause">Statement or section of MQTT 5.0 that decides.</param>
/// <param name="Words">What the refusal says.</param>
/// <param name="Level">Protocol level of the example.</param>
/// <param name="Example">A packet that shows it, in hexadecimal.</param>
/// <param name="Reason">Why it is so.</param>
public sealed record Verdict(string Clause, string Words, int Level, string Example, string Reason);

/// <summary>Where the library and mqtt-packet 9.0.2 do not agree. Nothing else may come between them, and every row is shown by its example.</summary>
internal static class Verdicts
{
    /// <summary>Refused by the library with these words, taken by mqtt-packet: it leaves these rules to the program above it, or has them not.</summary>
    public static readonly Verdict[] LibraryAlone =
    [
        new("1.5.4-1", "not well-formed UTF-8", 5, "300500 02 C080 00", "replaces what is not UTF-8, and takes U+0000"),
        new("1.5.5-1", "remaining length is not a minimal", 5, "D08000", "takes lengths in more bytes than needed"),
        new("1.5.5-1", "a variable byte integer is too long", 5, "2004 00 00 8000", "the same in properties"),
        new("2.1.2", "from a server", 5, "C000", "is for both ends and knows no direction"),
        new("2.2.1-3", "packet identifier 0", 5, "40020000", "takes identifier 0"),
        new("2.2.2.2", "is not valid in this packet", 5, "40070007000313003C", "takes any property in any packet"),
        new("2.2.2.2", "comes more than once", 5, "E008 9C06 1C0000 1C0000", "makes an array of what may come once"),
        new("2.2.2.2", "may not be", 5, "2005000002 2402", "does not look at the values of properties"),
        new("2.2.2.1", "the packet ends inside a field", 5, "2002 0000", "takes what is missing for nothing"),
        new("2.1.4", "bytes after the end of the packet", 5, "D00100", "skips what follows the last field"),
        new("3.2.2-6", "Session Present in a refusal", 5, "2003018700", "does not compare fields"),
        new("3.2.2-8", "CONNACK return code above 5", 4, "20020006", "takes any return code"),
        new("3.2.2-8", "is not one of CONNACK", 5, "2003008E00", "takes any reason code in CONNACK"),
        new("3.14.2-1", "is not one of this packet", 5, "E00104", "has one list of codes for both directions of DISCONNECT and AUTH"),
        new("3.3.1-2", "PUBLISH with DUP and QoS 0", 5, "380400016100", "leaves it to the program"),
        new("3.3.2-2", "topic name with a wildcard", 5, "300400012300", "leaves it to the program"),
        new("3.3.2-14", "response topic with a wildcard", 5, "300800016104 0800012B", "leaves it to the program"),
        new("3.3.2.1", "PUBLISH with neither topic name nor topic alias", 5, "3003000000", "leaves it to the program"),
        new("3.9.3", "no reason code", 5, "9003000100", "takes a SUBACK for no filter"),
        new("3.14", "DISCONNECT from a server does not exist", 4, "E000", "knows no direction"),
        new("3.14.2-2", "Session Expiry Interval in a server's DISCONNECT", 5, "E0078B051100000001", "knows no direction"),
        new("4.12.0-5", "AUTH without Authentication Method", 5, "F0021800", "leaves it to the program"),
    ];

    /// <summary>Refused by mqtt-packet with these words, taken by the library.</summary>
    public static readonly Verdict[] MqttPacketAlone =
    [
        new("2.4", "Invalid disconnect reason code", 5, "E0018C", "table 2-6 gives DISCONNECT the code 0x8C, table 3-13 has it not; a server that ends re-authentication has no better one"),
    ];

    /// <summary>The row for a disagreement, or null.</summary>
    public static Verdict? Find(ReadStatus status, string? error) => status.IsOk
        ? MqttPacketAlone.FirstOrDefault(verdict => error!.Contains(verdict.Words, StringComparison.Ordinal))
        : LibraryAlone.FirstOrDefault(verdict => status.Problem!.Contains(verdict.Words, StringComparison.Ordinal));
}
