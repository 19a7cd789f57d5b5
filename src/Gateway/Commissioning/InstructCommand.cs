using System.CommandLine;
using System.Globalization;
using MeetNet.Devices;
using MeetNet.Devices.Profiles;
using MeetNet.Gateway.Acquisition;
using MeetNet.Gateway.Lines;
using MeetNet.Gateway.Stations;
using MeetNet.Hosting;

namespace MeetNet.Gateway.Commissioning;

/// <summary><c>command</c>: tells an instrument to do what its profile knows (go to zero gas, clean its fan, sleep) and says what it answered.</summary>
internal static class InstructCommand
{
    /// <summary>For a device that talks unasked its profile states no time to answer in.</summary>
    private static readonly TimeSpan UsualReply = TimeSpan.FromSeconds(2);

    public static readonly Argument<string> Sensor = new("SENSOR") { Description = "The sensor, as in the station file." };

    public static readonly Argument<string?> Word = new("COMMAND") { Description = "What to do; without it, what the instrument can be told is listed.", Arity = ArgumentArity.ZeroOrOne };

    public static readonly Argument<double?> Number = new("NUMBER") { Description = "The number that goes with it.", Arity = ArgumentArity.ZeroOrOne };

    public static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        if (StationLineAccess.Read(parsed) is not { } station)
        {
            return ExitCodes.Usage;
        }

        var sensor = parsed.GetRequiredValue(Sensor);
        if (station.Instruments.FirstOrDefault(i => i.Sensor == sensor) is not { } instrument)
        {
            await error.WriteLineAsync($"the station {station.FullName} has no sensor '{sensor}'; allowed: {string.Join(", ", station.Instruments.Select(i => i.Sensor))}");
            return ExitCodes.Usage;
        }

        var commands = instrument.Profile.Commands;
        if (parsed.GetValue(Word) is not { } word)
        {
            await ListAsync(instrument.Profile, output);
            return ExitCodes.Ok;
        }

        var index = commands.Index().Where(c => c.Item.Name == word).Select(c => c.Index).DefaultIfEmpty(-1).First();
        var number = parsed.GetValue(Number);
        if (index < 0 || !Fits(commands[index], number, error))
        {
            if (index < 0)
            {
                await error.WriteLineAsync($"{instrument.Profile.Id} knows no command '{word}'");
                await ListAsync(instrument.Profile, error);
            }

            return ExitCodes.Usage;
        }

        var line = station.Lines.First(l => l.Name == instrument.Line);
        if (await StationLineAccess.OpenAsync(line, TimeProvider.System, error, stop) is not { } open)
        {
            return ExitCodes.Failure;
        }

        await using (open)
        {
            var (answer, said) = await SendAsync(
                open, instrument, index, number, TimeProvider.System, stop, echo: line is SerialStationLine { Echo: true });
            await (answer == CommandAnswer.Done ? output : error).WriteLineAsync($"{sensor}: {said}");
            if (answer == CommandAnswer.Done && commands[index].Settle > TimeSpan.Zero)
            {
                await output.WriteLineAsync($"its numbers mean nothing for {commands[index].Settle.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} s from now");
            }

            return answer == CommandAnswer.Done ? ExitCodes.Ok : ExitCodes.Failure;
        }
    }

    /// <summary>Sends a command and waits for its answer.</summary>
    /// <returns><see cref="CommandAnswer.Unexpected"/> when none came.</returns>
    internal static async Task<(CommandAnswer Answer, string Said)> SendAsync(
        ILine line, Instrument instrument, int command, double? number, TimeProvider time, CancellationToken stop, bool echo = false)
    {
        var timing = instrument.Profile.Timing;
        var reply = timing.ReplyTimeout > TimeSpan.Zero ? timing.ReplyTimeout : UsualReply;
        var request = new byte[IDeviceCodec.MaxRequest];
        var length = instrument.Codec.WriteCommand(command, number, request);
        using var frames = new FrameLoop(line.Input, new AcquisitionBooks(), time);
        if (instrument.Codec.BreakBefore(FrameContext.Of(0)) is { Spacing.Ticks: > 0 } wake)
        {
            await line.BreakAsync(wake.Spacing, stop);
            await Task.Delay(wake.Marking, time, stop);
        }

        frames.DropUnasked();
        if (echo)
        {
            frames.ExpectEcho(request.AsMemory(0, length));
        }

        var deadline = time.GetTimestamp() + (long)(reply.TotalSeconds * time.TimestampFrequency);
        if (await line.WriteAsync(request.AsMemory(0, length), reply, stop) != LineWrite.Written)
        {
            return (CommandAnswer.Unexpected, "the line did not take the command");
        }

        if (!instrument.Profile.Commands[command].Settings.Answered)
        {
            return (CommandAnswer.Done, "sent; it does not answer this");
        }

        while (await frames.NextAsync(instrument.Codec.CommandFramer(command), deadline, stop) is { Kind: FrameReadKind.Frame } read)
        {
            var answer = instrument.Codec.DecodeCommand(command, read.Frame.Span, out var said);
            if (answer != CommandAnswer.Unexpected)
            {
                return (answer, said.Length > 0 ? said : answer == CommandAnswer.Done ? "done" : "refused");
            }
        }

        return (CommandAnswer.Unexpected, $"no answer within {reply.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)} s");
    }

    private static bool Fits(CommandProfile command, double? number, TextWriter error)
    {
        var problem = (command.Minimum, number) switch
        {
            (null, not null) => $"'{command.Name}' takes no number",
            (not null, null) => string.Create(CultureInfo.InvariantCulture, $"'{command.Name}' takes a number from {command.Minimum} to {command.Maximum}"),
            (not null, not null) when number < command.Minimum || number > command.Maximum || !double.IsFinite(number.Value) =>
                string.Create(CultureInfo.InvariantCulture, $"'{command.Name}' takes a number from {command.Minimum} to {command.Maximum}, not {number}"),
            _ => null,
        };
        if (problem is not null)
        {
            error.WriteLine(problem);
        }

        return problem is null;
    }

    private static async Task ListAsync(DeviceProfile profile, TextWriter writer)
    {
        if (profile.Commands.Count == 0)
        {
            await writer.WriteLineAsync($"{profile.Id} has no commands");
        }

        foreach (var command in profile.Commands)
        {
            var number = command.Minimum is null ? string.Empty : string.Create(CultureInfo.InvariantCulture, $" NUMBER({command.Minimum}..{command.Maximum})");
            await writer.WriteLineAsync($"  {command.Name + number,-30} {command.Description}");
        }
    }
}
