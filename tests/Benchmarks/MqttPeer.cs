using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MeetNet.Benchmarks;

/// <summary>
/// The other end of an MQTT 3.1.1 client under measurement, as plain as can be, so that the client is what takes the time: it either sends QoS 1
/// messages as fast as they are acknowledged, or acknowledges what it is sent. One connection. The rate is taken here, the same for every client.
/// </summary>
internal sealed class MqttPeer : IDisposable
{
    /// <summary>Unacknowledged messages at most: far from the 65,535 identifiers, and more than any client's read.</summary>
    private const int Window = 10_000;

    private const int PubackLength = 4;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public MqttPeer()
    {
        _listener.Start();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>100 bytes of JSON, as peers are measured with.</summary>
    public static byte[] Payload { get; } = Encoding.ASCII.GetBytes("""{"v":1,"sensor":"nh3-1","property":"nh3","time":"2026-11-21T12:00:00Z","result":12.3,"unit":"ug/m3"}""");

    /// <summary>Accepts a client, waits for its SUBSCRIBE, sends <paramref name="messages"/> and says in how many seconds all were acknowledged.</summary>
    public async Task<double> BlastAsync(int messages, Action atEnd)
    {
        using var socket = await AcceptAsync();
        var subscribe = await PacketAsync(socket);
        await socket.SendAsync(new byte[] { 0x90, 3, subscribe[2], subscribe[3], 1 });
        var publish = Publish();
        const int batch = 100;
        var output = new byte[batch * publish.Length];
        var input = new byte[64 * 1024];
        var began = Stopwatch.GetTimestamp();
        long acknowledged = 0;
        var sent = 0;
        var writing = Task.CompletedTask;
        while (acknowledged < (long)messages * PubackLength)
        {
            if (writing.IsCompleted && sent < messages && sent - (acknowledged / PubackLength) <= Window - batch)
            {
                await writing;
                Fill(output, publish, batch, ref sent);
                writing = socket.SendAsync(output);
                continue;
            }

            acknowledged += await ReadAsync(socket, input);
        }

        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        atEnd();
        return seconds;
    }

    /// <summary>Accepts a client, acknowledges <paramref name="messages"/> QoS 1 publishes of <see cref="Payload"/> on the topic <c>t</c>, and says in how many seconds they came.</summary>
    public async Task<double> SinkAsync(int messages, Action atEnd)
    {
        using var socket = await AcceptAsync();
        var length = Publish().Length;
        var input = new byte[1024 * length];
        var output = new byte[1024 * PubackLength];
        long began = 0;
        var kept = 0;
        for (var received = 0; received < messages;)
        {
            kept += await ReadAsync(socket, input.AsMemory(kept));
            began = began == 0 ? Stopwatch.GetTimestamp() : began;
            var whole = kept / length;
            for (var i = 0; i < whole; i++)
            {
                output[i * PubackLength] = 0x40;
                output[(i * PubackLength) + 1] = 2;
                input.AsSpan((i * length) + 5, 2).CopyTo(output.AsSpan((i * PubackLength) + 2));
            }

            await socket.SendAsync(output.AsMemory(0, whole * PubackLength));
            input.AsSpan(whole * length, kept - (whole * length)).CopyTo(input);
            kept -= whole * length;
            received += whole;
        }

        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        atEnd();
        return seconds;
    }

    public void Dispose() => _listener.Dispose();

    private async Task<Socket> AcceptAsync()
    {
        var socket = await _listener.AcceptSocketAsync();
        socket.NoDelay = true;
        await PacketAsync(socket);
        await socket.SendAsync(new byte[] { 0x20, 2, 0, 0 });
        return socket;
    }

    /// <summary>PUBLISH, QoS 1, topic <c>t</c>: flags, remaining length 105, topic, identifier (filled in later), payload.</summary>
    private static byte[] Publish() => [0x32, 105, 0, 1, (byte)'t', 0, 0, .. Payload];

    private static void Fill(byte[] output, byte[] publish, int batch, ref int sent)
    {
        for (var i = 0; i < batch; i++, sent++)
        {
            var one = output.AsSpan(i * publish.Length, publish.Length);
            publish.CopyTo(one);
            BinaryPrimitives.WriteUInt16BigEndian(one[5..], (ushort)((sent % 65_535) + 1));
        }
    }

    /// <summary>One short packet that comes alone, as CONNECT and SUBSCRIBE do.</summary>
    private static async Task<byte[]> PacketAsync(Socket socket)
    {
        var input = new byte[1024];
        var length = await ReadAsync(socket, input);
        while (length < input[1] + 2)
        {
            length += await ReadAsync(socket, input.AsMemory(length));
        }

        return input;
    }

    private static async Task<int> ReadAsync(Socket socket, Memory<byte> input)
    {
        var read = await socket.ReceiveAsync(input);
        return read > 0 ? read : throw new InvalidOperationException("the client under measurement closed its connection");
    }
}
