using System.Threading.Channels;
using MeetNet.Gateway.Lines;
using MeetNet.Hosting;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Lines;

[Collection(AloneCollection.Name)]
public sealed class LineSupervisorTests
{
    private static readonly LineOpening Missing = new(null, new LineFault(LineFaultKind.NoSuchPort, "no such port: ttyUSB0"));

    private readonly ManualTimeProvider _time = new();
    private readonly List<LineStatus> _changes = [];
    private readonly Channel<ILine> _served = Channel.CreateUnbounded<ILine>();
    private readonly Queue<LineOpening> _openings = new();
    private int _tries;

    [Fact]
    public async Task A_missing_port_is_told_once_and_tried_for_ever_within_two_seconds()
    {
        using var stop = new CancellationTokenSource();
        var running = Supervisor(out var supervisor, stop.Token);
        for (var i = 1; i <= 30; i++)
        {
            await Eventually.TrueAsync(() => _time.PendingTimers == 1, "it waits for its next try");
            var before = Volatile.Read(ref _tries);
            _time.Advance(BackoffLimits.Line.Cap);
            await Eventually.TrueAsync(() => Volatile.Read(ref _tries) > before, $"a try within two seconds, round {i}");
        }
        Assert.Equal([LineState.Waiting], _changes.Select(c => c.State));
        Assert.Equal(LineFaultKind.NoSuchPort, supervisor.Status.Fault);
        Assert.Equal(0, supervisor.Status.Openings);

        await stop.CancelAsync();
        await Eventually.DoneAsync(running, "it stops");
        Assert.Equal(LineState.Stopped, supervisor.Status.State);
    }

    [Fact]
    public async Task A_line_that_ended_comes_back_as_a_fresh_one()
    {
        using var stop = new CancellationTokenSource();
        var first = new ScriptedLine(_time);
        var second = new ScriptedLine(_time);
        _openings.Enqueue(new LineOpening(first, null));
        _openings.Enqueue(Missing);
        _openings.Enqueue(new LineOpening(second, null));
        var running = Supervisor(out var supervisor, stop.Token);

        Assert.Same(first, await _served.Reader.ReadAsync());
        await first.ReceiveAsync(new byte[10]);
        first.Unplug();
        await AdvanceUntilAsync(() => _served.Reader.TryPeek(out _));
        Assert.Same(second, await _served.Reader.ReadAsync());
        await second.ReceiveAsync(new byte[5]);

        Assert.Equal(
            [LineState.Open, LineState.Waiting, LineState.Waiting, LineState.Open],
            _changes.Select(c => c.State));
        Assert.Equal("unplugged", _changes[1].Message);
        Assert.Equal(2, supervisor.Status.Openings);
        Assert.Equal(15, supervisor.Status.Counters.BytesRead);

        await stop.CancelAsync();
        await Eventually.DoneAsync(running, "it stops");
        Assert.True(second.Ended.IsCompleted);
        Assert.Equal(15, supervisor.Status.Counters.BytesRead);
    }

    [Fact]
    public async Task A_failing_session_is_a_bug_and_is_thrown_on_with_the_line_closed()
    {
        var line = new ScriptedLine(_time);
        var supervisor = new LineSupervisor("l", _ => ValueTask.FromResult(new LineOpening(line, null)), NewBackoff(), _time);

        await Assert.ThrowsAsync<InvalidDataException>(() =>
            supervisor.RunAsync((_, _) => throw new InvalidDataException(), CancellationToken.None));

        Assert.True(line.Ended.IsCompleted);
    }

    [Fact]
    public async Task A_line_that_only_opens_and_ends_is_tried_less_and_less_often()
    {
        using var stop = new CancellationTokenSource();
        var backoff = NewBackoff();
        var supervisor = new LineSupervisor(
            "l",
            _ =>
            {
                var line = new ScriptedLine(_time);
                line.Unplug();
                return ValueTask.FromResult(new LineOpening(line, null));
            },
            backoff,
            _time);
        var running = supervisor.RunAsync((line, _) => line.Ended, stop.Token);

        await AdvanceUntilAsync(() => backoff.Tries >= 8);

        await stop.CancelAsync();
        await Eventually.DoneAsync(running, "it stops");
    }

    [Fact]
    public async Task A_replugged_port_is_read_again_under_its_old_name()
    {
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource();
        using var pty = PtyPair.Open(folder.File("ttyA"));
        var supervisor = new LineSupervisor(
            "ttyA", _ => ValueTask.FromResult(SerialLine.Open(SerialLineTests.Settings(folder.File("ttyA")), TimeProvider.System)),
            new Backoff(BackoffLimits.Line, new Random(1), TimeProvider.System), TimeProvider.System);
        var heard = Channel.CreateUnbounded<byte>();
        var running = supervisor.RunAsync((line, token) => HearAsync(line, heard.Writer, token), stop.Token);
        for (byte i = 1; i <= 3; i++)
        {
            await Eventually.TrueAsync(() => supervisor.Status.State == LineState.Open, "the line is open");
            await pty.WriteAsync(new[] { i });
            Assert.Equal(i, await Eventually.DoneAsync(heard.Reader.ReadAsync().AsTask(), $"byte {i}"));
            pty.Unplug();
            await Eventually.TrueAsync(() => supervisor.Status.State == LineState.Waiting, "the loss is seen");
            pty.Plug();
        }
        await stop.CancelAsync();
        await Eventually.DoneAsync(running, "it stops");
        Assert.InRange(supervisor.Status.Openings, 3, 4);
    }

    private static async Task HearAsync(ILine line, ChannelWriter<byte> heard, CancellationToken token)
    {
        while (true)
        {
            var read = await line.Input.ReadAsync(token);
            foreach (var segment in read.Buffer)
            {
                foreach (var value in segment.ToArray())
                {
                    heard.TryWrite(value);
                }
            }
            line.Input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }

    private Backoff NewBackoff() => new(BackoffLimits.Line, new Random(1), _time);

    private Task Supervisor(out LineSupervisor supervisor, CancellationToken stop)
    {
        supervisor = new LineSupervisor(
            "line",
            _ =>
            {
                Interlocked.Increment(ref _tries);
                return ValueTask.FromResult(_openings.TryDequeue(out var opening) ? opening : Missing);
            },
            NewBackoff(),
            _time,
            _changes.Add);
        return supervisor.RunAsync(
            async (line, token) =>
            {
                _served.Writer.TryWrite(line);
                await line.Ended.WaitAsync(token);
            },
            stop);
    }

    private Task AdvanceUntilAsync(Func<bool> condition) => Eventually.TrueAsync(
        () =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(50));
            return condition();
        },
        "time passes until then");
}
