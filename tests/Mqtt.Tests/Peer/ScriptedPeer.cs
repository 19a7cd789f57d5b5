using System.Buffers;
using System.IO.Pipelines;

namespace MeetNet.Mqtt.Tests.Peer;

/// <summary>
/// The server's end of a connection: the test says what it sends and looks at what it gets. A missing packet fails after a deadline, and
/// one that the standard does not allow fails whatever the test is about.
/// </summary>
internal sealed class ScriptedPeer(PipeReader reader, PipeWriter writer)
{
    /// <summary>Real time that a step may take before the test counts as hung.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private int _level = 5;

    /// <summary>Packets at the protocol level of the client's CONNECT.</summary>
    public Task SendAsync(params WirePacket[] packets) => SendAsync([.. packets.Select(packet => WireCodec.Encode(packet, _level))]);

    public async Task SendAsync(params byte[][] packets)
    {
        await writer.WriteAsync(packets.SelectMany(packet => packet).ToArray());
    }

    /// <summary>The next packet of the client.</summary>
    public async Task<ClientPacket> ReadAsync() =>
        await TryReadAsync() ?? throw new InvalidOperationException("The client closed the connection.");

    /// <summary>The next packet of the client, of this kind.</summary>
    public async Task<ClientPacket> ReadAsync(string name)
    {
        var packet = await ReadAsync();
        Assert.Equal(name, packet.Name);
        return packet;
    }

    /// <summary>Reads CONNECT and answers it.</summary>
    public async Task<ClientPacket> AcceptAsync(byte[]? connack = null)
    {
        var connect = await ReadAsync("CONNECT");
        await SendAsync(connack ?? (_level == 5 ? Wire.Connack() : Wire.Connack311()));
        return connect;
    }

    /// <summary>The client closes without another packet.</summary>
    public async Task ExpectCloseAsync() => Assert.Null(await TryReadAsync());

    /// <summary>Ends the connection from this side.</summary>
    public void Close()
    {
        writer.Complete();
        reader.Complete();
    }

    /// <summary>Packets that are here already, without waiting for more.</summary>
    public List<ClientPacket> ReadAvailable()
    {
        var packets = new List<ClientPacket>();
        if (reader.TryRead(out var result))
        {
            var rest = result.Buffer;
            while (TryCut(ref rest) is { } packet)
            {
                packets.Add(packet);
            }

            reader.AdvanceTo(rest.Start, rest.Start);
        }

        return packets;
    }

    private async Task<ClientPacket?> TryReadAsync()
    {
        while (true)
        {
            var result = await reader.ReadAsync().AsTask().WaitAsync(Deadline);
            var rest = result.Buffer;
            if (TryCut(ref rest) is { } packet)
            {
                reader.AdvanceTo(rest.Start);
                return packet;
            }

            reader.AdvanceTo(rest.Start, rest.End);
            if (result.IsCompleted)
            {
                Assert.True(rest.IsEmpty, "The client closed within a packet.");
                return null;
            }
        }
    }

    private ClientPacket? TryCut(ref ReadOnlySequence<byte> rest)
    {
        var bytes = rest.ToArray();
        var length = 0;
        for (var i = 1; i < bytes.Length && i <= 4; i++)
        {
            length |= (bytes[i] & 127) << (7 * (i - 1));
            if ((bytes[i] & 128) == 0)
            {
                if (bytes.Length < i + 1 + length)
                {
                    return null;
                }

                rest = rest.Slice(i + 1 + length);
                return Checked(bytes[..(i + 1 + length)], bytes[(i + 1)..(i + 1 + length)]);
            }
        }

        return null;
    }

    private ClientPacket Checked(byte[] bytes, byte[] body)
    {
        _level = bytes[0] >> 4 == 1 ? body[6] : _level; // Protocol level, §3.1.2.2.
        WireCodec.Decode(bytes, _level, fromServer: false);
        return new ClientPacket(bytes[0], body) { Bytes = bytes, Level = _level };
    }
}
