namespace MeetNet.Mqtt.Protocol;

/// <summary>
/// Reads the packets that a server sends, from their bodies (what follows the fixed header). Pure; any bytes give either a packet or
/// a status with the reason code that the standard asks for, never an exception.
/// </summary>
internal static class PacketReader
{
    public static ReadStatus ReadConnack(ReadOnlySpan<byte> body, MqttVersion version, out ConnackPacket packet)
    {
        packet = default;
        var cursor = new PacketCursor(body);
        if (!cursor.TryByte(out var flags) || !cursor.TryByte(out var code))
        {
            return cursor.Malformed();
        }

        if ((flags & 0xFE) != 0)
        {
            return ReadStatus.Malformed("reserved CONNACK flags are not 0 [MQTT-3.2.2-1]");
        }

        var properties = MqttProperties.Empty;
        if (version == MqttVersion.V500 && body is [0, 1])
        {
            // A server that speaks 3.1.1 alone refuses in the form of 3.1.1 (its §3.1.2.2); said as it is meant, an operator can act on it.
            packet = new ConnackPacket(false, MqttReasonCode.UnsupportedProtocolVersion, properties);
            return ReadStatus.Ok;
        }

        if (version == MqttVersion.V311)
        {
            if (code > 5)
            {
                return ReadStatus.ProtocolError("CONNACK return code above 5 is reserved");
            }

            code = (byte)From311(code);
        }
        else
        {
            var status = PropertyReader.Read(ref cursor, PropertyPlace.Connack, out properties);
            if (!status.IsOk)
            {
                return status;
            }

            if (!ReasonCodeSets.Connack.Contains(code))
            {
                return NotListed("CONNACK", code);
            }
        }

        var sessionPresent = flags == 1;
        if (sessionPresent && code != 0)
        {
            return ReadStatus.ProtocolError("Session Present in a refusal [MQTT-3.2.2-6]");
        }

        packet = new ConnackPacket(sessionPresent, (MqttReasonCode)code, properties);
        return AtEnd(cursor);
    }

    public static ReadStatus ReadPublish(byte flags, ReadOnlySpan<byte> body, MqttVersion version, out PublishPacket packet)
    {
        packet = new PublishPacket
        {
            Duplicate = (flags & 0b1000) != 0,
            QualityOfService = (MqttQualityOfService)((flags >> 1) & 0b11),
            Retain = (flags & 1) != 0,
            Properties = MqttProperties.Empty,
        };
        if ((flags & 0b0110) == 0b0110)
        {
            return ReadStatus.Malformed("PUBLISH with both QoS bits [MQTT-3.3.1-4]");
        }

        if (packet.Duplicate && packet.QualityOfService == MqttQualityOfService.AtMostOnce)
        {
            return ReadStatus.Malformed("PUBLISH with DUP and QoS 0 [MQTT-3.3.1-2]");
        }

        var cursor = new PacketCursor(body);
        if (!cursor.TryText(out packet.Topic))
        {
            return cursor.Malformed();
        }

        if (packet.Topic.ContainsAny((byte)'+', (byte)'#'))
        {
            return new ReadStatus(MqttReasonCode.TopicNameInvalid, "topic name with a wildcard [MQTT-3.3.2-2]");
        }

        if (packet.QualityOfService != MqttQualityOfService.AtMostOnce)
        {
            if (!cursor.TryUInt16(out packet.PacketId))
            {
                return cursor.Malformed();
            }

            if (packet.PacketId == 0)
            {
                return ReadStatus.ProtocolError("packet identifier 0 [MQTT-2.2.1-4]");
            }
        }

        if (version == MqttVersion.V500)
        {
            var status = PropertyReader.Read(ref cursor, PropertyPlace.Publish, out packet.Properties);
            if (!status.IsOk)
            {
                return status;
            }

            if (packet.Properties.Count > 0 && packet.Properties.Text(MqttPropertyId.ResponseTopic)?.AsSpan().ContainsAny('+', '#') == true)
            {
                return ReadStatus.ProtocolError("response topic with a wildcard [MQTT-3.3.2-14]");
            }
        }

        if (packet.Topic.IsEmpty && packet.Properties.Number(MqttPropertyId.TopicAlias) is null)
        {
            return ReadStatus.ProtocolError("PUBLISH with neither topic name nor topic alias");
        }

        packet.Payload = cursor.Rest;
        return ReadStatus.Ok;
    }

    /// <summary>PUBACK, PUBREC, PUBREL and PUBCOMP differ in their reason codes alone.</summary>
    public static ReadStatus ReadReply(PacketType type, ReadOnlySpan<byte> body, MqttVersion version, out ReplyPacket packet)
    {
        packet = default;
        var cursor = new PacketCursor(body);
        if (!cursor.TryUInt16(out var id))
        {
            return cursor.Malformed();
        }

        if (id == 0)
        {
            return ReadStatus.ProtocolError("packet identifier 0 [MQTT-2.2.1-5]");
        }

        if (version == MqttVersion.V311 || cursor.AtEnd)
        {
            packet = new ReplyPacket(id, MqttReasonCode.Success, MqttProperties.Empty);
            return AtEnd(cursor);
        }

        var allowed = type is PacketType.Puback or PacketType.Pubrec ? ReasonCodeSets.Puback : ReasonCodeSets.Pubrel;
        var status = ReadReason(ref cursor, allowed, PropertyPlace.PublishReply, out var reason);
        packet = new ReplyPacket(id, reason.ReasonCode, reason.Properties);
        return status;
    }

    /// <summary>SUBACK and UNSUBACK.</summary>
    public static ReadStatus ReadSuback(PacketType type, ReadOnlySpan<byte> body, MqttVersion version, out SubackPacket packet)
    {
        packet = default;
        var cursor = new PacketCursor(body);
        if (!cursor.TryUInt16(out var id))
        {
            return cursor.Malformed();
        }

        if (id == 0)
        {
            return ReadStatus.ProtocolError("packet identifier 0 [MQTT-2.2.1-6]");
        }

        var properties = MqttProperties.Empty;
        if (version == MqttVersion.V500)
        {
            var status = PropertyReader.Read(ref cursor, PropertyPlace.SubscribeReply, out properties);
            if (!status.IsOk)
            {
                return status;
            }
        }

        if (type == PacketType.Unsuback && version == MqttVersion.V311)
        {
            packet = new SubackPacket(id, [], properties);
            return AtEnd(cursor);
        }

        var allowed = type == PacketType.Unsuback ? ReasonCodeSets.Unsuback
            : version == MqttVersion.V311 ? ReasonCodeSets.Suback311 : ReasonCodeSets.Suback;
        var codes = cursor.Rest;
        var unlisted = codes.IndexOfAnyExcept(allowed);
        if (unlisted >= 0)
        {
            return NotListed(type.ToString(), codes[unlisted]);
        }

        var reasons = new MqttReasonCode[codes.Length];
        for (var i = 0; i < reasons.Length; i++)
        {
            reasons[i] = (MqttReasonCode)codes[i];
        }

        packet = new SubackPacket(id, reasons, properties);
        return reasons.Length == 0 ? ReadStatus.ProtocolError("no reason code") : ReadStatus.Ok;
    }

    public static ReadStatus ReadDisconnect(ReadOnlySpan<byte> body, MqttVersion version, out ReasonPacket packet)
    {
        packet = new ReasonPacket(MqttReasonCode.Success, MqttProperties.Empty);
        if (version == MqttVersion.V311)
        {
            return ReadStatus.ProtocolError("DISCONNECT from a server does not exist in MQTT 3.1.1");
        }

        if (body.IsEmpty)
        {
            return ReadStatus.Ok;
        }

        var cursor = new PacketCursor(body);
        var status = ReadReason(ref cursor, ReasonCodeSets.ServerDisconnect, PropertyPlace.Disconnect, out packet);
        return status.IsOk && packet.Properties.Number(MqttPropertyId.SessionExpiryInterval) is not null
            ? ReadStatus.ProtocolError("Session Expiry Interval in a server's DISCONNECT [MQTT-3.14.2-2]")
            : status;
    }

    public static ReadStatus ReadAuth(ReadOnlySpan<byte> body, MqttVersion version, out ReasonPacket packet)
    {
        packet = new ReasonPacket(MqttReasonCode.Success, MqttProperties.Empty);
        if (version == MqttVersion.V311)
        {
            return ReadStatus.Malformed("packet type 15 is forbidden in MQTT 3.1.1");
        }

        var cursor = new PacketCursor(body);
        var status = body.IsEmpty ? ReadStatus.Ok : ReadReason(ref cursor, ReasonCodeSets.ServerAuth, PropertyPlace.Auth, out packet);
        return status.IsOk && packet.Properties.Text(MqttPropertyId.AuthenticationMethod) is null
            ? ReadStatus.ProtocolError("AUTH without Authentication Method [MQTT-4.12.0-5]") // §3.15.2.2.2; the short form of §3.15.2.1 lacks it too.
            : status;
    }

    /// <summary>PINGRESP has no body.</summary>
    public static ReadStatus ReadEmpty(ReadOnlySpan<byte> body) => AtEnd(new PacketCursor(body));

    private static ReadStatus ReadReason(
        ref PacketCursor cursor, ReadOnlySpan<byte> allowed, PropertyPlace place, out ReasonPacket packet)
    {
        packet = default;
        if (!cursor.TryByte(out var code))
        {
            return cursor.Malformed();
        }

        var properties = MqttProperties.Empty;
        if (!cursor.AtEnd)
        {
            var status = PropertyReader.Read(ref cursor, place, out properties);
            if (!status.IsOk)
            {
                return status;
            }
        }

        if (!allowed.Contains(code))
        {
            return NotListed("this packet", code);
        }

        packet = new ReasonPacket((MqttReasonCode)code, properties);
        return AtEnd(cursor);
    }

    /// <summary>MQTT 3.1.1 table 3.1 in the words of 5.0.</summary>
    private static MqttReasonCode From311(byte code) => code switch
    {
        0 => MqttReasonCode.Success,
        1 => MqttReasonCode.UnsupportedProtocolVersion,
        2 => MqttReasonCode.ClientIdentifierNotValid,
        3 => MqttReasonCode.ServerUnavailable,
        4 => MqttReasonCode.BadUserNameOrPassword,
        _ => MqttReasonCode.NotAuthorized,
    };

    private static ReadStatus NotListed(string packet, byte code) =>
        ReadStatus.ProtocolError($"reason code 0x{code:X2} is not one of {packet}");

    private static ReadStatus AtEnd(PacketCursor cursor) =>
        cursor.AtEnd ? ReadStatus.Ok : ReadStatus.Malformed("bytes after the end of the packet");
}
