using System.Threading.Channels;
using MeetNet.Gateway.Lines;
using MeetNet.Gateway.Stations;
using MeetNet.Hosting;

namespace MeetNet.Gateway.Acquisition;

/// <summary>One line as health and the books show it.</summary>
internal sealed record LineView(LineStatus Status, AcquisitionCounters Counters, string Kind, IReadOnlyList<InstrumentView> Instruments);

/// <summary>One instrument as health shows it.</summary>
/// <param name="Planned">Polls that its interval asked for; 0 for an instrument that talks unasked.</param>
/// <param name="Achieved">Polls in which it answered everything.</param>
internal sealed record InstrumentView(string Sensor, string Profile, InstrumentState State, long Planned, long Achieved)
{
    public static InstrumentView Of(DeviceSession session) => new(
        session.Instrument.Sensor, session.Instrument.Profile.Id, session.Watch.State, session.Watch.Planned, session.Watch.Achieved);
}

/// <summary>Runs every line of the station, each supervised for itself, and completes channel 1 when the gateway stops.</summary>
internal sealed class AcquisitionHost : BackgroundService
{
    private readonly ChannelWriter<ReadingSet> _output;
    private readonly ILogger<AcquisitionHost> _log;
    private readonly List<(LineSupervisor Supervisor, LineArbiter Arbiter, string Kind)> _streams = [];
    private readonly List<MqttNodeSession> _mqtt = [];
    private readonly List<(HttpNodeSession Session, Backoff Backoff)> _http = [];

    public AcquisitionHost(Station station, ChannelWriter<ReadingSet> output, TimeProvider time, ILogger<AcquisitionHost> log)
    {
        _output = output;
        _log = log;
        foreach (var line in station.Lines)
        {
            var instruments = station.On(line);
            switch (line)
            {
                case SerialStationLine serial:
                    AddStream("serial", serial.Name, instruments, _ => ValueTask.FromResult(SerialLine.Open(serial.Settings, time)), time, serial.Echo);
                    break;
                case TcpStationLine tcp:
                    AddStream("tcp", tcp.Name, instruments, stop => TcpLine.OpenAsync(tcp.Settings, time, stop), time);
                    break;
                case MqttStationLine mqtt:
                    _mqtt.Add(new MqttNodeSession(station.FullName, mqtt, instruments, output, time, log));
                    break;
                case FolderStationLine folder:
                    AddStream("iio", folder.Name, instruments, _ => ValueTask.FromResult(FolderLine.Open(folder.Settings, time)), time);
                    break;
                case HttpStationLine http:
                    _http.Add((new HttpNodeSession(http, instruments, output, time, log), new Backoff(BackoffLimits.Line, new Random(), time)));
                    break;
                default:
                    throw new ArgumentException($"The line '{line.Name}' is of a kind that nothing serves.", nameof(station));
            }
        }
    }

    public IReadOnlyList<LineView> Lines =>
    [
        .. _streams.Select(s => new LineView(s.Supervisor.Status, s.Arbiter.Books.Read(), s.Kind, s.Arbiter.Instruments)),
        .. _mqtt.Select(s => new LineView(s.Status, s.Books.Read(), "mqtt", s.Instruments)),
        .. _http.Select(s => new LineView(s.Session.Status, s.Session.Books.Read(), "http", s.Session.Instruments)),
    ];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        try
        {
            IEnumerable<Func<CancellationToken, Task>> lines =
            [
                .. _streams.Select<(LineSupervisor Supervisor, LineArbiter Arbiter, string), Func<CancellationToken, Task>>(
                    s => stop => s.Supervisor.RunAsync(s.Arbiter.ServeAsync, stop)),
                .. _mqtt.Select<MqttNodeSession, Func<CancellationToken, Task>>(s => s.RunAsync),
                .. _http.Select<(HttpNodeSession Session, Backoff Backoff), Func<CancellationToken, Task>>(s => stop => s.Session.RunAsync(s.Backoff, stop)),
            ];
            await SideBySide.RunAsync(lines, stoppingToken);
        }
        finally
        {
            // From here the stages drain, one after the other.
            _output.TryComplete();
        }
    }

    private void AddStream(
        string kind, string name, IReadOnlyList<Instrument> instruments, Func<CancellationToken, ValueTask<LineOpening>> open, TimeProvider time,
        bool echo = false)
    {
        // How long to wait is drawn at random so that many lines don't try in step; it decides nothing else.
        var backoff = new Backoff(BackoffLimits.Line, new Random(), time);
        _streams.Add((new LineSupervisor(name, open, backoff, time, LineChanged), new LineArbiter(instruments, _output, time, _log, echo), kind));
    }

    private void LineChanged(LineStatus status)
    {
        if (status.State == LineState.Open)
        {
            Log.LineOpen(_log, status.Name);
        }
        else if (status.State == LineState.Waiting)
        {
            Log.LineWaiting(_log, status.Name, status.Message ?? "it has ended");
        }
    }
}
