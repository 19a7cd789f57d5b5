using System.Text;

namespace MeetNet.Mqtt.Protocol;

/// <summary>What a CONNECT says (§3.1), in the terms of the wire.</summary>
internal sealed record ConnectPacket
{
    public required MqttVersion Version { get; init; }

    public required string ClientId { get; init; }

    public required bool CleanStart { get; init; }

    public required ushort KeepAlive { get; init; }

    public string? UserName { get; init; }

    /// <summary>Null: no password. Empty is one.</summary>
    public ReadOnlyMemory<byte>? Password { get; init; }

    public MqttWill? Will { get; init; }

    public ReadOnlyMemory<byte> WillPayload { get; init; }

    public MqttProperties Properties { get; init; } = MqttProperties.Empty;
}

/// <summary>Writes the packets that a client sends. The arguments were checked before; see <see cref="TopicRules"/> and <see cref="PropertyRules"/>.</summary>
internal static class PacketWriter
{
    public static void Connect(PacketBuffer output, ConnectPacket connect)
    {
        var v5 = connect.Version == MqttVersion.V500;
        var properties = v5 ? PropertyWriter.Length(connect.Properties) : 0;
        var will = connect.Will;
        var willProperties = v5 && will is not null ? PropertyWriter.Length(will.Properties) : 0;
        var body = 10 + (v5 ? Prefixed(properties) : 0) + Text(connect.ClientId)
            + (will is null ? 0 : (v5 ? Prefixed(willProperties) : 0) + Text(will.Topic) + 2 + connect.WillPayload.Length)
            + (connect.UserName is { } name ? Text(name) : 0)
            + (connect.Password is { } secret ? 2 + secret.Length : 0);
        Header(output, PacketType.Connect, 0, body);
        output.Text("MQTT");
        output.Byte((byte)connect.Version);
        output.Byte(ConnectFlags(connect));
        output.UInt16(connect.KeepAlive);
        if (v5)
        {
            PropertyWriter.Write(output, connect.Properties, properties);
        }

        output.Text(connect.ClientId);
        if (will is not null)
        {
            if (v5)
            {
                PropertyWriter.Write(output, will.Properties, willProperties);
            }

            output.Text(will.Topic);
            output.Binary(connect.WillPayload.Span);
        }

        if (connect.UserName is not null)
        {
            output.Text(connect.UserName);
        }

        if (connect.Password is { } password)
        {
            output.Binary(password.Span);
        }
    }

    /// <summary>Bytes of the whole PUBLISH. An alias of 0 is none.</summary>
    public static long PublishLength(
        MqttVersion version, string topic, int payloadLength, MqttQualityOfService qos, MqttProperties properties, ushort alias = 0) =>
        Whole(PublishBody(version, topic, payloadLength, qos, properties, alias));

    public static void Publish(
        PacketBuffer output,
        MqttVersion version,
        string topic,
        ReadOnlySpan<byte> payload,
        MqttQualityOfService qos,
        bool retain,
        bool duplicate,
        ushort packetId,
        MqttProperties properties,
        ushort alias = 0)
    {
        var flags = (duplicate ? 0b1000 : 0) | ((int)qos << 1) | (retain ? 1 : 0);
        Header(output, PacketType.Publish, (byte)flags, PublishBody(version, topic, payload.Length, qos, properties, alias));
        output.Text(topic);
        if (qos != MqttQualityOfService.AtMostOnce)
        {
            output.UInt16(packetId);
        }

        if (version == MqttVersion.V500)
        {
            PropertyWriter.Write(output, properties, PropertyWriter.Length(properties), alias);
        }

        output.Bytes(payload);
    }

    /// <summary>PUBACK, PUBREC, PUBREL or PUBCOMP, in its shortest form; MQTT 3.1.1 has no reason code.</summary>
    public static void Reply(PacketBuffer output, PacketType type, MqttVersion version, ushort packetId, MqttReasonCode reason)
    {
        var withReason = version == MqttVersion.V500 && reason != MqttReasonCode.Success;
        Header(output, type, type == PacketType.Pubrel ? (byte)0b0010 : (byte)0, withReason ? 3 : 2);
        output.UInt16(packetId);
        if (withReason)
        {
            output.Byte((byte)reason);
        }
    }

    public static void Subscribe(
        PacketBuffer output, MqttVersion version, ushort packetId, IReadOnlyList<MqttSubscription> filters, MqttProperties? properties = null)
    {
        Header(output, PacketType.Subscribe, 0b0010, SubscribeBody(version, filters, properties));
        output.UInt16(packetId);
        WriteProperties(output, version, properties);
        foreach (var filter in filters)
        {
            output.Text(filter.Filter);
            var options = (int)filter.QualityOfService; // Bits 0-1; the other bits are reserved in MQTT 3.1.1 (§3.8.3.1).
            if (version == MqttVersion.V500)
            {
                options |= (filter.NoLocal ? 0b100 : 0) | (filter.RetainAsPublished ? 0b1000 : 0) | ((int)filter.RetainHandling << 4);
            }

            output.Byte((byte)options);
        }
    }

    /// <summary>Bytes of the whole SUBSCRIBE.</summary>
    public static long SubscribeLength(MqttVersion version, IReadOnlyList<MqttSubscription> filters, MqttProperties? properties = null) =>
        Whole(SubscribeBody(version, filters, properties));

    public static void Unsubscribe(
        PacketBuffer output, MqttVersion version, ushort packetId, IReadOnlyList<string> filters, MqttProperties? properties = null)
    {
        Header(output, PacketType.Unsubscribe, 0b0010, UnsubscribeBody(version, filters, properties));
        output.UInt16(packetId);
        WriteProperties(output, version, properties);
        foreach (var filter in filters)
        {
            output.Text(filter);
        }
    }

    /// <summary>Bytes of the whole UNSUBSCRIBE.</summary>
    public static long UnsubscribeLength(MqttVersion version, IReadOnlyList<string> filters, MqttProperties? properties = null) =>
        Whole(UnsubscribeBody(version, filters, properties));

    public static void Pingreq(PacketBuffer output) => Header(output, PacketType.Pingreq, 0, 0);

    /// <summary>
    /// DISCONNECT in its shortest form. Reason String and User Properties are left out if the packet would be larger than
    /// <paramref name="maximum"/> with them ([MQTT-3.14.2-3], [MQTT-3.14.2-4]).
    /// </summary>
    public static void Disconnect(
        PacketBuffer output, MqttVersion version, MqttReasonCode reason, MqttProperties? properties = null, uint maximum = uint.MaxValue)
    {
        var told = version == MqttVersion.V500 ? properties ?? MqttProperties.Empty : MqttProperties.Empty;
        if (Whole(ReasonBody(told)) > maximum)
        {
            told = told.Of(MqttPropertyId.SessionExpiryInterval);
        }

        if (told.Count > 0)
        {
            WriteReason(output, PacketType.Disconnect, reason, told);
            return;
        }

        var withReason = version == MqttVersion.V500 && reason != MqttReasonCode.Success;
        Header(output, PacketType.Disconnect, 0, withReason ? 1 : 0);
        if (withReason)
        {
            output.Byte((byte)reason);
        }
    }

    public static void Auth(PacketBuffer output, MqttReasonCode reason, MqttProperties properties) =>
        WriteReason(output, PacketType.Auth, reason, properties);

    /// <summary>Bytes of the whole AUTH.</summary>
    public static long AuthLength(MqttProperties properties) => Whole(ReasonBody(properties));

    private static void WriteReason(PacketBuffer output, PacketType type, MqttReasonCode reason, MqttProperties properties)
    {
        Header(output, type, 0, ReasonBody(properties));
        output.Byte((byte)reason);
        PropertyWriter.Write(output, properties, PropertyWriter.Length(properties));
    }

    private static int ReasonBody(MqttProperties properties) => 1 + Prefixed(PropertyWriter.Length(properties));

    private static void Header(PacketBuffer output, PacketType type, byte flags, long body)
    {
        output.Byte((byte)(((int)type << 4) | flags));
        output.Variable((uint)body);
    }

    /// <summary>§3.1.2.3.</summary>
    private static byte ConnectFlags(ConnectPacket connect)
    {
        var flags = connect.CleanStart ? 0b10 : 0;
        if (connect.Will is { } will)
        {
            flags |= 0b100 | ((int)will.QualityOfService << 3) | (will.Retain ? 0b10_0000 : 0);
        }

        flags |= connect.Password is null ? 0 : 0b100_0000;
        flags |= connect.UserName is null ? 0 : 0b1000_0000;
        return (byte)flags;
    }

    private static long PublishBody(
        MqttVersion version, string topic, int payloadLength, MqttQualityOfService qos, MqttProperties properties, ushort alias)
    {
        var length = (long)Text(topic) + payloadLength + (qos == MqttQualityOfService.AtMostOnce ? 0 : 2);
        return version == MqttVersion.V500 ? length + Prefixed(PropertyWriter.Length(properties) + PropertyWriter.AliasLength(alias)) : length;
    }

    private static long SubscribeBody(MqttVersion version, IReadOnlyList<MqttSubscription> filters, MqttProperties? properties) =>
        2 + PropertiesLength(version, properties) + filters.Sum(filter => (long)Text(filter.Filter) + 1);

    private static long UnsubscribeBody(MqttVersion version, IReadOnlyList<string> filters, MqttProperties? properties) =>
        2 + PropertiesLength(version, properties) + filters.Sum(filter => (long)Text(filter));

    /// <summary>Bytes of a packet with this body; one that can't be encoded is longer than any limit.</summary>
    private static long Whole(long body) =>
        body > VariableByteInteger.Maximum ? long.MaxValue : 1 + VariableByteInteger.Length((uint)body) + body;

    private static int PropertiesLength(MqttVersion version, MqttProperties? properties) =>
        version == MqttVersion.V500 ? Prefixed(PropertyWriter.Length(properties ?? MqttProperties.Empty)) : 0;

    private static void WriteProperties(PacketBuffer output, MqttVersion version, MqttProperties? properties)
    {
        if (version == MqttVersion.V500)
        {
            properties ??= MqttProperties.Empty;
            PropertyWriter.Write(output, properties, PropertyWriter.Length(properties));
        }
    }

    private static int Text(string value) => 2 + Encoding.UTF8.GetByteCount(value);

    private static int Prefixed(int length) => VariableByteInteger.Length((uint)length) + length;
}
