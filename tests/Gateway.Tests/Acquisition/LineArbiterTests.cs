using System.Threading.Channels;
using MeetNet.Devices.Simulation;
using MeetNet.Gateway.Acquisition;
using MeetNet.Gateway.Stations;
using MeetNet.Gateway.Tests.Lines;
using MeetNet.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace MeetNet.Gateway.Tests.Acquisition;

/// <summary>Instruments on a line in memory, polled or listened to, with everything that goes wrong on real ones.</summary>
public sealed class LineArbiterTests : IDisposable
{
    private static readonly byte[] PmsFrame = Convert.FromHexString("424D001C0005000D00160005000D001602FD00FC001D000F00060006970003C5");

    private readonly ManualTimeProvider _time = new();
    private readonly Channel<ReadingSet> _sets = Channel.CreateUnbounded<ReadingSet>();
    private readonly ScriptedLine _line;
    private readonly CancellationTokenSource _stop = new();
    private readonly Station _station = TestStations.Flemish();

    public LineArbiterTests() => _line = new ScriptedLine(_time);

    [Fact]
    public async Task A_polled_instrument_is_asked_and_its_answer_is_a_set()
    {
        var arbiter = Arbiter("level-1");
        _line.Answer = Simulator("level-1", [17.25]);
        await using var running = Run(arbiter);
        var set = await NextAsync();
        Assert.Equal("level-1", set.Instrument.Sensor);
        Assert.Equal(17.25, Assert.Single(set.Readings.ToArray()).Value);
        AssertBalanced(arbiter);
    }

    [Theory]
    [InlineData(Disturbance.Corrupt)]
    [InlineData(Disturbance.Garbage)]
    [InlineData(Disturbance.Silence)]
    public async Task A_disturbed_answer_is_counted_and_never_a_value(Disturbance disturbance)
    {
        var arbiter = Arbiter("level-1");
        var seed = 0UL;
        _line.Answer = Simulator("level-1", [17.25], () => (disturbance, ++seed));
        await using (Run(arbiter))
        {
            await Eventually.TrueAsync(() => arbiter.Books.Read().Timeouts >= 6, "six tries");
        }

        Assert.False(_sets.Reader.TryRead(out _));
        var counters = arbiter.Books.Read();
        Assert.Equal(0, counters.Readings);
        Assert.True(disturbance == Disturbance.Silence || counters.FaultBytes + counters.UnaskedBytes > 0);
        AssertBalanced(arbiter);
    }

    [Fact]
    public async Task The_second_try_of_an_exchange_still_counts()
    {
        var arbiter = Arbiter("level-1");
        var (asked, requests) = (0, 0L);
        _line.Answer = Simulator("level-1", [17.25], () =>
        {
            // Counted at the second request: until the set is handed on the next poll may have begun.
            requests = asked == 1 ? arbiter.Books.Read().Requests : requests;
            return (asked++ == 0 ? Disturbance.Corrupt : Disturbance.None, 1);
        });
        await using var running = Run(arbiter);
        await NextAsync();
        Assert.Equal(1, arbiter.Books.Read().Timeouts);
        Assert.Equal(2, requests);
    }

    [Fact]
    public async Task A_late_answer_is_not_taken_for_the_answer_to_the_next_question()
    {
        var arbiter = Arbiter("level-1");
        var late = new Queue<byte[]>();
        var simulate = Simulator("level-1", [17.25]);
        _line.Answer = request =>
        {
            late.Enqueue(simulate(request)!);
            return null;
        };
        await using (Run(arbiter))
        {
            await Eventually.TrueAsync(() => arbiter.Books.Read().Timeouts >= 2, "two tries");
            await _line.ReceiveAsync(late.Dequeue());
            await Eventually.TrueAsync(() => arbiter.Books.Read().UnaskedBytes > 0 || arbiter.Books.Read().Frames > 0, "the late answer to be seen");
        }

        AssertBalanced(arbiter);
    }

    /// <summary>An RS-485 adapter that hears itself (epics-modules/modbus, issue 39: the request comes back first).</summary>
    [Fact]
    public async Task The_adapters_own_echo_is_taken_out_and_counted()
    {
        var arbiter = new LineArbiter([_station.Sensor("level-1")], _sets.Writer, _time, NullLogger.Instance, echo: true);
        var simulate = Simulator("level-1", [17.25]);
        _line.Answer = request => [.. request, .. simulate(request)!];
        await using (Run(arbiter))
        {
            Assert.Equal(17.25, Assert.Single((await NextAsync()).Readings.ToArray()).Value);
        }

        var counters = arbiter.Books.Read();
        Assert.Equal(8 * counters.Requests, counters.EchoBytes);
        Assert.Equal(0, counters.FaultBytes);
        AssertBalanced(arbiter);
    }

    [Fact]
    public async Task An_adapter_that_was_said_to_echo_and_does_not_is_read_all_the_same()
    {
        var arbiter = new LineArbiter([_station.Sensor("level-1")], _sets.Writer, _time, NullLogger.Instance, echo: true);
        _line.Answer = Simulator("level-1", [17.25]);
        await using (Run(arbiter))
        {
            Assert.Equal(17.25, Assert.Single((await NextAsync()).Readings.ToArray()).Value);
        }

        Assert.Equal(0, arbiter.Books.Read().EchoBytes);
        AssertBalanced(arbiter);
    }

    [Fact]
    public async Task Two_instruments_on_one_line_are_asked_in_turn_each_at_its_own_pace()
    {
        var first = _station.Sensor("level-1");
        var second = second2();
        var arbiter = new LineArbiter([first, second], _sets.Writer, _time, NullLogger.Instance);
        var answers = new[] { Simulator(first, [1.5]), Simulator(second, [2.5]) };
        _line.Answer = request => answers.Select(a => a(request)).FirstOrDefault(a => a is { Length: > 0 });
        await using (Run(arbiter))
        {
            var seen = new List<(int? Address, double Value)>();
            while (seen.Count < 12)
            {
                var set = await NextAsync();
                seen.Add((set.Instrument.Address.Number, set.Readings.Span[0].Value));
            }

            Assert.All(seen, s => Assert.Equal(s.Address == 246 ? 1.5 : 2.5, s.Value));
            Assert.InRange(seen.Count(s => s.Address == 246), 7, 9);
        }

        AssertBalanced(arbiter);

        Instrument second2()
        {
            var address = MeetNet.Devices.DeviceAddress.Of(7);
            return first with { Sensor = "level-2", Address = address, Codec = ProfileShelf.DriverOf(first.Profile).Bind(first.Profile, address), Poll = TimeSpan.FromSeconds(4) };
        }
    }

    [Fact]
    public async Task Frames_between_garbage_are_all_found_and_nothing_else_is()
    {
        var arbiter = Arbiter("pm-1");
        var random = new Random(20261121);
        const int Frames = 200;
        await using (Run(arbiter))
        {
            for (var i = 0; i < Frames; i++)
            {
                await _line.ReceiveAsync(PmsFrame);
                var garbage = new byte[random.Next(0, 40)];
                random.NextBytes(garbage);
                // A start of frame in the garbage may swallow what follows it; that is a matter of the framer's own tests.
                garbage.AsSpan().Replace((byte)0x42, (byte)0x00);
                await _line.ReceiveAsync(garbage);
            }

            for (var i = 0; i < Frames; i++)
            {
                var set = await NextAsync();
                Assert.Equal([5.0, 13.0, 22.0], set.Readings.ToArray().Select(r => r.Value));
            }
        }

        Assert.False(_sets.Reader.TryRead(out _));
        AssertBalanced(arbiter);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Bytes_read_at_the_wrong_baud_are_never_a_value(int seed)
    {
        // What a wrong clock makes of a bit stream: runs of 0x00, 0xFF and 0x80 with chance in between.
        var random = new Random(seed);
        var bytes = new byte[64_000];
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = random.Next(6) switch { 0 => 0x00, 1 => 0xFF, 2 => 0x80, _ => (byte)random.Next(256) };
        }

        var arbiter = Arbiter("pm-1");
        await using (Run(arbiter))
        {
            await _line.ReceiveAsync(bytes);
            await Eventually.TrueAsync(() => arbiter.Books.Read().AccountedBytes > bytes.Length - 64, "the bytes to be looked at");
        }

        Assert.False(_sets.Reader.TryRead(out _));
        Assert.Equal(0, arbiter.Books.Read().Frames);
        AssertBalanced(arbiter);
    }

    [Fact]
    public async Task Half_a_frame_before_the_plug_is_pulled_is_counted_and_forgotten()
    {
        var arbiter = Arbiter("pm-1");
        await using (Run(arbiter))
        {
            await _line.ReceiveAsync(PmsFrame.AsMemory(0, 20));
            _line.Unplug();
            await Eventually.TrueAsync(() => arbiter.Books.Read().Faults["incomplete"].Count == 1, "the half frame to be counted");
        }

        // The next opening begins afresh: the rest of the frame is noise.
        await using var again = new ScriptedLine(_time);
        var serving = arbiter.ServeAsync(again, _stop.Token);
        await again.ReceiveAsync(PmsFrame.AsMemory(20));
        await again.ReceiveAsync(PmsFrame);
        Assert.Equal(3, (await NextAsync()).Readings.Length);
        again.Unplug();
        await Eventually.DoneAsync(serving, "the line's end");
        Assert.False(_sets.Reader.TryRead(out _));
    }

    [Fact]
    public async Task A_device_that_is_not_ready_gives_its_reason_and_no_number()
    {
        var arbiter = Arbiter("pm-1");
        await using var running = Run(arbiter);
        await _line.ReceiveAsync(Convert.FromHexString("424D001C000000000000000000000000000000000000000000000000000000AB"));
        var set = await NextAsync();
        Assert.Equal(3, set.Readings.Length);
        Assert.All(set.Readings.ToArray(), r => Assert.Equal(MeetNet.Devices.ReadingStatus.WarmingUp, r.Status));
        Assert.Equal(1, arbiter.Books.Read().NotReady);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _line.Unplug();
        _stop.Dispose();
    }

    private LineArbiter Arbiter(string sensor) => new([_station.Sensor(sensor)], _sets.Writer, _time, NullLogger.Instance);

    private Running Run(LineArbiter arbiter) => new(new ClockPump(_time).Start(), arbiter.ServeAsync(_line, _stop.Token), _line);

    private async Task<ReadingSet> NextAsync() => await Eventually.DoneAsync(_sets.Reader.ReadAsync().AsTask(), "a set");

    private void AssertBalanced(LineArbiter arbiter)
    {
        var counters = arbiter.Books.Read();
        Assert.InRange(_line.Counters.BytesRead - counters.AccountedBytes, 0, 1024);
        Assert.Equal(counters.Frames, counters.Decoded + counters.NotReady + counters.Unexpected);
    }

    private Func<byte[], byte[]?> Simulator(string sensor, double[] values, Func<(Disturbance, ulong)>? disturbance = null) =>
        Simulator(_station.Sensor(sensor), values, disturbance);

    private static Func<byte[], byte[]?> Simulator(Instrument instrument, double[] values, Func<(Disturbance Kind, ulong Seed)>? disturbance = null)
    {
        var simulator = ProfileShelf.DriverOf(instrument.Profile).Simulate(instrument.Profile, instrument.Address);
        return request =>
        {
            var (kind, seed) = disturbance?.Invoke() ?? default;
            var reply = new byte[simulator.MaxFrame];
            var length = simulator.Answer(request, new SimulatedState { Values = values, Disturbance = kind, Seed = seed }, reply);
            return reply[..length];
        };
    }

    /// <summary>Ends the line, the clock and the arbiter, in this order.</summary>
    private sealed class Running(ClockPump pump, Task serving, ScriptedLine line) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            line.Unplug();
            await Eventually.DoneAsync(serving, "the arbiter to see the end of its line");
            await pump.DisposeAsync();
        }
    }
}
