namespace MeetNet.Mqtt.Tests.Peer;

/// <summary>
/// An MQTT codec of the tests' own: both directions, both protocol levels, strict, written from the standard and sharing no code with
/// the library. It is there to be right, not fast.
/// </summary>
internal static class WireCodec
{
    /// <summary>The bytes of a packet. It is not checked: a test may want a faulty one.</summary>
    /// <param name="level">4 for MQTT 3.1.1, 5 for 5.0.</param>
    /// <param name="longest">Write reason code 0 and an empty property part even where they may be left out.</param>
    public static byte[] Encode(WirePacket packet, int level, bool longest = false)
    {
        var properties = level == 5 ? Properties(packet.Properties) : [];
        byte[] body = packet.Kind switch
        {
            "connect" => [.. Wire.Text("MQTT"), (byte)level, ConnectFlags(packet), .. Wire.Two(packet.KeepAlive), .. properties, .. ConnectPayload(packet, level)],
            "connack" => [(byte)(packet.SessionPresent ? 1 : 0), (byte)packet.Code, .. properties],
            "publish" => [.. Wire.Text(packet.Topic!), .. packet.QoS > 0 ? Wire.Two(packet.PacketId) : [], .. properties, .. packet.Payload!],
            "puback" or "pubrec" or "pubrel" or "pubcomp" => [.. Wire.Two(packet.PacketId), .. Reason(packet, level, longest)],
            "subscribe" => [.. Wire.Two(packet.PacketId), .. properties, .. packet.Filters!.SelectMany(f => (byte[])[.. Wire.Text(f.Filter), (byte)f.Options])],
            "unsubscribe" => [.. Wire.Two(packet.PacketId), .. properties, .. packet.Filters!.SelectMany(f => Wire.Text(f.Filter))],
            "suback" or "unsuback" => [.. Wire.Two(packet.PacketId), .. properties, .. (packet.Codes ?? []).Select(code => (byte)code)],
            "disconnect" or "auth" => Reason(packet, level, longest),
            _ => [],
        };
        var flags = packet.Kind switch
        {
            "publish" => (packet.Duplicate ? 8 : 0) | (packet.QoS << 1) | (packet.Retain ? 1 : 0),
            "pubrel" or "subscribe" or "unsubscribe" => 2,
            _ => 0,
        };
        return Wire.Packet((byte)((Array.IndexOf(WireTables.Kinds, packet.Kind) << 4) | flags), body);
    }

    /// <summary>The fields of one whole packet.</summary>
    /// <exception cref="WireException">It breaks a rule of the standard that can be seen in the packet alone.</exception>
    public static WirePacket Decode(byte[] bytes, int level, bool fromServer) => new WireReader(bytes, level, fromServer).Packet();

    private static byte ConnectFlags(WirePacket packet)
    {
        var will = packet.Will is { } w ? 4 | (w.QoS << 3) | (w.Retain ? 32 : 0) : 0;
        return (byte)((packet.CleanStart ? 2 : 0) | will | (packet.Password is null ? 0 : 64) | (packet.UserName is null ? 0 : 128));
    }

    private static byte[] ConnectPayload(WirePacket packet, int level)
    {
        byte[] will = packet.Will is { } w ? [.. level == 5 ? Properties(w.Properties) : [], .. Wire.Text(w.Topic), .. Binary(w.Payload)] : [];
        return
        [
            .. Wire.Text(packet.ClientId!), .. will,
            .. packet.UserName is null ? [] : Wire.Text(packet.UserName), .. packet.Password is null ? [] : Binary(packet.Password),
        ];
    }

    private static byte[] Reason(WirePacket packet, int level, bool longest)
    {
        if (level == 4 || (packet is { Code: 0, Properties.Length: 0 } && !longest))
        {
            return [];
        }

        return [(byte)packet.Code, .. packet.Properties.Length > 0 || longest ? Properties(packet.Properties) : []];
    }

    private static byte[] Properties(WireProperty[] properties)
    {
        byte[] all = [.. properties.SelectMany(p => (byte[])[(byte)p.Id, .. Value(p)])];
        return [.. Wire.Variable(all.Length), .. all];
    }

    private static byte[] Value(WireProperty property) => WireTables.Properties[property.Id].Type switch
    {
        "bit" => [(byte)property.Number],
        "two" or "two1" => Wire.Two((int)property.Number),
        "four" or "four1" => Wire.Four(property.Number),
        "var1" => Wire.Variable((int)property.Number),
        "text" => Wire.Text(property.Text!),
        "binary" => Binary(property.Data!),
        _ => [.. Wire.Text(property.Name!), .. Wire.Text(property.Text!)],
    };

    private static byte[] Binary(byte[] data) => [.. Wire.Two(data.Length), .. data];
}
