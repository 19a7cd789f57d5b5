using System.Text;
using System.Threading.Channels;
using MeetNet.Devices;
using MeetNet.Gateway.Acquisition;
using MeetNet.Gateway.Lines;
using MeetNet.Gateway.Stations;
using MeetNet.Gateway.Tests.Commissioning.Wire;
using MeetNet.Mqtt;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Acquisition;

/// <summary>Nodes behind a network server, over a real broker.</summary>
public sealed class MqttNodeSessionTests
{
    [Fact]
    public async Task An_uplink_is_a_set_and_is_acknowledged_when_it_is_stored_and_not_before()
    {
        await using var broker = await MosquittoBroker.StartAsync(MosquittoBroker.Persistent + "log_type debug\n");
        await using (var first = await Rig.StartAsync(broker.Port))
        {
            await first.SendAsync(Uplink(7, 1462.5));
            Assert.Equal(1462.5, (await first.NextAsync()).Readings.Span[0].Value);

            // The gateway dies before the outbox has it: nobody calls Done.
        }

        await using var second = await Rig.StartAsync(broker.Port);
        var again = await second.NextAsync();
        Assert.Equal(1462.5, again.Readings.Span[0].Value);
        again.Receipt!.Done();
        await second.SendAsync(Uplink(8, 1463));
        (await second.NextAsync()).Receipt!.Done();
        // Giving the receipt is one thing, the PUBACK another: a session that stops in between is sent the message again, rightly.
        await Eventually.TrueAsync(() => broker.Log.Split("Received PUBACK from").Length - 1 == 2, $"both acknowledgements\n{broker.Log}");
        await second.DisposeAsync();

        await using var third = await Rig.StartAsync(broker.Port);
        await third.SendAsync(Uplink(9, 1464));
        Assert.Equal(1464, (await third.NextAsync()).Readings.Span[0].Value);
    }

    [Fact]
    public async Task A_repetition_is_not_acknowledged_before_what_it_repeats_is_stored()
    {
        await using var broker = await MosquittoBroker.StartAsync(MosquittoBroker.Persistent);
        await using (var first = await Rig.StartAsync(broker.Port))
        {
            // What waits for the outbox when the connection is lost comes again on the next one.
            await first.SendAsync(Uplink(7, 1462.5));
            await first.NextAsync();
            await first.LoseConnectionAsync();
            await Eventually.TrueAsync(() => first.Session.Books.Read().Repeats == 1, "the repetition to be seen");
        }

        await using var second = await Rig.StartAsync(broker.Port);
        Assert.Equal(1462.5, (await second.NextAsync()).Readings.Span[0].Value);
    }

    [Fact]
    public async Task What_is_not_understood_is_counted_and_the_rest_goes_on()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var rig = await Rig.StartAsync(broker.Port);
        await rig.SendAsync("");
        await rig.SendAsync("no json at all");
        await rig.SendAsync(Uplink(1, 1460).Replace("surface-1", "somebody-else", StringComparison.Ordinal));
        await rig.SendAsync(Uplink(2, 1461));
        await rig.SendAsync(Uplink(2, 1461));
        await rig.SendAsync(Uplink(3, 1462));
        Assert.Equal(1461, (await rig.NextAsync()).Readings.Span[0].Value);
        Assert.Equal(1462, (await rig.NextAsync()).Readings.Span[0].Value);
        var books = rig.Session.Books.Read();
        Assert.Equal((2, 1), (books.Unexpected, books.Repeats));
        Assert.Equal(rig.Session.Status.Counters.BytesRead, books.AccountedBytes);
    }

    /// <summary>As public LoRaWAN network servers are reached; the network server of the test has a way of its own, the other listener.</summary>
    [Fact]
    public async Task A_node_is_read_over_a_WebSocket_that_the_station_file_names()
    {
        await using var broker = await MosquittoBroker.StartAsync("listener 0 {folder}/beside.sock\nlistener {port} 127.0.0.1\nprotocol websockets\n");
        using var folder = new TemporaryFolder();
        var text = await File.ReadAllTextAsync(TestStations.PathOf("brabantse-wal"));
        await File.WriteAllTextAsync(
            folder.File("station.yaml"), text.Replace("address: mqtt://127.0.0.1\n", $"address: ws://127.0.0.1:{broker.Port}/mqtt\n", StringComparison.Ordinal));
        var (station, problems) = StationReader.Read(folder.File("station.yaml"), TestStations.Profiles, new ConfigurationPaths(null));
        Assert.Empty(problems);
        await using var rig = await Rig.StartAsync(station!, MqttAddress.Parse($"unix://{broker.Folder}/beside.sock"));
        await rig.SendAsync(Uplink(1, 1461));
        Assert.Equal(1461, (await rig.NextAsync()).Readings.Span[0].Value);
    }

    /// <summary>Nodes of four makers behind two network servers on one broker, published by Mosquitto's own client.</summary>
    [Fact]
    public async Task Nodes_of_several_makers_behind_several_network_servers()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("station.yaml"), NodesStation);
        var address = MqttAddress.Parse($"mqtt://127.0.0.1:{broker.Port}");
        var (station, problems) = StationReader.Read(folder.File("station.yaml"), TestStations.Profiles, new ConfigurationPaths(null, "/dev", address));
        Assert.Empty(problems);
        await using var rig = await Rig.StartAsync(station!, address);

        await PublishAsync(broker.Port, "v3/wells@ttn/devices/well-1/up", """
            {"end_device_ids":{"device_id":"well-1"},"uplink_message":{"f_port":1,"f_cnt":7,"frm_payload":"AgfZAAOQiICBAGQAAAxg","received_at":"2026-11-21T10:00:03.136100251Z"}}
            """);
        await PublishAsync(broker.Port, "v3/wells@ttn/devices/well-1/join", """{"end_device_ids":{"device_id":"well-1"},"join_accept":{"session_key_id":"ESIzRA=="}}""");
        await PublishAsync(broker.Port, "application/1/device/00000000000000a1/event/up", """
            {"time":"2026-11-21T10:00:05+00:00","deviceInfo":{"devEui":"00000000000000a1"},"fCnt":8,"fPort":85,"data":"AmccAQNoZAR9//8GfQEA","rxInfo":[{"nsTime":"2026-11-21T10:00:04+00:00"}]}
            """);
        await PublishAsync(broker.Port, "application/1/device/00000000000000a2/event/up", """
            {"time":"2026-11-21T10:00:05+00:00","deviceInfo":{"devEui":"00000000000000a2"},"fCnt":9,"fPort":6,"data":"AVcHYBOIAP///wA="}
            """);
        await PublishAsync(broker.Port, "application/1/device/00000000000000a3/event/up", """
            {"time":"2026-11-21T10:00:05+00:00","deviceInfo":{"devEui":"00000000000000a3"},"fCnt":9,"fPort":85,"data":"IM7lm+FktgU="}
            """);

        var well = await rig.NextAsync();
        Assert.Equal(("well-1", 4232.0), (well.Instrument.Sensor, well.Readings.Span[0].Value));
        Assert.Equal(new DateTimeOffset(2026, 11, 21, 10, 0, 3, TimeSpan.Zero).AddTicks(1_361_002), well.NetworkTime);

        var barn = await rig.NextAsync();
        Assert.Equal("barn-1", barn.Instrument.Sensor);
        Assert.Equal(ReadingStatus.DeviceFault, barn.Of("nh3").Status);
        Assert.Equal(28.4, barn.Of("temperature").Value, 9);
        Assert.Equal(new DateTimeOffset(2026, 11, 21, 10, 0, 4, TimeSpan.Zero), barn.NetworkTime);

        var gases = await rig.NextAsync();
        Assert.Equal(("gases-1", 25.5), (gases.Instrument.Sensor, gases.Of("nh3").Value));
        Assert.Equal(ReadingStatus.Missing, gases.Of("noise").Status);

        var stored = (await rig.NextAsync()).Of("level");
        Assert.Equal((1462.0, new DateTime(2023, 8, 20, 4, 51, 49)), (stored.Value, stored.Time?.Stamp));
        var books = rig.Session.Books.Read();
        Assert.Equal((1, 0), (books.Unexpected, books.Repeats));
        Assert.Equal(rig.Session.Status.Counters.BytesRead, books.AccountedBytes);
    }

    private const string NodesStation = """
        owner: noord-brabant
        station: nodes
        simulated: false
        name: {nl: Knopen, en: Nodes}
        description: {nl: Voor een test, en: For a test}
        location: {latitude: 51.43, longitude: 4.32, crs: "EPSG:4258"}
        surfaceLevel: {value: 15.27, unit: m, datum: NAP}
        lines:
          - {line: nodes, mqtt: {address: mqtt://127.0.0.1, topic: "#"}}
        instruments:
          - {sensor: well-1, profile: decentlab/dl-ctd10, serialNumber: a, installed: 2026-01-15, line: nodes, interval: 10m, address: well-1, framing: the-things-stack, datastreams: [{field: temperature, property: groundwater_temperature}]}
          - {sensor: barn-1, profile: milesight/gs301, serialNumber: b, installed: 2026-01-15, line: nodes, interval: 10m, address: "00000000000000A1", framing: chirpstack, datastreams: [{field: temperature, property: air_temperature}]}
          - {sensor: gases-1, profile: netvox/r718pa, serialNumber: c, installed: 2026-01-15, line: nodes, interval: 10m, address: "00000000000000a2", datastreams: [{field: air_temperature, property: air_temperature}]}
          - {sensor: level-1, profile: milesight/em500-swl-bytes, serialNumber: d, installed: 2026-01-15, line: nodes, interval: 10m, address: "00000000000000a3", datastreams: [{field: battery, property: battery_level}]}
        """;

    private static Task PublishAsync(int port, string topic, string message) => Mosquitto.PublishAsync(port, "-q", "1", "-t", topic, "-m", message);

    private static string Uplink(int counter, double level) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $$$"""
        {"end_device_ids":{"device_id":"surface-1"},"received_at":"2026-11-21T10:00:{{{counter:00}}}Z",
         "uplink_message":{"f_port":85,"f_cnt":{{{counter}}},"decoded_payload":{"water_level":{{{level}}}},"received_at":"2026-11-21T10:00:{{{counter:00}}}Z"}}
        """);

    [Fact]
    public async Task A_client_that_ended_by_a_mistake_ends_the_session_and_says_so()
    {
        using var log = new CollectingLogger();
        log.Expect(e => e.Id.Id == 204);
        var time = new FailingTimeProvider();
        var station = TestStations.Dutch();
        var line = station.Lines.OfType<MqttStationLine>().Single();
        var session = new MqttNodeSession(station.FullName, line, station.On(line), Channel.CreateUnbounded<ReadingSet>().Writer, time, log.For<MqttNodeSession>());
        time.FailNext(after: 1); // The client is made with the time.
        var mistake = await Assert.ThrowsAsync<InvalidOperationException>(
            () => Eventually.DoneAsync(session.RunAsync(CancellationToken.None), "the session to end"));
        Assert.Equal(FailingTimeProvider.Mistake, mistake.Message);
        Assert.Single(log.Entries, e => e.Id.Id == 204);
    }

    private sealed class Rig : IAsyncDisposable
    {
        private readonly Channel<ReadingSet> _sets = Channel.CreateUnbounded<ReadingSet>();
        private readonly CollectingLogger _log = new();
        private readonly CancellationTokenSource _stop = new();
        private readonly MqttClient _network;
        private readonly MqttStationLine _line;
        private readonly string _clientId;
        private Task _running = Task.CompletedTask;
        private bool _disposed;

        private Rig(Station station, MqttAddress network)
        {
            _line = station.Lines.OfType<MqttStationLine>().Single();
            _clientId = $"{station.FullName}/line/{_line.Name}";
            Session = new MqttNodeSession(station.FullName, _line, station.On(_line), _sets.Writer, TimeProvider.System, _log.For<MqttNodeSession>());
            _network = new MqttClient(new MqttClientOptions { ClientId = "network-server" }.At(network), TimeProvider.System);
        }

        public MqttNodeSession Session { get; }

        /// <summary>The Dutch station, with its network server's broker on this port.</summary>
        public static Task<Rig> StartAsync(int port)
        {
            var address = MqttAddress.Parse($"mqtt://127.0.0.1:{port}");
            return StartAsync(TestStations.Dutch(broker: address), address);
        }

        public static async Task<Rig> StartAsync(Station station, MqttAddress network)
        {
            var rig = new Rig(station, network);
            rig._running = rig.Session.RunAsync(rig._stop.Token);
            await rig._network.StartAsync();
            await Eventually.DoneAsync(rig._network.WaitConnectedAsync(), "the network server to be connected");
            await Eventually.TrueAsync(() => rig.Session.Status.State == LineState.Open, "the line to be open");
            return rig;
        }

        public async Task SendAsync(string text) => Assert.True((await _network.PublishAsync(_line.Topic, Encoding.UTF8.GetBytes(text))).Accepted);

        /// <summary>Another client of the same name: the broker throws the first one out, which comes back.</summary>
        public async Task LoseConnectionAsync()
        {
            await using (var other = new MqttClient(new MqttClientOptions { ClientId = _clientId, CleanStart = false, SessionExpiryInterval = 3_600 }.At(_line.Broker.Address), TimeProvider.System))
            {
                await other.StartAsync();
                await Eventually.DoneAsync(other.WaitConnectedAsync(), "the other to be connected");
                await Eventually.TrueAsync(() => Session.Status.State != LineState.Open, "the line to be lost");
            }

            await Eventually.TrueAsync(() => Session.Status.State == LineState.Open, "the line to be open again");
        }

        public async Task<ReadingSet> NextAsync() => await Eventually.DoneAsync(_sets.Reader.ReadAsync().AsTask(), "a set");

        public async ValueTask DisposeAsync()
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            await _stop.CancelAsync();
            await Eventually.DoneAsync(_running, "the session to stop");
            await _network.DisposeAsync();
            _stop.Dispose();
            _log.Dispose();
        }
    }
}

internal static class ReadingSets
{
    /// <summary>The only reading of a field.</summary>
    public static RawReading Of(this ReadingSet set, string field) => set.Readings.ToArray().Single(r => r.Field == set.Instrument.Profile.FieldIndex(field));
}
