using System.Text;
using MeetNet.Mqtt.Protocol;
using MeetNet.Mqtt.Tests.Peer;

namespace MeetNet.Mqtt.Tests.Protocol;

/// <summary>The library's reader and writer in the terms of <see cref="WirePacket"/>, so that they can be compared with other codecs.</summary>
internal static class LibraryCodec
{
    /// <summary>Whether the library has a writer for it: its PUBACK, PUBREC, PUBREL and PUBCOMP carry a code and no properties.</summary>
    public static bool Writes(WirePacket packet) =>
        packet.Kind is not ("puback" or "pubrec" or "pubrel" or "pubcomp") || packet.Properties.Length == 0;

    /// <summary>The bytes that the library writes for a packet of a client.</summary>
    public static byte[] Write(WirePacket packet, MqttVersion version)
    {
        var properties = Properties(packet.Properties);
        using var output = new PacketBuffer(16);
        switch (packet.Kind)
        {
            case "connect":
                PacketWriter.Connect(output, Connect(packet, version));
                break;
            case "publish":
                var qos = (MqttQualityOfService)packet.QoS;
                var alias = (ushort)(packet.Properties.FirstOrDefault(p => p.Id == 0x23)?.Number ?? 0);
                properties = Properties([.. packet.Properties.Where(p => p.Id != 0x23)]);
                PacketWriter.Publish(
                    output, version, packet.Topic!, packet.Payload, qos, packet.Retain, packet.Duplicate, (ushort)packet.PacketId, properties, alias);
                Assert.Equal(output.Length, PacketWriter.PublishLength(version, packet.Topic!, packet.Payload!.Length, qos, properties, alias));
                break;
            case "puback" or "pubrec" or "pubrel" or "pubcomp":
                PacketWriter.Reply(output, Enum.Parse<PacketType>(packet.Kind, ignoreCase: true), version, (ushort)packet.PacketId, (MqttReasonCode)packet.Code);
                break;
            case "subscribe":
                MqttSubscription[] filters = [.. packet.Filters!.Select(Subscription)];
                PacketWriter.Subscribe(output, version, (ushort)packet.PacketId, filters, properties);
                Assert.Equal(output.Length, PacketWriter.SubscribeLength(version, filters, properties));
                break;
            case "unsubscribe":
                string[] names = [.. packet.Filters!.Select(filter => filter.Filter)];
                PacketWriter.Unsubscribe(output, version, (ushort)packet.PacketId, names, properties);
                Assert.Equal(output.Length, PacketWriter.UnsubscribeLength(version, names, properties));
                break;
            case "pingreq":
                PacketWriter.Pingreq(output);
                break;
            case "disconnect":
                PacketWriter.Disconnect(output, version, (MqttReasonCode)packet.Code, properties);
                break;
            case "auth":
                PacketWriter.Auth(output, (MqttReasonCode)packet.Code, properties);
                Assert.Equal(output.Length, PacketWriter.AuthLength(properties));
                break;
            default:
                throw new ArgumentException($"no writer for {packet.Kind}", nameof(packet));
        }

        return output.Written.ToArray();
    }

    /// <summary>
    /// Reads one whole packet of a server, as a connection does: the framer, then the reader of its type.
    /// </summary>
    /// <returns>Ok with the fields, or the status of the refusal; "needs more" is one too.</returns>
    public static ReadStatus Read(byte[] bytes, MqttVersion version, out WirePacket? packet)
    {
        packet = null;
        switch (PacketFramer.Cut(bytes, uint.MaxValue, out var frame, out var fault))
        {
            case CutResult.Fault:
                return fault;
            case CutResult.NeedMore:
                return ReadStatus.Malformed("not a whole packet");
        }

        return frame.Length < bytes.Length
            ? ReadStatus.Malformed("more than one packet")
            : ReadBody(frame, bytes.AsSpan(frame.HeaderLength), version, out packet);
    }

    /// <summary>The reader of a frame's type; what only clients send is a protocol error, as the dispatcher says.</summary>
    public static ReadStatus ReadBody(Frame frame, ReadOnlySpan<byte> body, MqttVersion version, out WirePacket? packet)
    {
        packet = null;
        var kind = new WirePacket(frame.Type.ToString().ToLowerInvariant());
        ReadStatus status;
        switch (frame.Type)
        {
            case PacketType.Connack:
                status = PacketReader.ReadConnack(body, version, out var connack);
                var code = version == MqttVersion.V311 ? ReturnCode(connack.ReasonCode) : (int)connack.ReasonCode;
                packet = kind with { SessionPresent = connack.SessionPresent, Code = code, Properties = Properties(connack.Properties) };
                break;
            case PacketType.Publish:
                status = PacketReader.ReadPublish(frame.Flags, body, version, out var publish);
                packet = kind with
                {
                    Duplicate = publish.Duplicate,
                    QoS = (int)publish.QualityOfService,
                    Retain = publish.Retain,
                    Topic = Encoding.UTF8.GetString(publish.Topic),
                    PacketId = publish.PacketId,
                    Properties = Properties(publish.Properties),
                    Payload = publish.Payload.ToArray(),
                };
                break;
            case PacketType.Puback or PacketType.Pubrec or PacketType.Pubrel or PacketType.Pubcomp:
                status = PacketReader.ReadReply(frame.Type, body, version, out var reply);
                packet = kind with { PacketId = reply.PacketId, Code = (int)reply.ReasonCode, Properties = Properties(reply.Properties) };
                break;
            case PacketType.Suback or PacketType.Unsuback:
                status = PacketReader.ReadSuback(frame.Type, body, version, out var suback);
                int[]? codes = suback.ReasonCodes is { Count: > 0 } reasons ? [.. reasons.Select(reason => (int)reason)] : null;
                packet = kind with { PacketId = suback.PacketId, Codes = codes, Properties = Properties(suback.Properties) };
                break;
            case PacketType.Pingresp:
                status = PacketReader.ReadEmpty(body);
                packet = kind;
                break;
            case PacketType.Disconnect:
                status = PacketReader.ReadDisconnect(body, version, out var disconnect);
                packet = kind with { Code = (int)disconnect.ReasonCode, Properties = Properties(disconnect.Properties) };
                break;
            case PacketType.Auth:
                status = PacketReader.ReadAuth(body, version, out var auth);
                packet = kind with { Code = (int)auth.ReasonCode, Properties = Properties(auth.Properties) };
                break;
            default:
                return ReadStatus.ProtocolError($"{frame.Type} from a server");
        }

        packet = status.IsOk ? packet : null;
        return status;
    }

    private static ConnectPacket Connect(WirePacket packet, MqttVersion version) => new()
    {
        Version = version,
        ClientId = packet.ClientId!,
        CleanStart = packet.CleanStart,
        KeepAlive = (ushort)packet.KeepAlive,
        UserName = packet.UserName,
        Password = packet.Password is { } password ? password : (ReadOnlyMemory<byte>?)null,
        Will = packet.Will is not { } will ? null : new MqttWill
        {
            Topic = will.Topic,
            QualityOfService = (MqttQualityOfService)will.QoS,
            Retain = will.Retain,
            Properties = Properties(will.Properties),
        },
        WillPayload = packet.Will?.Payload,
        Properties = Properties(packet.Properties),
    };

    private static MqttSubscription Subscription(WireFilter filter) => new(
        filter.Filter,
        (MqttQualityOfService)(filter.Options & 3),
        (filter.Options & 4) != 0,
        (filter.Options & 8) != 0,
        (MqttRetainHandling)(filter.Options >> 4));

    private static MqttProperties Properties(WireProperty[] properties) => new([.. properties.Select(p =>
        p.Name is not null ? MqttProperty.User(p.Name, p.Text!)
        : p.Text is not null ? MqttProperty.Of((MqttPropertyId)p.Id, p.Text)
        : p.Data is not null ? MqttProperty.Of((MqttPropertyId)p.Id, p.Data)
        : MqttProperty.Of((MqttPropertyId)p.Id, p.Number))]);

    private static WireProperty[] Properties(MqttProperties? properties) => [.. (properties ?? MqttProperties.Empty).Select(p =>
        new WireProperty((int)p.Id, p.Number, p.Name, p.Text, IsBinary(p.Id) ? p.Data.ToArray() : null))];

    private static bool IsBinary(MqttPropertyId id) => id is MqttPropertyId.CorrelationData or MqttPropertyId.AuthenticationData;

    /// <summary>MQTT 3.1.1 table 3.1: the library tells its return codes in the words of 5.0.</summary>
    private static int ReturnCode(MqttReasonCode code) => code switch
    {
        MqttReasonCode.Success => 0,
        MqttReasonCode.UnsupportedProtocolVersion => 1,
        MqttReasonCode.ClientIdentifierNotValid => 2,
        MqttReasonCode.ServerUnavailable => 3,
        MqttReasonCode.BadUserNameOrPassword => 4,
        MqttReasonCode.NotAuthorized => 5,
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "no return code of 3.1.1"),
    };
}
