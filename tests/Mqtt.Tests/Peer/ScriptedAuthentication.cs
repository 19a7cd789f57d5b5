using System.Text;

namespace MeetNet.Mqtt.Tests.Peer;

/// <summary>Answers a challenge with "re:" before it, and notes what it was asked. Fails where it is told to.</summary>
internal sealed class ScriptedAuthentication(string method) : IMqttAuthentication
{
    private readonly List<string> _asked = [];

    public string Method { get; } = method;

    /// <summary>Set: <see cref="BeginAsync"/> waits for it.</summary>
    public Task? Token { get; set; }

    /// <summary>Name of the method that fails.</summary>
    public string? Fails { get; set; }

    /// <summary>Bytes of the first data.</summary>
    public string First { get; set; } = "first";

    /// <summary>What was asked so far.</summary>
    public string Asked
    {
        get
        {
            lock (_asked)
            {
                return string.Join(' ', _asked);
            }
        }
    }

    /// <summary>AUTH of a server, byte by byte.</summary>
    public static byte[] Auth(byte code, string method, string data = "")
    {
        byte[] properties = Properties(method, data);
        return Wire.Packet(0xF0, [code, (byte)properties.Length, .. properties]);
    }

    public static byte[] Properties(string method, string data = "")
    {
        byte[] proof = data.Length == 0 ? [] : [0x16, .. Wire.Text(data)];
        return [0x15, .. Wire.Text(method), .. proof];
    }

    public async ValueTask<ReadOnlyMemory<byte>> BeginAsync(CancellationToken cancellationToken)
    {
        Note("begin", "Begin");
        await (Token ?? Task.CompletedTask).WaitAsync(cancellationToken);
        return Encoding.UTF8.GetBytes(First);
    }

    public ReadOnlyMemory<byte> Continue(ReadOnlyMemory<byte> challenge)
    {
        var text = Encoding.UTF8.GetString(challenge.Span);
        Note($"continue:{text}", "Continue");
        return Encoding.UTF8.GetBytes($"re:{text}");
    }

    public void Finish(ReadOnlyMemory<byte> data) => Note($"finish:{Encoding.UTF8.GetString(data.Span)}", "Finish");

    private void Note(string what, string name)
    {
        lock (_asked)
        {
            _asked.Add(what);
        }

        if (Fails == name)
        {
            throw new InvalidOperationException("no proof");
        }
    }
}
