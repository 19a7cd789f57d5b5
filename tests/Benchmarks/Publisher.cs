using System.Globalization;
using System.Text;
using MeetNet.Mqtt;
using MeetNet.Observations;

namespace MeetNet.Benchmarks;

/// <summary>
/// The load, in a process of its own: batches of one made-up station, QoS 1, as fast as the broker takes them. Everything is composed before the first
/// is sent, so that the publisher costs the two cores as little as it can.
/// </summary>
internal static class Publisher
{
    /// <summary>Datastreams that the observations are spread over.</summary>
    private const int Datastreams = 20;

    /// <summary>Publishes that wait for their PUBACK at a time.</summary>
    private const int InFlight = 200;

    /// <summary>port, station, first sequence, messages, observations per message.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        int Argument(int i) => int.Parse(args[i], CultureInfo.InvariantCulture);
        var (port, station, first, messages, each) = (Argument(0), args[1], Argument(2), Argument(3), Argument(4));
        var batches = Enumerable.Range(0, messages).Select(m => Batch(station, first + (m * each), each)).ToArray();
        await using var client = new MqttClient(
            new MqttClientOptions { Host = "127.0.0.1", Port = port, ClientId = $"bench/{station}", MaximumPacketSize = 1024 * 1024 }, TimeProvider.System);
        await client.StartAsync();
        await client.WaitConnectedAsync();
        Console.WriteLine("ready");
        Console.In.ReadLine();

        using var window = new SemaphoreSlim(InFlight);
        var topic = $"meetnet/1/bench/{station}/up/obs";
        var pending = new List<Task>(messages);
        foreach (var batch in batches)
        {
            await window.WaitAsync();
            pending.Add(SendAsync(batch));
        }

        await Task.WhenAll(pending);
        return 0;

        async Task SendAsync(byte[] batch)
        {
            await client.PublishAsync(topic, batch);
            window.Release();
        }
    }

    private static byte[] Batch(string station, int first, int count)
    {
        var text = new StringBuilder(200 + (count * 110));
        text.Append(CultureInfo.InvariantCulture, $"{{\"v\":1,\"owner\":\"bench\",\"station\":\"{station}\",\"epoch\":\"00000000000000b1\",\"first\":{first},\"last\":{first + count - 1},\"datastreams\":[");
        var groups = Enumerable.Range(first, count).GroupBy(sequence => sequence % Datastreams).ToList();
        foreach (var group in groups)
        {
            text.Append(CultureInfo.InvariantCulture, $"{(group == groups[0] ? "" : ",")}{{\"Datastream\":{{\"@iot.id\":\"bench/{station}/s{group.Key}/nh3\"}},\"procedure\":\"p-00000000000000b1\",");
            text.Append("\"components\":[\"sequence\",\"phenomenonTime\",\"resultTime\",\"result\",\"resultQuality\",\"qualityTests\",\"raw\",\"revision\"],");
            text.Append(CultureInfo.InvariantCulture, $"\"dataArray@iot.count\":{group.Count()},\"dataArray\":[");
            foreach (var sequence in group)
            {
                var time = Iso8601.Format(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(sequence / Datastreams));
                text.Append(CultureInfo.InvariantCulture, $"[{sequence},\"{time}\",\"{time}\",{12.3 + (sequence % 97 / 10.0)},1,null,{17.4 + (sequence % 89 / 10.0)},0],");
            }

            text.Length--;
            text.Append("]}");
        }

        text.Append(']');
        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        return [.. bytes, .. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $",\"crc\":\"{Crc32C.Compute(bytes):x8}\"}}"))];
    }
}
