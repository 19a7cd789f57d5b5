using System.IO.Pipelines;
using System.Threading.Channels;
using MeetNet.Devices;
using MeetNet.Devices.Simulation;
using MeetNet.Gateway.Acquisition;
using MeetNet.Gateway.Lines;
using MeetNet.Gateway.Stations;
using MeetNet.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace MeetNet.Gateway.Tests.Acquisition;

/// <summary>Sixteen Modbus slaves on one line for hours, on a clock that the test moves: what some of them do may not cost the others their polls.</summary>
public sealed class BusOfSixteenTests
{
    private const int Slaves = 16, Slow = 7, Late = 12;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Usual = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(5);
    private static readonly int[] Dead = [3, 14];

    private readonly ManualTimeProvider _time = new();
    private readonly Turns _turns = new();
    private readonly Channel<ReadingSet> _sets = Channel.CreateUnbounded<ReadingSet>();
    private readonly Dictionary<int, TimeSpan?> _answerAfter;

    public BusOfSixteenTests() => _answerAfter = Enumerable.Range(1, Slaves).ToDictionary(a => a, a => (TimeSpan?)(a switch
    {
        Slow => TimeSpan.FromMilliseconds(700),
        // Its profile gives it a second.
        Late => TimeSpan.FromMilliseconds(1200),
        _ => Dead.Contains(a) ? null : Usual,
    }));

    [Fact]
    public void Dead_slow_and_late_slaves_do_not_take_the_polls_of_the_others()
    {
        var arbiter = Run(TimeSpan.FromMinutes(20));

        foreach (var view in arbiter.Instruments)
        {
            var address = int.Parse(view.Sensor, System.Globalization.CultureInfo.InvariantCulture);
            Assert.InRange(view.Planned, 299, 315);
            if (Dead.Contains(address))
            {
                Assert.Equal(0, view.Achieved);
                Assert.Equal(InstrumentState.Silent, view.State);
            }
            else
            {
                Assert.True(view.Achieved >= 0.98 * view.Planned, $"slave {address}: {view.Achieved} of {view.Planned} polls");
            }
        }
    }

    [Fact]
    public void Whose_answer_comes_late_is_never_taken_for_another()
    {
        Run(TimeSpan.FromMinutes(20));
        var seen = new HashSet<int>();
        while (_sets.Reader.TryRead(out var set))
        {
            var address = set.Instrument.Address.Number!.Value;
            seen.Add(address);
            Assert.Equal(address, Assert.Single(set.Readings.ToArray()).Value);
        }

        Assert.Equal(Enumerable.Range(1, Slaves).Except(Dead), seen.Order());
    }

    [Fact]
    public void A_dead_slave_that_comes_back_is_seen_within_a_minute_and_keeps_its_schedule_again()
    {
        var bus = new Bus(this);
        var arbiter = new LineArbiter(Instruments(), _sets.Writer, _time, NullLogger.Instance);
        var serving = _turns.Do(() => arbiter.ServeAsync(bus, CancellationToken.None));
        _turns.Pass(_time, TimeSpan.FromMinutes(10), Step);
        Assert.Equal(0, Of(arbiter, Dead[0]).Achieved);

        _answerAfter[Dead[0]] = Usual;
        _turns.Pass(_time, TimeSpan.FromSeconds(65), Step);
        Assert.True(Of(arbiter, Dead[0]).Achieved > 0);

        var (planned, achieved) = (Of(arbiter, Dead[0]).Planned, Of(arbiter, Dead[0]).Achieved);
        _turns.Pass(_time, TimeSpan.FromMinutes(4), Step);
        Assert.InRange(Of(arbiter, Dead[0]).Achieved - achieved, Of(arbiter, Dead[0]).Planned - planned - 1, 60);
        End(bus, serving);
    }

    [Fact]
    public void An_instrument_alone_on_its_line_is_asked_at_every_turn_whether_it_answers_or_not()
    {
        _answerAfter[1] = null;
        var bus = new Bus(this);
        var arbiter = new LineArbiter([Instruments()[0]], _sets.Writer, _time, NullLogger.Instance);
        var serving = _turns.Do(() => arbiter.ServeAsync(bus, CancellationToken.None));
        _turns.Pass(_time, TimeSpan.FromMinutes(2), Step);
        Assert.InRange(arbiter.Books.Read().Requests, 58, 62);
        End(bus, serving);
    }

    private LineArbiter Run(TimeSpan time)
    {
        var bus = new Bus(this);
        var arbiter = new LineArbiter(Instruments(), _sets.Writer, _time, NullLogger.Instance);
        var serving = _turns.Do(() => arbiter.ServeAsync(bus, CancellationToken.None));
        _turns.Pass(_time, time, Step);
        End(bus, serving);
        return arbiter;
    }

    private void End(Bus bus, Task serving)
    {
        _turns.Do(() =>
        {
            bus.End();
            return true;
        });

        // It may be keeping the quiet time before a request.
        _turns.Pass(_time, TimeSpan.FromSeconds(1), Step);
        Assert.True(serving.IsCompletedSuccessfully, serving.Exception?.ToString() ?? "the arbiter goes on although its line has ended");
    }

    private static InstrumentView Of(LineArbiter arbiter, int address) => arbiter.Instruments[address - 1];

    private static Instrument[] Instruments()
    {
        var model = TestStations.Flemish().Sensor("level-1");
        return [.. Enumerable.Range(1, Slaves).Select(a =>
        {
            var at = DeviceAddress.Of(a);
            return model with
            {
                Sensor = a.ToString(System.Globalization.CultureInfo.InvariantCulture),
                Address = at,
                Codec = ProfileShelf.DriverOf(model.Profile).Bind(model.Profile, at),
                Poll = Interval,
            };
        })];
    }

    /// <summary>The line and its slaves: each answers its own address, after its own time.</summary>
    private sealed class Bus : ILine
    {
        private readonly BusOfSixteenTests _test;
        private readonly Pipe _pipe = new(new PipeOptions(readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: true));
        private readonly TaskCompletionSource<LineEnd> _ended = new();
        private readonly Dictionary<int, IDeviceSimulator> _slaves;
        private readonly List<ITimer> _timers = [];

        public Bus(BusOfSixteenTests test)
        {
            _test = test;
            _slaves = Instruments().ToDictionary(i => i.Address.Number!.Value, i => ProfileShelf.DriverOf(i.Profile).Simulate(i.Profile, i.Address));
        }

        public string Name => "bus";

        public PipeReader Input => _pipe.Reader;

        public LineCounters Counters => default;

        public Task<LineEnd> Ended => _ended.Task;

        public ArrivalTime ArrivalOf(long offset) => new(_test._time.GetTimestamp(), _test._time.GetUtcNow());

        public ValueTask<LineWrite> WriteAsync(ReadOnlyMemory<byte> bytes, TimeSpan deadline, CancellationToken cancellationToken)
        {
            if (_ended.Task.IsCompleted)
            {
                return ValueTask.FromResult(LineWrite.Ended);
            }

            var request = bytes.ToArray();
            foreach (var (address, slave) in _slaves)
            {
                var reply = new byte[slave.MaxFrame];
                var length = slave.Answer(request, new SimulatedState { Values = [address] }, reply);
                if (length > 0 && _test._answerAfter[address] is { } after)
                {
                    _timers.Add(_test._time.CreateTimer(_ => Say(reply.AsSpan(0, length)), null, after, Timeout.InfiniteTimeSpan));
                }
            }

            return ValueTask.FromResult(LineWrite.Written);
        }

        public ValueTask<LineWrite> BreakAsync(TimeSpan spacing, CancellationToken cancellationToken) => ValueTask.FromResult(LineWrite.Written);

        public void End()
        {
            _timers.ForEach(t => t.Dispose());
            _ended.SetResult(new LineEnd(LineEndKind.HungUp, "the test is over"));
            _pipe.Writer.Complete();
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private void Say(ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(_pipe.Writer.GetSpan(bytes.Length));
            _pipe.Writer.Advance(bytes.Length);
            Assert.True(_pipe.Writer.FlushAsync().AsTask().IsCompleted, "nobody reads the line");
        }
    }
}
