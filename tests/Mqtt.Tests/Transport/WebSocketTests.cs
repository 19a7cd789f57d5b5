using System.Text;
using MeetNet.Mqtt.Tests.Peer;
using MeetNet.TestKit;

namespace MeetNet.Mqtt.Tests.Transport;

/// <summary>MQTT over a WebSocket (§6 of the standard) against a server that speaks raw bytes.</summary>
public sealed class WebSocketTests : IDisposable
{
    private readonly WebSocketPeer _peer = new();

    public void Dispose() => _peer.Dispose();

    [Fact]
    [Trait("mqtt", "6.0.0-3")]
    public async Task The_sub_protocol_is_asked_for_at_the_path_of_the_options()
    {
        await using var client = await StartAsync("/a/mqtt?token=x%2Fy");
        var request = await _peer.ReadRequestAsync();
        Assert.Equal("GET /a/mqtt?token=x%2Fy HTTP/1.1", request[0]);
        Assert.Contains($"Host: 127.0.0.1:{_peer.Port}", request);
        Assert.Contains("Sec-WebSocket-Protocol: mqtt", request);
        Assert.Contains("Sec-WebSocket-Version: 13", request);
        Assert.DoesNotContain(request, line => line.StartsWith("Sec-WebSocket-Extensions", StringComparison.OrdinalIgnoreCase));
        await _peer.AcceptAsync(request);
        Assert.Equal(0x10, (await _peer.ReadFrameAsync()).Payload[0]);
        await _peer.SendFrameAsync(WebSocketPeer.Binary, Wire.Connack());
        await client.WaitConnectedAsync().Soon();
    }

    [Fact]
    [Trait("mqtt", "6.0.0-1")]
    public async Task Every_write_is_one_binary_frame_of_many_packets()
    {
        await using var client = await StartAsync();
        await _peer.OpenAsync();
        await client.WaitConnectedAsync().Soon();
        for (var length = 1; length < 100_000; length *= 50)
        {
            var writes = client.Counters.Writes;
            var publishing = client.PublishAsync("t", new byte[length], MqttQualityOfService.AtMostOnce);
            var frame = await _peer.ReadFrameAsync();
            Assert.Equal((WebSocketPeer.Binary, true, true, 0x30), (frame.Opcode, frame.Final, frame.Masked, frame.Payload[0]));
            Assert.True(frame.Payload.Length > length);
            await publishing.Soon();
            Assert.Equal(writes + 1, client.Counters.Writes);
        }
    }

    [Fact]
    [Trait("mqtt", "6.0.0-2")]
    public async Task Packets_may_be_spread_over_frames_and_fragments_in_any_way()
    {
        await using var client = await StartAsync();
        await _peer.OpenAsync();
        var bytes = Enumerable.Range(0, 40).SelectMany(i => Wire.Publish("t", $"{i}")).ToArray();
        var at = 0;
        for (var size = 0; at < bytes.Length; size = (size + 1) % 23)
        {
            var part = bytes[at..Math.Min(at + size, bytes.Length)];
            at += part.Length;
            if (size % 4 == 3)
            {
                // A message of two fragments with a ping between them, as a server may send it (RFC 6455 §5.4).
                await _peer.SendFrameAsync(WebSocketPeer.Binary, part[..1], final: false);
                await _peer.SendFrameAsync(9, []);
                await _peer.SendFrameAsync(0, part[1..]);
            }
            else
            {
                await _peer.SendFrameAsync(WebSocketPeer.Binary, part);
            }
        }

        for (var i = 0; i < 40; i++)
        {
            var message = await client.Messages.ReadAsync().AsTask().Soon();
            Assert.Equal($"{i}", Encoding.UTF8.GetString(message.Payload.Span));
        }
    }

    [Fact]
    [Trait("mqtt", "6.0.0-1")]
    public async Task A_text_frame_ends_the_connection()
    {
        await using var client = await StartAsync();
        await _peer.OpenAsync();
        await _peer.SendFrameAsync(WebSocketPeer.Text, "hello"u8.ToArray());
        var close = await _peer.ReadFrameAsync();
        Assert.Equal((WebSocketPeer.Close, 1003), (close.Opcode, (close.Payload[0] << 8) | close.Payload[1]));
        await _peer.ExpectEndAsync();
        var lost = await LostAsync(client);
        Assert.Equal(MqttDisconnectCause.ProtocolError, lost.Cause);
        Assert.Contains("text frame", lost.Detail, StringComparison.Ordinal);
        Assert.Equal(0, client.Counters.MessagesReceived);
    }

    [Theory]
    [Trait("mqtt", "6.0.0-4")]
    [InlineData(null)]
    [InlineData("mqttv3.1")]
    [InlineData("chat")]
    public async Task A_server_that_selects_another_sub_protocol_or_none_gets_no_packet(string? selected)
    {
        await using var client = await StartAsync();
        await _peer.AcceptAsync(await _peer.ReadRequestAsync(), selected);
        await _peer.ExpectEndAsync();
        var failed = await LostAsync(client);
        Assert.Equal(MqttDisconnectCause.ConnectFailed, failed.Cause);
        Assert.StartsWith($"ws://127.0.0.1:{_peer.Port}/mqtt: ", failed.Detail, StringComparison.Ordinal);
        Assert.Equal(0, client.Counters.BytesSent);
    }

    [Theory]
    [InlineData("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "404")]
    [InlineData("HTTP/1.1 401 Unauthorized\r\nContent-Length: 100000\r\n\r\nno", "401")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", "302")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "200")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: AAAA\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n", "Sec-WebSocket-Accept")]
    [InlineData("\x20\x02\x00\x00", "Check the port")]
    public async Task Another_answer_than_a_web_socket_is_told(string answer, string words)
    {
        await using var client = await StartAsync();
        await _peer.ReadRequestAsync();
        await _peer.SendAsync(answer);
        if (!answer.StartsWith("HTTP", StringComparison.Ordinal))
        {
            _peer.End();
        }

        var failed = await LostAsync(client);
        Assert.Equal(MqttDisconnectCause.ConnectFailed, failed.Cause);
        Assert.Contains(words, failed.Detail, StringComparison.Ordinal);
        Assert.Equal(0, client.Counters.BytesSent);
    }

    [Fact]
    public async Task A_connection_closed_within_the_handshake_is_told()
    {
        await using var client = await StartAsync();
        await _peer.ReadRequestAsync();
        _peer.End();
        Assert.Equal(MqttDisconnectCause.ConnectFailed, (await LostAsync(client)).Cause);
    }

    [Fact]
    public async Task A_handshake_that_is_not_answered_ends_with_the_connect_time_out()
    {
        var time = new ManualTimeProvider();
        await using var client = await StartAsync(time: time);
        await _peer.ReadRequestAsync();
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(MqttDisconnectCause.ConnectTimeout, (await LostAsync(client)).Cause);
        await _peer.ExpectEndAsync();
    }

    [Fact]
    public async Task A_connection_closed_within_a_packet_delivers_nothing_of_it()
    {
        await using var client = await StartAsync();
        await _peer.OpenAsync();
        await client.WaitConnectedAsync().Soon();
        var packet = Wire.Publish("t", "payload");
        await _peer.SendFrameAsync(WebSocketPeer.Binary, packet[..4]);
        await _peer.SendAsync(WebSocketPeer.Frame(WebSocketPeer.Binary, packet[4..])[..^3]);
        await Eventually.TrueAsync(() => client.Counters.BytesReceived > Wire.Connack().Length, "a part of the packet is read");
        _peer.End();
        Assert.Equal(MqttDisconnectCause.ConnectionLost, (await LostAsync(client)).Cause);
        Assert.Equal(0, client.Counters.MessagesReceived);
    }

    [Theory]
    [InlineData(1000, "the server closed the connection")]
    [InlineData(1013, "1013")]
    public async Task A_close_of_the_server_is_answered_and_its_reason_told(int status, string words)
    {
        await using var client = await StartAsync();
        await _peer.OpenAsync();
        await _peer.SendFrameAsync(WebSocketPeer.Close, [.. Wire.Two(status), .. "later"u8]);
        Assert.Equal(WebSocketPeer.Close, (await _peer.ReadFrameAsync()).Opcode);
        _peer.End();
        var lost = await LostAsync(client);
        Assert.Equal(MqttDisconnectCause.ConnectionLost, lost.Cause);
        Assert.Contains(words, lost.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_leaves_says_so_in_a_frame_of_its_own()
    {
        await using var client = await StartAsync();
        await _peer.OpenAsync();
        await client.WaitConnectedAsync().Soon();
        var leaving = client.DisconnectAsync();
        Assert.Equal([0xE0, 0x00], (await _peer.ReadFrameAsync()).Payload);
        await _peer.SendFrameAsync(WebSocketPeer.Close, Wire.Two(1000));
        Assert.Equal(WebSocketPeer.Close, (await _peer.ReadFrameAsync()).Opcode);
        _peer.End();
        await leaving.Soon();
    }

    private async Task<MqttClient> StartAsync(string path = "/mqtt", TimeProvider? time = null)
    {
        var options = new MqttClientOptions
        {
            Host = "127.0.0.1",
            Port = _peer.Port,
            WebSocketPath = path,
            ClientId = "c",
            Reconnect = new MqttReconnect { Minimum = TimeSpan.FromMinutes(1), Maximum = TimeSpan.FromMinutes(1) },
        };
        var client = new MqttClient(options, time ?? TimeProvider.System);
        await client.StartAsync();
        return client;
    }

    private static async Task<MqttConnectionState.Disconnected> LostAsync(MqttClient client)
    {
        await Eventually.TrueAsync(() => client.State is MqttConnectionState.Disconnected, "the connection, or the attempt at one, has ended");
        return (MqttConnectionState.Disconnected)client.State;
    }
}
