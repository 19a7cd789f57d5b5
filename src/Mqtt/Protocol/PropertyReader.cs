using System.Text;

namespace MeetNet.Mqtt.Protocol;

/// <summary>Reads the property part of a packet (MQTT 5.0 §2.2.2).</summary>
internal static class PropertyReader
{
    /// <summary>
    /// Reads length and properties. A property that doesn't belong in this packet, or whose value is not of its type, is malformed
    /// (0x81, §2.2.2.2); one that comes twice or has a forbidden value is a protocol error (0x82; topic alias 0: 0x94).
    /// </summary>
    public static ReadStatus Read(ref PacketCursor packet, PropertyPlace place, out MqttProperties properties)
    {
        properties = MqttProperties.Empty;
        if (!packet.TryVariable(out var length) || !packet.TryTake((int)length, out var part))
        {
            return packet.Malformed();
        }

        if (length == 0)
        {
            return ReadStatus.Ok;
        }

        var cursor = new PacketCursor(part);
        var items = new List<MqttProperty>(4);
        var seen = 0UL; // One bit an identifier; the highest is 0x2A.
        while (!cursor.AtEnd)
        {
            if (!cursor.TryVariable(out var id))
            {
                return cursor.Malformed();
            }

            var (kind, places) = PropertyTable.Rule(id);
            if (kind == PropertyKind.None || (places & place) == 0)
            {
                return ReadStatus.Malformed($"property 0x{id:X2} is not valid in this packet");
            }

            var bit = 1UL << (int)id;
            if ((seen & bit) != 0 && !PropertyTable.MayRepeat(id, place))
            {
                return ReadStatus.ProtocolError($"property 0x{id:X2} comes more than once");
            }

            seen |= bit;
            var status = ReadValue(ref cursor, (MqttPropertyId)id, kind, out var item);
            if (!status.IsOk)
            {
                return status;
            }

            items.Add(item);
        }

        properties = new MqttProperties([.. items]);
        return ReadStatus.Ok;
    }

    private static ReadStatus ReadValue(ref PacketCursor cursor, MqttPropertyId id, PropertyKind kind, out MqttProperty item)
    {
        item = default;
        switch (kind)
        {
            case PropertyKind.Text:
                if (!cursor.TryText(out var text))
                {
                    return cursor.Malformed();
                }

                item = MqttProperty.Of(id, Encoding.UTF8.GetString(text));
                return ReadStatus.Ok;
            case PropertyKind.Pair:
                if (!cursor.TryText(out var name) || !cursor.TryText(out var value))
                {
                    return cursor.Malformed();
                }

                item = MqttProperty.User(Encoding.UTF8.GetString(name), Encoding.UTF8.GetString(value));
                return ReadStatus.Ok;
            case PropertyKind.Binary:
                if (!cursor.TryBinary(out var data))
                {
                    return cursor.Malformed();
                }

                item = MqttProperty.Of(id, data.ToArray());
                return ReadStatus.Ok;
            default:
                return ReadNumber(ref cursor, id, kind, out item);
        }
    }

    private static ReadStatus ReadNumber(ref PacketCursor cursor, MqttPropertyId id, PropertyKind kind, out MqttProperty item)
    {
        item = default;
        uint number;
        switch (kind)
        {
            case PropertyKind.Bit:
                if (!cursor.TryByte(out var bit))
                {
                    return cursor.Malformed();
                }

                number = bit;
                break;
            case PropertyKind.UInt16 or PropertyKind.UInt16NotZero:
                if (!cursor.TryUInt16(out var two))
                {
                    return cursor.Malformed();
                }

                number = two;
                break;
            case PropertyKind.UInt32 or PropertyKind.UInt32NotZero:
                if (!cursor.TryUInt32(out number))
                {
                    return cursor.Malformed();
                }

                break;
            default:
                if (!cursor.TryVariable(out number))
                {
                    return cursor.Malformed();
                }

                break;
        }

        if (!IsAllowed(kind, number))
        {
            var code = id == MqttPropertyId.TopicAlias ? MqttReasonCode.TopicAliasInvalid : MqttReasonCode.ProtocolError;
            return new ReadStatus(code, $"property {id} may not be {number}");
        }

        item = MqttProperty.Of(id, number);
        return ReadStatus.Ok;
    }

    /// <summary>Whether a number is allowed for a kind of property.</summary>
    internal static bool IsAllowed(PropertyKind kind, uint number) => kind switch
    {
        PropertyKind.Bit => number <= 1,
        PropertyKind.UInt16 => number <= ushort.MaxValue,
        PropertyKind.UInt16NotZero => number is > 0 and <= ushort.MaxValue,
        PropertyKind.UInt32NotZero => number > 0,
        PropertyKind.VariableNotZero => number is > 0 and <= VariableByteInteger.Maximum,
        _ => true,
    };
}
