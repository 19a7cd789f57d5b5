using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using MeetNet.EndToEnd.Tests.Rig;
using MeetNet.Mqtt;
using MeetNet.TestKit;

namespace MeetNet.EndToEnd.Tests.Instruments;

/// <summary>
/// The four instruments of a demonstration station, played by the test with fixed numbers: a Modbus level transmitter and an
/// analyser that answer when asked, a particulate sensor that talks, and a LoRaWAN node behind a network server.
/// </summary>
internal sealed class StationBench : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly GatewayRig _gateway;
    private readonly string _topic;
    private readonly MqttClient _networkServer;
    private readonly List<Task> _players = [];

    /// <summary>Bit 6 of the operating byte: volumetric, as the Flemish station file states it (ppb), or gravimetric, as the Dutch one does.</summary>
    private readonly byte _unit;

    public StationBench(MeetNetRig rig, GatewayRig gateway, string owner, string station)
    {
        _unit = (byte)(station == "kalmthoutse-heide" ? 0x40 : 0);
        _gateway = gateway;
        _topic = $"v3/{owner}/{station}/devices/surface-1/up";
        _networkServer = new MqttClient(
            new MqttClientOptions { Host = "127.0.0.1", Port = rig.Broker.Port, ClientId = $"network-server-{station}", CleanStart = true }, TimeProvider.System);
        foreach (var port in new[] { "ttyGroundwater", "ttyParticles", "ttyAnalyser" })
        {
            gateway.Line(port);
        }
    }

    /// <summary>Number on the level transmitter's display, in its own unit and datum.</summary>
    public float Level { get; set; }

    /// <summary>Number on the analyser's display, in its own unit.</summary>
    public double Ammonia { get; set; }

    public byte AnalyserOperating { get; set; }

    public async Task StartAsync()
    {
        await _networkServer.StartAsync();
        await _networkServer.WaitConnectedAsync();
        _players.Add(Task.Run(() => AnswerAsync("ttyGroundwater", 8, Transmitter)));
        _players.Add(Task.Run(() => AnswerAsync("ttyAnalyser", 9, _ => HessenAnalyser.Answer(17, Ammonia, (byte)(AnalyserOperating | _unit)))));
    }

    public Task ParticlesAsync(ushort pm1, ushort pm25, ushort pm10) => _gateway.Line("ttyParticles").WriteAsync(PlantowerFrame.Of(pm1, pm25, pm10));

    /// <summary>An uplink as The Things Stack v3 publishes it, with the members that matter here.</summary>
    public Task UplinkAsync(int counter, int port, string decodedPayload, DateTimeOffset received)
    {
        var json = string.Create(CultureInfo.InvariantCulture, $$$"""
            {"end_device_ids":{"device_id":"surface-1","application_ids":{"application_id":"levels"},"dev_eui":"0004A30B001C0530"},
             "received_at":"{{{received.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffffff}}}00Z",
             "uplink_message":{"f_port":{{{port}}},"f_cnt":{{{counter}}},"frm_payload":"AQID","decoded_payload":{{{decodedPayload}}},
             "rx_metadata":[{"rssi":-101}],"settings":{"frequency":"868100000"},"received_at":"{{{received.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffffff}}}00Z"}}
            """);
        return _networkServer.PublishAsync(_topic, Encoding.UTF8.GetBytes(json), MqttQualityOfService.AtLeastOnce);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_players);
        await _networkServer.DisposeAsync();
        _stop.Dispose();
    }

    /// <summary>Input registers of the VEGA plics map: 2000 status (0 = good), 2002 the measured value, both in word order ABCD.</summary>
    private byte[]? Transmitter(byte[] request)
    {
        var bits = BitConverter.SingleToUInt32Bits(Level);
        return ModbusSlave.Answer(request, 246, new Dictionary<int, ushort> { [2000] = 0, [2001] = 0, [2002] = (ushort)(bits >> 16), [2003] = (ushort)(bits & 0xFFFF) });
    }

    private async Task AnswerAsync(string port, int requestLength, Func<byte[], byte[]?> answer)
    {
        var line = _gateway.Line(port);
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var request = await line.ReadAsync(requestLength, TimeSpan.FromMilliseconds(500));
                if (answer(request) is { } bytes)
                {
                    await line.WriteAsync(bytes);
                }
            }
            catch (TimeoutException)
            {
                // Not asked within the half second.
            }
            catch (InvalidOperationException)
            {
                return;
            }
        }
    }
}
