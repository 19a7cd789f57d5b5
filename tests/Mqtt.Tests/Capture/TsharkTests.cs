using System.Diagnostics;
using System.Text;
using MeetNet.Mqtt.Tests.Peer;
using MeetNet.TestKit;

namespace MeetNet.Mqtt.Tests.Capture;

/// <summary>A conversation of the client, as Wireshark's dissector understands it: what a technician sees who looks at the wire.</summary>
public sealed class TsharkTests
{
    // Field of the dissector: the word for it below.
    private static readonly (string Field, string Word)[] Fields =
    [
        ("mqtt.msgtype", ""), ("mqtt.ver", "level"), ("mqtt.conflag.cleansess", "clean"), ("mqtt.kalive", "keepalive"), ("mqtt.clientid", "client"),
        ("mqtt.willtopic", "will"), ("mqtt.willmsg", "says"), ("mqtt.username", "user"), ("mqtt.passwd", "password"), ("mqtt.conack.flags.sp", "present"),
        ("mqtt.msgid", "id"), ("mqtt.dupflag", "dup"), ("mqtt.qos", "qos"), ("mqtt.retain", "retain"), ("mqtt.topic", "topic"),
        ("mqtt.sub.qos", "asked"), ("mqtt.subscription_options", "options"), ("mqtt.suback.qos", "granted"), ("mqtt.suback.reason_code", "granted"),
        ("mqtt.unsuback.reason_code", "reason"), ("mqtt.connack.reason_code", "reason"), ("mqtt.puback.reason_code", "reason"), ("mqtt.pubrec.reason_code", "reason"),
        ("mqtt.pubrel.reason_code", "reason"), ("mqtt.pubcomp.reason_code", "reason"), ("mqtt.disconnect.reason_code", "reason"),
        ("mqtt.prop_number", "numbers"), ("mqtt.property.content_type", "content"), ("mqtt.prop_key", "key"), ("mqtt.prop_value", "value"), ("mqtt.msg", "payload"),
        ("_ws.malformed", "MALFORMED"), ("_ws.expert.message", "EXPERT"),
    ];

    [Fact]
    public async Task Tshark_reads_what_was_meant_in_5_0()
    {
        var capture = await ConverseAsync(MqttVersion.V500);
        Assert.Equal(
            [
                "CONNECT level=5 clean=1 keepalive=60 client=tester will=state says=676f6e65 user=vmm/heide password=secret numbers=1024,1048576,16,5",
                "CONNACK present=0 reason=0 numbers=4,30",
                "SUBSCRIBE id=1 topic=down/#,é/+ options=0x01,0x26",
                "SUBACK id=1 granted=1,2",
                "PUBLISH dup=0 qos=0 retain=1 topic=up/0 payload=7a65726f",
                "PUBLISH id=2 dup=0 qos=1 retain=0 topic=up/1 content=text/plain key=unit value=µg/m³ payload=6f6e65",
                "PUBACK id=2 reason=16",
                "PUBLISH id=3 dup=0 qos=2 retain=0 topic=up/2 payload=74776f",
                "PUBREC id=3",
                "PUBREL id=3",
                "PUBCOMP id=3",
                "PUBLISH id=300 dup=0 qos=1 retain=0 topic=down/1 payload=68656c6c6f",
                "PUBACK id=300",
                "PUBLISH id=301 dup=0 qos=2 retain=0 topic=é/x payload=78",
                "PUBREC id=301",
                "PUBREL id=301",
                "PUBCOMP id=301",
                "UNSUBSCRIBE id=4 topic=down/#",
                "UNSUBACK id=4 reason=0",
                "DISCONNECT reason=4",
            ],
            await DissectAsync(capture));
    }

    [Fact]
    public async Task Tshark_reads_what_was_meant_in_3_1_1()
    {
        var capture = await ConverseAsync(MqttVersion.V311);
        Assert.Equal(
            [
                "CONNECT level=4 clean=1 keepalive=60 client=tester will=state says=676f6e65 user=vmm/heide password=secret",
                "CONNACK present=0",
                "SUBSCRIBE id=1 topic=down/#,é/+ asked=1,2",
                "SUBACK id=1 granted=1,2",
                "PUBLISH dup=0 qos=0 retain=1 topic=up/0 payload=7a65726f",
                "PUBLISH id=2 dup=0 qos=1 retain=0 topic=up/1 payload=6f6e65",
                "PUBACK id=2",
                "PUBLISH id=3 dup=0 qos=2 retain=0 topic=up/2 payload=74776f",
                "PUBREC id=3",
                "PUBREL id=3",
                "PUBCOMP id=3",
                "PUBLISH id=300 dup=0 qos=1 retain=0 topic=down/1 payload=68656c6c6f",
                "PUBACK id=300",
                "PUBLISH id=301 dup=0 qos=2 retain=0 topic=é/x payload=78",
                "PUBREC id=301",
                "PUBREL id=301",
                "PUBCOMP id=301",
                "UNSUBSCRIBE id=4 topic=down/#",
                "UNSUBACK id=4",
                "DISCONNECT",
            ],
            await DissectAsync(capture));
    }

    /// <summary>The dissector does look: a text that goes beyond its packet does not pass.</summary>
    [Fact]
    public async Task Tshark_tells_a_damaged_packet()
    {
        var capture = new PcapFile();
        capture.FromClient(WireCodec.Encode(new WirePacket("connect") { ClientId = "c" }, 5));
        capture.FromServer([0x20, 5, 0, 0, 2, 0x12, 9]);
        Assert.Contains("MALFORMED", (await DissectAsync(capture))[1], StringComparison.Ordinal);
    }

    /// <summary>A scripted session, every packet of both ends in the capture.</summary>
    private static async Task<PcapFile> ConverseAsync(MqttVersion version)
    {
        var level = (int)version;
        var v5 = version == MqttVersion.V500;
        var capture = new PcapFile();
        await using var scene = new Scene(o => o with
        {
            Version = version,
            KeepAlive = 60,
            UserName = "vmm/heide",
            Password = "secret"u8.ToArray(),
            Will = new MqttWill
            {
                Topic = "state",
                Payload = "gone"u8.ToArray(),
                Retain = true,
                Properties = v5 ? new MqttProperties(MqttProperty.Of(MqttPropertyId.WillDelayInterval, 5)) : MqttProperties.Empty,
            },
        });
        var client = scene.Client;
        await client.StartAsync();
        var peer = await scene.AcceptAsync();

        async Task<ClientPacket> HearAsync(string name)
        {
            var packet = await peer.ReadAsync(name);
            capture.FromClient(packet.Bytes);
            return packet;
        }

        Task SayAsync(WirePacket packet)
        {
            var bytes = WireCodec.Encode(packet, level);
            capture.FromServer(bytes);
            return peer.SendAsync(bytes);
        }

        await HearAsync("CONNECT");
        await SayAsync(new WirePacket("connack") { Properties = v5 ? [new(0x22, 4), new(0x13, 30)] : [] });
        await client.WaitConnectedAsync().Soon();

        var subscribing = client.SubscribeAsync([new("down/#"), new("é/+", MqttQualityOfService.ExactlyOnce, NoLocal: true, RetainHandling: MqttRetainHandling.DoNotSend)]);
        var subscribe = await HearAsync("SUBSCRIBE");
        await SayAsync(new WirePacket("suback") { PacketId = subscribe.PacketId, Codes = [1, 2] });
        await subscribing.Soon();

        await client.PublishAsync("up/0", "zero"u8.ToArray(), MqttQualityOfService.AtMostOnce, retain: true).Soon();
        await HearAsync("PUBLISH");
        var properties = v5
            ? new MqttProperties(MqttProperty.Of(MqttPropertyId.ContentType, "text/plain"), MqttProperty.User("unit", "µg/m³"))
            : MqttProperties.Empty;
        var one = client.PublishAsync("up/1", "one"u8.ToArray(), MqttQualityOfService.AtLeastOnce, retain: false, properties, CancellationToken.None);
        var id = (await HearAsync("PUBLISH")).PacketId;
        await SayAsync(new WirePacket("puback") { PacketId = id, Code = v5 ? 0x10 : 0 });
        await one.Soon();
        var two = client.PublishAsync("up/2", "two"u8.ToArray(), MqttQualityOfService.ExactlyOnce);
        id = (await HearAsync("PUBLISH")).PacketId;
        await SayAsync(new WirePacket("pubrec") { PacketId = id });
        await HearAsync("PUBREL");
        await SayAsync(new WirePacket("pubcomp") { PacketId = id });
        await two.Soon();

        await SayAsync(new WirePacket("publish") { Topic = "down/1", QoS = 1, PacketId = 300, Payload = "hello"u8.ToArray() });
        client.Acknowledge(await client.Messages.ReadAsync().AsTask().Soon());
        await HearAsync("PUBACK");
        await SayAsync(new WirePacket("publish") { Topic = "é/x", QoS = 2, PacketId = 301, Payload = "x"u8.ToArray() });
        client.Acknowledge(await client.Messages.ReadAsync().AsTask().Soon());
        await HearAsync("PUBREC");
        await SayAsync(new WirePacket("pubrel") { PacketId = 301 });
        await HearAsync("PUBCOMP");

        var unsubscribing = client.UnsubscribeAsync(["down/#"]);
        var unsubscribe = await HearAsync("UNSUBSCRIBE");
        await SayAsync(new WirePacket("unsuback") { PacketId = unsubscribe.PacketId, Codes = v5 ? [0] : null });
        await unsubscribing.Soon();

        var leaving = client.DisconnectAsync(v5 ? MqttReasonCode.DisconnectWithWill : MqttReasonCode.Success);
        await HearAsync("DISCONNECT");
        peer.Close();
        await leaving.Soon();
        return capture;
    }

    /// <summary>One line a packet: its type, and every field that the dissector found.</summary>
    private static async Task<string[]> DissectAsync(PcapFile capture)
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("conversation.pcap");
        await File.WriteAllBytesAsync(file, capture.ToArray());
        string[] arguments = ["-r", file, "-n", "-Y", "mqtt", "-T", "fields", "-E", "separator=/t", "-E", "aggregator=,"];
        var start = new ProcessStartInfo("tshark", [.. arguments, .. Fields.SelectMany(f => (string[])["-e", f.Field])])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        start.Environment["HOME"] = folder.Path; // The settings of whoever runs this are not asked.
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await Eventually.DoneAsync(process.StandardOutput.ReadToEndAsync(), "tshark has read the capture", TimeSpan.FromMinutes(2));
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await errors);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Line)];
    }

    private static string Line(string fields)
    {
        var values = fields.Split('\t');
        var line = new StringBuilder(WireTables.Kinds[int.Parse(values[0], System.Globalization.CultureInfo.InvariantCulture)].ToUpperInvariant());
        for (var i = 1; i < values.Length; i++)
        {
            if (values[i].Length > 0)
            {
                line.Append(' ').Append(Fields[i].Word).Append('=').Append(values[i]);
            }
        }

        return line.ToString();
    }
}
