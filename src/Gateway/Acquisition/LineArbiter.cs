using System.Threading.Channels;
using MeetNet.Gateway.Lines;
using MeetNet.Gateway.Stations;

namespace MeetNet.Gateway.Acquisition;

/// <summary>
/// Says who talks on one serial line. Polled instruments are asked in turn: request, one deadline for the whole exchange, next. An instrument that talks
/// unasked has its line to itself and is only listened to. Runs anew for each opening of the line; what it knows of the instruments stays.
/// </summary>
internal sealed class LineArbiter
{
    /// <summary>Times that an exchange is tried before the turn passes.</summary>
    private const int Tries = 2;

    private readonly DeviceSession[] _sessions;
    private readonly ChannelWriter<ReadingSet> _output;
    private readonly TimeProvider _time;

    /// <param name="instruments">The instruments of the line: one that talks unasked, or any number that are polled.</param>
    /// <param name="output">Channel 1.</param>
    public LineArbiter(IReadOnlyList<Instrument> instruments, ChannelWriter<ReadingSet> output, TimeProvider time, ILogger log)
    {
        ArgumentOutOfRangeException.ThrowIfZero(instruments.Count);
        _sessions = [.. instruments.Select(i => new DeviceSession(i, log))];
        if (_sessions.Length > 1 && _sessions.Any(s => s.Exchanges == 0))
        {
            throw new ArgumentException("An instrument that talks unasked must be alone on its line.", nameof(instruments));
        }

        _output = output;
        _time = time;
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
        while (true)
        {
            var read = await frames.NextAsync(session.Framer, deadline: null, stop);
            if (read.Kind == FrameReadKind.Ended)
            {
                return;
            }

            session.Begin();
            if (TakeFrame(session, 0, read, line) != FrameFate.Unexpected)
            {
                await HandOnAsync(session, stop);
            }
        }
    }

    private async Task PollAsync(ILine line, FrameLoop frames, CancellationToken stop)
    {
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
            var alive = await PollOneAsync(line, frames, session, stop);
            var skippedBefore = schedule.Skipped;
            schedule.Taken(index);
            Books.Skipped(schedule.Skipped - skippedBefore);
            if (!alive)
            {
                return;
            }
        }
    }

    /// <summary>One poll of one instrument: all its exchanges. False when the line has ended.</summary>
    private async ValueTask<bool> PollOneAsync(ILine line, FrameLoop frames, DeviceSession session, CancellationToken stop)
    {
        session.Begin();
        var answered = false;
        for (var exchange = 0; exchange < session.Exchanges; exchange++)
        {
            var result = ExchangeResult.NoAnswer;
            for (var attempt = 0; attempt < Tries && result == ExchangeResult.NoAnswer; attempt++)
            {
                result = await ExchangeAsync(line, frames, session, exchange, stop);
            }

            if (result == ExchangeResult.Ended)
            {
                return false;
            }

            answered |= result == ExchangeResult.Answered;
            if (result == ExchangeResult.NoAnswer)
            {
                break;
            }
        }

        if (!answered)
        {
            session.Watch.Silent();
        }

        await HandOnAsync(session, stop);
        return true;
    }

    private async ValueTask<ExchangeResult> ExchangeAsync(ILine line, FrameLoop frames, DeviceSession session, int exchange, CancellationToken stop)
    {
        var timing = session.Instrument.Profile.Timing;
        if (timing.QuietTime > TimeSpan.Zero)
        {
            await Task.Delay(timing.QuietTime, _time, stop);
        }

        frames.DropUnasked();
        var deadline = _time.GetTimestamp() + (long)(timing.ReplyTimeout.TotalSeconds * _time.TimestampFrequency);
        Books.Request();
        var written = await line.WriteAsync(session.Request(exchange), timing.ReplyTimeout, stop);
        if (written == LineWrite.Ended)
        {
            return ExchangeResult.Ended;
        }

        while (written == LineWrite.Written)
        {
            var read = await frames.NextAsync(session.Framer, deadline, stop);
            if (read.Kind == FrameReadKind.Ended)
            {
                return ExchangeResult.Ended;
            }

            if (read.Kind == FrameReadKind.Deadline)
            {
                break;
            }

            if (TakeFrame(session, exchange, read, line) != FrameFate.Unexpected)
            {
                return ExchangeResult.Answered;
            }
        }

        Books.Timeout();
        frames.DropIncomplete();
        return ExchangeResult.NoAnswer;
    }

    private FrameFate TakeFrame(DeviceSession session, int exchange, FrameRead read, ILine line)
    {
        var fate = session.Take(exchange, read.Frame.Span, line.ArrivalOf(read.LastByte));
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

    private enum ExchangeResult
    {
        Answered,
        NoAnswer,
        Ended,
    }
}
