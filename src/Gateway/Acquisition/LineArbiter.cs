using System.Threading.Channels;
using MeetNet.Devices;
using MeetNet.Devices.Profiles;
using MeetNet.Gateway.Lines;
using MeetNet.Gateway.Stations;

namespace MeetNet.Gateway.Acquisition;

/// <summary>
/// Says who talks on one serial line. Polled instruments are asked in turn: request, one deadline for the whole exchange, next. An instrument that talks
/// unasked has its line to itself and is only listened to. Runs anew for each opening of the line; what it knows of the instruments stays.
/// </summary>
internal sealed class LineArbiter
{
    /// <summary>More steps than any poll takes (SDI-12: a measurement and its ten data commands, each once); a device that always has one more is left.</summary>
    private const int MostSteps = 40;

    private readonly DeviceSession[] _sessions;
    private readonly ChannelWriter<ReadingSet> _output;
    private readonly TimeProvider _time;
    private readonly bool _echo;
    private uint _request;

    /// <summary>A silent instrument among others is asked again after this time at the latest: so long its return may stay unseen.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(1);

    /// <param name="instruments">The instruments of the line: one that talks unasked, or any number that are polled.</param>
    /// <param name="output">Channel 1.</param>
    /// <param name="echo">The line's adapter hears itself: each request comes back before its answer.</param>
    public LineArbiter(IReadOnlyList<Instrument> instruments, ChannelWriter<ReadingSet> output, TimeProvider time, ILogger log, bool echo = false)
    {
        ArgumentOutOfRangeException.ThrowIfZero(instruments.Count);
        _sessions = [.. instruments.Select(i => new DeviceSession(i, log))];
        if (_sessions.Length > 1 && _sessions.Any(s => s.Exchanges == 0))
        {
            throw new ArgumentException("An instrument that talks unasked must be alone on its line.", nameof(instruments));
        }

        _output = output;
        _time = time;
        _echo = echo;
    }

    public AcquisitionBooks Books { get; } = new();

    public IReadOnlyList<InstrumentView> Instruments => [.. _sessions.Select(InstrumentView.Of)];

    /// <summary>Serves one opening of the line, until it ends.</summary>
    public async Task ServeAsync(ILine line, CancellationToken stop)
    {
        using var frames = new FrameLoop(line.Input, Books, _time);
        if (_sessions[0].Exchanges == 0)
        {
            await ListenAsync(line, frames, _sessions[0], stop);
        }
        else
        {
            await PollAsync(line, frames, stop);
        }
    }

    private async Task ListenAsync(ILine line, FrameLoop frames, DeviceSession session, CancellationToken stop)
    {
        // While a set is open: until when the rest of it may come, and what the codec knows of it.
        (long Until, int State)? open = null;
        while (true)
        {
            var read = await frames.NextAsync(session.Framer, open?.Until, stop);
            if (read.Kind == FrameReadKind.Frame)
            {
                if (open is null)
                {
                    session.Begin();
                }

                if (TakeFrame(session, new FrameContext { State = open?.State ?? 0 }, read, line) == FrameFate.Unexpected)
                {
                    continue;
                }

                if (session.Follow is { } more)
                {
                    open = (open?.Until ?? Deadline(more.After), more.State);
                    continue;
                }
            }

            if (open is not null || read.Kind == FrameReadKind.Frame)
            {
                open = null;
                await HandOnAsync(session, stop);
            }

            if (read.Kind == FrameReadKind.Ended)
            {
                return;
            }
        }
    }

    private async Task PollAsync(ILine line, FrameLoop frames, CancellationToken stop)
    {
        // What was begun before the line ended is not gone on with: a result that waited meanwhile would be taken for one of now.
        foreach (var session in _sessions)
        {
            session.TakeParked();
        }

        var schedule = new PollSchedule([.. _sessions.Select(s => s.Instrument.Poll)], _time);
        while (true)
        {
            var (index, wait) = schedule.Next();
            if (wait > TimeSpan.Zero)
            {
                // A line that goes away while nothing is asked ends the wait too: the next opening should not wait for this one's schedule.
                var due = Task.Delay(wait, _time, stop);
                if (await Task.WhenAny(due, line.Ended) != due)
                {
                    return;
                }

                await due;
            }

            var session = _sessions[index];
            var end = await PollOneAsync(line, frames, session, stop);
            if (end.Kind == PollEndKind.Paused)
            {
                schedule.Postpone(index, end.Pause);
                continue;
            }

            if (end.Kind == PollEndKind.LineEnded)
            {
                return;
            }

            var skippedBefore = schedule.Skipped;
            session.Watch.Polled(schedule.Taken(index, TurnsToLeaveOut(session)), end.Kind == PollEndKind.Whole);
            Books.Skipped(schedule.Skipped - skippedBefore);
        }
    }

    /// <summary>
    /// An instrument that answers nothing would cost the others of its line a whole deadline in each turn. After the second silent poll its pauses double,
    /// until it answers. One that has the line to itself costs nobody anything.
    /// </summary>
    private long TurnsToLeaveOut(DeviceSession session)
    {
        if (_sessions.Length == 1 || session.SilentPolls < 2)
        {
            return 0;
        }

        var longest = LongestSilence.Ticks / session.Instrument.Poll.Ticks;
        var doubled = 1L << Math.Min(session.SilentPolls - 1, 40);
        return Math.Max(0, Math.Min(doubled, longest) - 1);
    }

    /// <summary>
    /// One poll of one instrument: all its exchanges, or as far as a wait during which others may be asked; then the next call goes on from there.
    /// </summary>
    private async ValueTask<PollEnd> PollOneAsync(ILine line, FrameLoop frames, DeviceSession session, CancellationToken stop)
    {
        var next = session.TakeParked() ?? Begin(session);
        for (var step = 0; next.Exchange < session.Exchanges && step < MostSteps; step++)
        {
            var result = await ExchangeAsync(line, frames, session, next, stop);
            if (result == ExchangeResult.Ended)
            {
                return new PollEnd(PollEndKind.LineEnded);
            }

            if (result != ExchangeResult.Answered)
            {
                return await EndAsync(session, PollEndKind.Broken, stop);
            }

            session.Answered = true;
            next = session.Follow ?? new Follow(next.Exchange + 1, State: next.State);
            if (next is { FreesLine: true } && _sessions.Length > 1)
            {
                session.Park(next);
                return new PollEnd(PollEndKind.Paused, next.After);
            }

            if (next.After > TimeSpan.Zero && !await WaitAsync(line, frames, session, next, stop))
            {
                return new PollEnd(PollEndKind.LineEnded);
            }
        }

        return await EndAsync(session, PollEndKind.Whole, stop);

        static Follow Begin(DeviceSession session)
        {
            session.Begin();
            return new Follow(0);
        }
    }

    private async ValueTask<PollEnd> EndAsync(DeviceSession session, PollEndKind kind, CancellationToken stop)
    {
        session.SilentPolls = session.Answered ? 0 : session.SilentPolls + 1;
        if (!session.Answered)
        {
            session.Watch.Silent();
        }

        await HandOnAsync(session, stop);
        return new PollEnd(kind);
    }

    /// <summary>Lets the device take its time; false when the line has ended. What it says meanwhile may end the wait.</summary>
    private async ValueTask<bool> WaitAsync(ILine line, FrameLoop frames, DeviceSession session, Follow follow, CancellationToken stop)
    {
        var context = new FrameContext { Exchange = FrameContext.Waiting, State = follow.State, Request = _request };
        var until = Deadline(follow.After);
        while (true)
        {
            var read = await frames.NextAsync(session.Framer, until, stop);
            if (read.Kind != FrameReadKind.Frame)
            {
                return read.Kind == FrameReadKind.Deadline;
            }

            if (TakeFrame(session, context, read, line) != FrameFate.Unexpected && follow.FrameEndsWait)
            {
                return true;
            }
        }
    }

    /// <summary>One exchange, with its repetitions.</summary>
    private async ValueTask<ExchangeResult> ExchangeAsync(ILine line, FrameLoop frames, DeviceSession session, Follow step, CancellationToken stop)
    {
        // What was silent in its last poll has no second try at the cost of others. A profile that asks for more than the usual tries knows why: the device sleeps.
        var tries = session.Instrument.Profile.Timing.Tries;
        if (_sessions.Length > 1 && session.SilentPolls > 0 && tries <= DeviceTiming.UsualTries)
        {
            tries = 1;
        }

        var result = ExchangeResult.NoAnswer;
        for (var attempt = 0; attempt < tries && result is ExchangeResult.NoAnswer or ExchangeResult.Silence; attempt++)
        {
            _request = unchecked(_request + 1);
            var context = new FrameContext
            {
                Exchange = step.Exchange, State = step.State, Attempt = attempt, Request = _request, Silent = result == ExchangeResult.Silence,
            };
            result = await AskAsync(line, frames, session, context, stop);
        }

        return result;
    }

    private async ValueTask<ExchangeResult> AskAsync(ILine line, FrameLoop frames, DeviceSession session, FrameContext context, CancellationToken stop)
    {
        var timing = session.Instrument.Profile.Timing;
        if (timing.QuietTime > TimeSpan.Zero)
        {
            await Task.Delay(timing.QuietTime, _time, stop);
        }

        var wake = session.Instrument.Codec.BreakBefore(context);
        if (wake.Spacing > TimeSpan.Zero)
        {
            if (await line.BreakAsync(wake.Spacing, stop) == LineWrite.Ended)
            {
                return ExchangeResult.Ended;
            }

            await Task.Delay(wake.Marking, _time, stop);
        }

        frames.DropUnasked();
        var request = session.Request(context);
        var deadline = Deadline(timing.ReplyTimeout);
        var limit = session.Instrument.Codec.SilenceLimit(context, request.Length);
        var until = limit > TimeSpan.Zero ? Math.Min(deadline, Deadline(limit)) : deadline;
        var before = frames.Consumed;
        Books.Request();
        if (_echo)
        {
            frames.ExpectEcho(request);
        }

        var written = await line.WriteAsync(request, timing.ReplyTimeout, stop);
        if (written == LineWrite.Ended)
        {
            return ExchangeResult.Ended;
        }

        while (written == LineWrite.Written)
        {
            var read = await frames.NextAsync(session.Framer, until, stop);
            if (read.Kind == FrameReadKind.Ended)
            {
                return ExchangeResult.Ended;
            }

            if (read.Kind == FrameReadKind.Deadline && until < deadline)
            {
                if (frames.IsSilentSince(before, request.Span))
                {
                    Books.Timeout();
                    return ExchangeResult.Silence;
                }

                until = deadline;
                continue;
            }

            if (read.Kind == FrameReadKind.Deadline)
            {
                break;
            }

            if (TakeFrame(session, context, read, line) != FrameFate.Unexpected)
            {
                if (context.Silent || context.Attempt > 0)
                {
                    // Perhaps this is the answer to the request before, only late, and that to this one is still on its way: it must not be taken for the next one's.
                    await Task.Delay(context.Silent ? 2 * limit : timing.ReplyTimeout, _time, stop);
                }

                return ExchangeResult.Answered;
            }
        }

        Books.Timeout();
        frames.DropIncomplete();
        return ExchangeResult.NoAnswer;
    }

    private long Deadline(TimeSpan after) => _time.GetTimestamp() + (long)(after.TotalSeconds * _time.TimestampFrequency);

    private FrameFate TakeFrame(DeviceSession session, FrameContext context, FrameRead read, ILine line)
    {
        var fate = session.Take(context, read.Frame.Span, line.ArrivalOf(read.LastByte));
        switch (fate)
        {
            case FrameFate.Decoded:
                Books.Decoded();
                break;
            case FrameFate.NotReady:
                Books.NotReady();
                break;
            default:
                Books.Unexpected();
                break;
        }

        return fate;
    }

    private async ValueTask HandOnAsync(DeviceSession session, CancellationToken stop)
    {
        if (session.TryComplete(receipt: null, out var set, out var repeated))
        {
            await _output.WriteAsync(set, stop);
            Books.Set(set.Readings.Length);
        }
        else if (repeated)
        {
            Books.Repeat();
        }
    }

    /// <param name="Pause">How long others may be asked before the poll goes on, when it is paused.</param>
    private readonly record struct PollEnd(PollEndKind Kind, TimeSpan Pause = default);

    private enum PollEndKind
    {
        /// <summary>Everything was answered.</summary>
        Whole,

        /// <summary>An exchange was not answered.</summary>
        Broken,

        /// <summary>The device needs time, in which others may be asked.</summary>
        Paused,

        LineEnded,
    }

    private enum ExchangeResult
    {
        Answered,

        NoAnswer,

        /// <summary>No answer has even begun.</summary>
        Silence,

        Ended,
    }
}
