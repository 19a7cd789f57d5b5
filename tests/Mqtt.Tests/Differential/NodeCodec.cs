using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using MeetNet.Mqtt.Tests.Peer;
using MeetNet.TestKit;

namespace MeetNet.Mqtt.Tests.Differential;

/// <summary>The codec of npm mqtt-packet in one node process that lives as long as the tests of a class.</summary>
public sealed class NodeCodec : IAsyncLifetime
{
    private Process? _process;

    public Task InitializeAsync()
    {
        var modules = RepositoryFile.PathOf("artifacts/node/node_modules");
        if (!Directory.Exists(Path.Combine(modules, "mqtt-packet")))
        {
            throw new DirectoryNotFoundException(
                "The npm packages of tests/node are not installed, and these tests compare with mqtt-packet: './meetnet test' installs them into artifacts/node.");
        }

        var start = new ProcessStartInfo("node", [RepositoryFile.PathOf("tests/node/mqtt-packet-peer.js")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["NODE_PATH"] = modules;
        _process = Process.Start(start)!;
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        if (_process is { } process)
        {
            process.StandardInput.Close(); // Its last line; it ends by itself.
            await Eventually.DoneAsync(process.WaitForExitAsync(), "node ends when it is asked nothing more");
            process.Dispose();
        }
    }

    /// <summary>
    /// What mqtt-packet reads in each of these, or its error where it refuses. What it reads in a damaged packet need not fit the fields of a
    /// <see cref="WirePacket"/> (a number that is not there is -1), so it stays JSON.
    /// </summary>
    internal Task<List<(JsonElement Packet, string? Error)>> ParseAsync(IEnumerable<byte[]> packets, int level) => AskAsync(
        packets.Select(bytes => new JsonObject { ["level"] = level, ["parse"] = Convert.ToBase64String(bytes) }),
        answer => (answer.TryGetProperty("packet", out var packet) ? packet.Clone() : default, Error(answer)));

    /// <summary>The bytes that mqtt-packet writes for each of these.</summary>
    internal Task<List<(byte[]? Bytes, string? Error)>> GenerateAsync(IEnumerable<WirePacket> packets, int level) => AskAsync(
        packets.Select(packet => new JsonObject { ["level"] = level, ["generate"] = JsonNode.Parse(packet.ToJson()) }),
        answer => (answer.TryGetProperty("bytes", out var bytes) ? bytes.GetBytesFromBase64() : null, Error(answer)));

    private static string? Error(JsonElement answer) => answer.TryGetProperty("error", out var error) ? error.GetString() : null;

    private async Task<List<T>> AskAsync<T>(IEnumerable<JsonObject> questions, Func<JsonElement, T> take)
    {
        var line = new JsonArray([.. questions]).ToJsonString();
        await _process!.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
        var answer = await Eventually.DoneAsync(_process.StandardOutput.ReadLineAsync(), "node answers");
        using var json = JsonDocument.Parse(answer ?? throw new InvalidOperationException("node ended; what it said is in the output of the test run"));
        return [.. json.RootElement.EnumerateArray().Select(take)];
    }
}
