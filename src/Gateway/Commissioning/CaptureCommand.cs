using System.CommandLine;
using System.Threading.Channels;
using MeetNet.Gateway.Acquisition;
using MeetNet.Gateway.Lines;
using MeetNet.Gateway.Stations;
using MeetNet.Hosting;
using MeetNet.Yaml;

namespace MeetNet.Gateway.Commissioning;

/// <summary>
/// <c>capture</c>: listens to, or polls, one line of a station as the gateway would, and writes what passed as vectors: raw bytes with their times and what is made of
/// them now. Looked through by a person, they become regression cases.
/// </summary>
internal static class CaptureCommand
{
    public static readonly Argument<string> Line = new("LINE") { Description = "The line, as in the station file." };

    public static readonly Option<string> For = new("--for") { Description = "How long, such as 30s or 10m.", HelpName = "TIME", DefaultValueFactory = _ => "1m" };

    public static readonly Option<string?> Output = new("--output") { Description = "Write <sensor>.yaml for each instrument into this folder instead of to standard output.", HelpName = "DIR" };

    public static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancelled)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        if (StationLineAccess.Read(parsed) is not { } station)
        {
            return ExitCodes.Usage;
        }

        var name = parsed.GetRequiredValue(Line);
        if (station.Lines.FirstOrDefault(l => l.Name == name) is not { } line)
        {
            await error.WriteLineAsync($"the station {station.FullName} has no line '{name}'; allowed: {string.Join(", ", station.Lines.Select(l => l.Name))}");
            return ExitCodes.Usage;
        }

        if (!Durations.TryParse(parsed.GetValue(For)!, out var time) || time <= TimeSpan.Zero)
        {
            await error.WriteLineAsync($"--for {parsed.GetValue(For)}: a time is wanted, such as 30s or 10m");
            return ExitCodes.Usage;
        }

        if (await StationLineAccess.OpenAsync(line, TimeProvider.System, error, cancelled) is not { } open)
        {
            return ExitCodes.Failure;
        }

        var echo = line is SerialStationLine { Echo: true };
        var record = await RecordAsync(open, station.On(line), time, TimeProvider.System, error, cancelled, echo);
        foreach (var instrument in station.On(line))
        {
            var text = CaptureText.Write(station, instrument, record);
            if (parsed.GetValue(Output) is { } folder)
            {
                Directory.CreateDirectory(folder);
                var path = Path.Combine(folder, instrument.Sensor + ".yaml");
                await File.WriteAllTextAsync(path, text, CancellationToken.None);
                await error.WriteLineAsync($"wrote {path}");
            }
            else
            {
                await output.WriteAsync(text);
            }
        }

        return record.Any(r => r.Asked is null) ? ExitCodes.Ok : ExitCodes.Failure;
    }

    /// <summary>Serves the line as the gateway would, for that long, until it ends or until Ctrl-C.</summary>
    internal static async Task<IReadOnlyList<RecordedBytes>> RecordAsync(
        ILine open, IReadOnlyList<Instrument> instruments, TimeSpan time, TimeProvider clock, TextWriter error, CancellationToken cancelled, bool echo = false)
    {
        var recording = new RecordingLine(open, clock);
        var sets = Channel.CreateUnbounded<ReadingSet>();
        using var logs = LoggerFactory.Create(logging => logging.AddMeetNetLog(new LogOptions()));
        var arbiter = new LineArbiter([.. instruments.Select(recording.Listen)], sets.Writer, clock, logs.CreateLogger("Capture"), echo);
        using var limit = new CancellationTokenSource(time, clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancelled);
        try
        {
            await arbiter.ServeAsync(recording, stop.Token);
            await error.WriteLineAsync($"the line ended: {(await open.Ended).Message}");
        }
        catch (OperationCanceledException)
        {
            // The time is over.
        }

        await recording.DisposeAsync();
        return recording.Record;
    }
}
