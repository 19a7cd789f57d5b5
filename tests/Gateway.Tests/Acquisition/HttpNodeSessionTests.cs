using System.Net;
using System.Threading.Channels;
using MeetNet.Gateway.Acquisition;
using MeetNet.Gateway.Lines;
using MeetNet.Gateway.Stations;
using MeetNet.Hosting;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Acquisition;

/// <summary>A citizen's node that sends its messages over HTTP.</summary>
public sealed class HttpNodeSessionTests : IDisposable
{
    private const string Station = """
        owner: vmm
        station: heath
        simulated: true
        name: {nl: n, en: n}
        description: {nl: d, en: d}
        location: {latitude: 51.39, longitude: 4.44, crs: "EPSG:4258"}
        lines: [{line: citizens, http: {listen: "127.0.0.1:PORT", path: /airrohr}}]
        instruments:
          - {sensor: pm-1, profile: sensor-community/airrohr-sds011, serialNumber: x, installed: 2026-01-15, line: citizens, address: "0011223344", interval: 145s,
             datastreams: [{field: pm2_5, property: pm2_5}]}
          - {sensor: pm-2, profile: sensor-community/airrohr-sds011, serialNumber: y, installed: 2026-01-15, line: citizens, address: "4711", interval: 145s,
             datastreams: [{field: pm2_5, property: pm2_5}]}
        """;

    private const string Message = """{"esp8266id":"4711","sensordatavalues":[{"value_type":"SDS_P1","value":"41.70"},{"value_type":"SDS_P2","value":"26.50"}]}""";

    private readonly TemporaryFolder _folder = new();
    private readonly CollectingLogger _log = new();
    private readonly Channel<ReadingSet> _sets = Channel.CreateUnbounded<ReadingSet>();

    public void Dispose()
    {
        _folder.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task A_message_is_answered_when_it_is_stored_and_not_before()
    {
        await using var rig = await StartAsync();
        var answer = rig.PostAsync("/airrohr", Message);
        var set = await Eventually.DoneAsync(_sets.Reader.ReadAsync().AsTask(), "the set");
        Assert.Equal("pm-2", set.Instrument.Sensor);
        Assert.Equal([41.7, 26.5], set.Readings.ToArray().Where(r => double.IsFinite(r.Value)).Select(r => r.Value));
        Assert.False(answer.IsCompleted);

        set.Receipt!.Done();

        Assert.Equal(HttpStatusCode.OK, (await Eventually.DoneAsync(answer, "the answer")).StatusCode);
        var books = rig.Session.Books.Read();
        Assert.Equal((1, 1, rig.Session.Status.Counters.BytesRead), (books.Frames, books.Decoded, books.AccountedBytes));
    }

    [Theory]
    [InlineData("/airrohr", "{}", HttpStatusCode.BadRequest)]
    [InlineData("/airrohr", "no json", HttpStatusCode.BadRequest)]
    [InlineData("/airrohr", "", HttpStatusCode.BadRequest)]
    [InlineData("/elsewhere", Message, HttpStatusCode.NotFound)]
    [InlineData("/airrohrs", Message, HttpStatusCode.NotFound)]
    public async Task What_is_not_for_us_is_answered_with_why(string path, string body, HttpStatusCode expected)
    {
        await using var rig = await StartAsync();
        Assert.Equal(expected, (await Eventually.DoneAsync(rig.PostAsync(path, body), "the answer")).StatusCode);
        Assert.False(_sets.Reader.TryRead(out _));
    }

    [Fact]
    public async Task A_message_that_is_too_long_is_refused_and_the_next_one_is_taken()
    {
        await using var rig = await StartAsync();
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await Eventually.DoneAsync(rig.PostAsync("/airrohr", new string('x', 100_000)), "the answer")).StatusCode);
        _ = rig.PostAsync("/airrohr", Message);
        Assert.Equal("pm-2", (await Eventually.DoneAsync(_sets.Reader.ReadAsync().AsTask(), "the set")).Instrument.Sensor);
    }

    [Fact]
    public async Task Only_messages_are_taken()
    {
        await using var rig = await StartAsync();
        using var client = new HttpClient();
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await client.GetAsync(rig.Address("/airrohr"))).StatusCode);
    }

    private async Task<Rig> StartAsync()
    {
        // The reader wants a port; the session is given one that the system picks.
        await File.WriteAllTextAsync(_folder.File("station.yaml"), Station.Replace("PORT", "1", StringComparison.Ordinal));
        var (station, problems) = StationReader.Read(_folder.File("station.yaml"), TestStations.Profiles, new ConfigurationPaths(null));
        Assert.True(station is not null, string.Join('\n', problems));
        var line = (HttpStationLine)station.Lines[0] with { Endpoint = new IPEndPoint(IPAddress.Loopback, 0) };
        var session = new HttpNodeSession(line, station.Instruments, _sets.Writer, TimeProvider.System, _log.For<HttpNodeSession>());
        var rig = new Rig(session);
        await Eventually.TrueAsync(() => session.Status.State == LineState.Open, "the line listens");
        return rig;
    }

    private sealed class Rig : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly HttpClient _client = new();
        private readonly Task _running;

        public Rig(HttpNodeSession session)
        {
            Session = session;
            _running = session.RunAsync(new Backoff(BackoffLimits.Line, new Random(1), TimeProvider.System), _stop.Token);
        }

        public HttpNodeSession Session { get; }

        public Uri Address(string path) => new($"http://{Session.Endpoint}{path}");

        public async Task<HttpResponseMessage> PostAsync(string path, string body)
        {
            using var content = new StringContent(body);
            return await _client.PostAsync(Address(path), content);
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await Eventually.DoneAsync(_running, "the session ends");
            _client.Dispose();
            _stop.Dispose();
        }
    }
}
