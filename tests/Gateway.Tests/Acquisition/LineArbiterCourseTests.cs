using System.Globalization;
using System.Text;
using System.Threading.Channels;
using MeetNet.Devices;
using MeetNet.Devices.Profiles;
using MeetNet.Gateway.Acquisition;
using MeetNet.Gateway.Stations;
using MeetNet.Gateway.Tests.Lines;
using MeetNet.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace MeetNet.Gateway.Tests.Acquisition;

/// <summary>
/// Polls that take their time, on a line in memory: waits, what ends them, what others do meanwhile, breaks and repetitions. SDI-12 sensors, because they need all of it.
/// Where a test can let the clock stand still, it does; otherwise it asserts orders and lower bounds of the clock that it moves itself.
/// </summary>
public sealed class LineArbiterCourseTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly Channel<ReadingSet> _sets = Channel.CreateUnbounded<ReadingSet>();
    private readonly ScriptedLine _line;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<(string Request, TimeSpan At)> _asked = [];
    private readonly Instrument _any = TestStations.Flemish().Sensor("level-1");

    public LineArbiterCourseTests() => _line = new ScriptedLine(_time);

    [Fact]
    public async Task The_data_are_fetched_after_the_time_that_the_sensor_said()
    {
        Answer(("0M3!", "00022\r\n"), ("0D0!", "0+12.5+9.25\r\n"));
        var arbiter = Arbiter(Sensor("campbell/cs451", 0, "adapter"));
        await using (Run(arbiter, clock: true))
        {
            await NextIsAsync(12.5, 9.25);
        }

        Assert.True(At("0D0!") - At("0M3!") >= TimeSpan.FromSeconds(2));
        AssertBalanced(arbiter);
    }

    [Fact]
    public async Task A_service_request_ends_the_wait_with_the_clock_standing_still()
    {
        Answer(("0M3!", "09992\r\n"), ("0D0!", "0+12.5+9.25\r\n"));
        var arbiter = Arbiter(Sensor("campbell/cs451", 0, "adapter"));
        await using var running = Run(arbiter, clock: false);
        await Eventually.TrueAsync(() => arbiter.Books.Read().Decoded == 1, "the measurement to be started");

        // What another sensor says late, and noise, are not the service request that is waited for.
        await _line.ReceiveAsync("3\r\n"u8.ToArray());
        await _line.ReceiveAsync("~~\r\n"u8.ToArray());
        await _line.ReceiveAsync("0+1\r\n"u8.ToArray());
        await Eventually.TrueAsync(() => arbiter.Books.Read().Unexpected == 3, "three lines that are none");
        Assert.Equal(["0M3!"], _asked.Select(a => a.Request));

        await _line.ReceiveAsync("0\r\n"u8.ToArray());
        await NextIsAsync(12.5, 9.25);
        Assert.Equal(["0M3!", "0D0!"], _asked.Select(a => a.Request));
    }

    [Fact]
    public async Task A_late_service_request_of_another_sensor_is_not_the_answer()
    {
        Answer(("0M3!", "00002\r\n"), ("0D0!", "3\r\n0+12.5+9.25\r\n"));
        var arbiter = Arbiter(Sensor("campbell/cs451", 0, "adapter"));
        await using var running = Run(arbiter, clock: false);
        await NextIsAsync(12.5, 9.25);
        Assert.Equal(1, arbiter.Books.Read().Unexpected);
    }

    [Fact]
    public async Task A_sensor_that_stopped_measuring_is_asked_once_more_and_then_gives_no_values()
    {
        Answer(("0M3!", "00002\r\n"), ("0D0!", "0\r\n"));
        var arbiter = Arbiter(Sensor("campbell/cs451", 0, "adapter"));
        await using var running = Run(arbiter, clock: false);
        var set = await NextAsync();
        Assert.Equal("aborted", set.Reason);
        Assert.All(set.Readings.ToArray(), r => Assert.Equal(ReadingStatus.Missing, r.Status));
        Assert.Equal(["0M3!", "0D0!", "0M3!", "0D0!"], _asked.Select(a => a.Request));
    }

    [Fact]
    public async Task Values_are_fetched_until_all_have_come()
    {
        Answer(("1M!", "10003\r\n"), ("1D0!", "1+1.5\r\n"), ("1D1!", "1+2.5+3.5\r\n"));
        var arbiter = Arbiter(Sensor("in-situ/level-troll-sdi12", 1, "adapter"));
        await using var running = Run(arbiter, clock: false);
        await NextIsAsync(1.5, 2.5, 3.5);
        Assert.Equal(["1M!", "1D0!", "1D1!"], _asked.Select(a => a.Request));
    }

    [Fact]
    public async Task While_concurrent_sensors_measure_the_others_are_asked()
    {
        Answer(
            ("0C!", "000502\r\n"), ("1C!", "100302\r\n"), ("2M3!", "20002\r\n"),
            ("0D0!", "0+20+1\r\n"), ("1D0!", "1+21+2\r\n"), ("2D0!", "2+22+3\r\n"));
        var arbiter = Arbiter(
            Sensor("seametrics/pt2x", 0, "adapter"), Sensor("seametrics/pt2x", 1, "adapter"), Sensor("campbell/cs451", 2, "adapter"));
        await using (Run(arbiter, clock: true))
        {
            var sets = new[] { await NextAsync(), await NextAsync(), await NextAsync() };
            Assert.Equal([2, 1, 0], sets.Select(s => s.Instrument.Address.Number));
            Assert.Equal([22, 21, 20], sets.Select(s => Values(s)[0]));
        }

        // All three are begun before any of the slow ones is fetched, and the quicker of the slow ones comes first.
        Assert.Equal(["0C!", "1C!", "2M3!", "2D0!", "1D0!", "0D0!"], _asked.Take(6).Select(a => a.Request));
        Assert.True(At("0D0!") - At("0C!") >= TimeSpan.FromSeconds(5));
        Assert.True(At("1D0!") - At("1C!") >= TimeSpan.FromSeconds(3));
        AssertBalanced(arbiter);
    }

    [Fact]
    public async Task Alone_on_its_line_a_concurrent_sensor_is_waited_for()
    {
        Answer(("0C!", "000302\r\n"), ("0D0!", "0+20+1\r\n"));
        var arbiter = Arbiter(Sensor("seametrics/pt2x", 0, "adapter"));
        await using (Run(arbiter, clock: true))
        {
            await NextIsAsync(20, 1);
        }

        Assert.True(At("0D0!") - At("0C!") >= TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task A_break_and_a_mark_come_before_the_start_and_before_the_data_and_not_between_pages()
    {
        Answer(("1M!", "10013\r\n"), ("1D0!", "1+1.5\r\n"), ("1D1!", "1+2.5+3.5\r\n"));
        var arbiter = Arbiter(Sensor("in-situ/level-troll-sdi12", 1, "native"));
        await using (Run(arbiter, clock: true))
        {
            await NextIsAsync(1.5, 2.5, 3.5);
        }

        // Before the first byte, and after the three of the start.
        Assert.Equal([0, 3], _line.Breaks.Take(2).Select(b => b.Written));
        Assert.True(_line.Breaks.Count == 2 || _line.Breaks[2].Written >= 13);
        Assert.All(_line.Breaks, b => Assert.True(b.Spacing >= TimeSpan.FromMilliseconds(12)));
        Assert.True(At("1M!") >= TimeSpan.FromMilliseconds(8.33), "the mark after the break");
    }

    [Fact]
    public async Task A_sensor_that_sleeps_is_tried_three_times_within_each_of_three_breaks()
    {
        var tries = 0;
        _line.Answer = request =>
        {
            Note(request);
            return request[1] != (byte)'M' ? "0+12.5+9.25\r\n"u8.ToArray() : ++tries < 9 ? null : "00002\r\n"u8.ToArray();
        };
        var arbiter = Arbiter(Sensor("campbell/cs451", 0, "native"));
        await using (Run(arbiter, clock: true))
        {
            await NextIsAsync(12.5, 9.25);
        }

        // Four bytes a try: a break before the first, the fourth and the seventh, and one before the data.
        Assert.Equal([0, 12, 24, 36], _line.Breaks.Take(4).Select(b => b.Written));
        Assert.Equal(9, _asked.Count(a => a.Request == "0M3!"));
        AssertBalanced(arbiter);
    }

    [Fact]
    public async Task An_echo_alone_is_silence_and_an_echo_before_the_answer_is_passed_over()
    {
        var tries = 0;
        _line.Answer = request =>
        {
            Note(request);
            var answer = request[1] == (byte)'M' ? (tries++ == 0 ? string.Empty : "00002\r\n") : "0+12.5+9.25\r\n";
            return [.. request, .. Encoding.ASCII.GetBytes(answer)];
        };
        var arbiter = Arbiter(Sensor("campbell/cs451", 0, "native"));
        await using (Run(arbiter, clock: true))
        {
            await NextIsAsync(12.5, 9.25);
        }

        // The repetition came without a break: the sensor had not begun to answer.
        Assert.Equal([0, 8], _line.Breaks.Take(2).Select(b => b.Written));
        AssertBalanced(arbiter);
    }

    [Fact]
    public async Task The_second_answer_to_a_repeated_request_is_not_taken_for_the_next_answer()
    {
        var timers = new List<ITimer>();
        var tries = 0;
        _line.Answer = request =>
        {
            switch (Encoding.ASCII.GetString(request))
            {
                case "1D0!" when tries++ == 0:
                    return Noted(request, string.Empty);
                case "1D0!":
                    // The answer to the first request, late, and 50 ms later the one to the second.
                    Later(50, "1+1.5\r\n");
                    return Noted(request, "1+1.5\r\n");
                case "1D1!":
                    Later(60, "1+2.5+3.5\r\n");
                    return Noted(request, string.Empty);
                default:
                    return Noted(request, "10003\r\n");
            }
        };
        var arbiter = Arbiter(Sensor("in-situ/level-troll-sdi12", 1, "adapter"));
        await using (Run(arbiter, clock: true))
        {
            await NextIsAsync(1.5, 2.5, 3.5);
        }

        timers.ForEach(t => t.Dispose());

        void Later(int milliseconds, string bytes) => timers.Add(_time.CreateTimer(
            _ => _ = _line.ReceiveAsync(Encoding.ASCII.GetBytes(bytes)), null, TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan));
    }

    [Fact]
    public async Task An_answer_that_has_begun_has_its_whole_deadline()
    {
        Answer(("0D0!", "0+12.5+9.25\r\n"));
        var inner = _line.Answer!;
        _line.Answer = request => request[1] == (byte)'M' ? Noted(request, "00") : inner(request);
        var arbiter = Arbiter(Sensor("campbell/cs451", 0, "native"));
        await using var running = Run(arbiter, clock: false);

        // The mark after the break, and then more than the silence that is allowed, but less than the deadline.
        await Eventually.TrueAsync(() => _time.PendingTimers > 0, "the mark");
        _time.Advance(TimeSpan.FromMilliseconds(9));
        await Eventually.TrueAsync(() => _asked.Count == 1 && _time.PendingTimers > 0, "the wait for the answer");
        _time.Advance(TimeSpan.FromMilliseconds(500));
        await Eventually.TrueAsync(() => _time.PendingTimers > 0, "the wait for the rest");
        await _line.ReceiveAsync("002\r\n"u8.ToArray());
        await Eventually.TrueAsync(() => _line.Breaks.Count == 2 && _time.PendingTimers > 0, "the break before the data, and the mark after it");
        _time.Advance(TimeSpan.FromMilliseconds(9));
        await NextIsAsync(12.5, 9.25);
        Assert.Equal(["0M3!", "0D0!"], _asked.Select(a => a.Request));
        Assert.Equal(0, arbiter.Books.Read().Timeouts);
    }

    [Fact]
    public async Task Sentences_that_belong_together_are_one_set_as_soon_as_all_have_come()
    {
        var arbiter = Arbiter(Sensor("lambrecht/meteo-nmea", null, null));
        await using var running = Run(arbiter, clock: false);
        await _line.ReceiveAsync("$WIMWV,357.0,R,5.2,M,A\r\n$WIMTA,-2.5,C\r\n"u8.ToArray());
        await Eventually.TrueAsync(() => arbiter.Books.Read().Decoded == 2, "two of three sentences");
        Assert.False(_sets.Reader.TryRead(out _));
        await _line.ReceiveAsync("$WIMMB,,,1050.0,B\r\n"u8.ToArray());
        await NextIsAsync(357, 5.2, -2.5, 1050);

        // The next one begins anew.
        await _line.ReceiveAsync("$WIMWV,358.0,R,5.3,M,A\r\n$WIMTA,-2.4,C\r\n$WIMMB,,,1050.1,B\r\n"u8.ToArray());
        await NextIsAsync(358, 5.3, -2.4, 1050.1);
    }

    [Fact]
    public async Task A_set_that_does_not_become_whole_is_handed_on_when_its_time_is_over()
    {
        var arbiter = Arbiter(Sensor("lambrecht/meteo-nmea", null, null));
        await using var running = Run(arbiter, clock: false);
        await _line.ReceiveAsync("$WIMWV,357.0,R,5.2,M,A\r\n"u8.ToArray());
        await Eventually.TrueAsync(() => arbiter.Books.Read().Decoded == 1 && _time.PendingTimers > 0, "the first sentence, and the wait for the others");

        // A sentence a second time within that time belongs to another moment: it is not taken into this set.
        await _line.ReceiveAsync("$WIMWV,358.0,R,5.3,M,A\r\n"u8.ToArray());
        await Eventually.TrueAsync(() => arbiter.Books.Read().Unexpected == 1 && _time.PendingTimers > 0, "the repeated sentence");
        _time.Advance(TimeSpan.FromMilliseconds(500));
        await NextIsAsync(357, 5.2);
        await _line.ReceiveAsync("$WIMTA,-2.5,C\r\n$WIMMB,,,1050.0,B\r\n"u8.ToArray());
        await Eventually.TrueAsync(() => arbiter.Books.Read().Decoded == 3 && _time.PendingTimers > 0, "two of the next set");
        _line.Unplug();
        await NextIsAsync(-2.5, 1050);
    }

    [Fact]
    public async Task A_line_that_goes_away_during_a_wait_ends_it()
    {
        Answer(("0M3!", "09992\r\n"));
        var arbiter = Arbiter(Sensor("campbell/cs451", 0, "adapter"));
        await using (Run(arbiter, clock: false))
        {
            await Eventually.TrueAsync(() => arbiter.Books.Read().Decoded == 1, "the measurement to be started");
        }

        Assert.False(_sets.Reader.TryRead(out _));
    }

    public void Dispose()
    {
        _stop.Cancel();
        _line.Unplug();
        _stop.Dispose();
    }

    private static double[] Values(ReadingSet set) => [.. set.Readings.ToArray().OrderBy(r => r.Field).Select(r => r.Value)];

    private Instrument Sensor(string profile, int? address, string? framing)
    {
        var model = ProfileReader.Read(RepositoryFile.PathOf($"firmware-config/profiles/{profile}.yaml"), out var problems);
        Assert.Empty(problems);
        var at = (address is { } number ? DeviceAddress.Of(number) : DeviceAddress.None) with { Framing = framing };
        return _any with
        {
            Sensor = string.Create(CultureInfo.InvariantCulture, $"sensor-{address}"), Profile = model!, Address = at, Codec = ProfileShelf.DriverOf(model!).Bind(model!, at),
            Poll = TimeSpan.FromMinutes(10),
        };
    }

    private void Answer(params (string Request, string Reply)[] answers) =>
        _line.Answer = request => Noted(request, answers.FirstOrDefault(a => a.Request == Encoding.ASCII.GetString(request)).Reply ?? string.Empty);

    private byte[] Noted(byte[] request, string reply)
    {
        Note(request);
        return Encoding.ASCII.GetBytes(reply);
    }

    private void Note(byte[] request)
    {
        lock (_asked)
        {
            _asked.Add((Encoding.ASCII.GetString(request), TimeSpan.FromTicks(_time.GetTimestamp())));
        }
    }

    private TimeSpan At(string request) => _asked.First(a => a.Request == request).At;

    private LineArbiter Arbiter(params Instrument[] instruments) => new(instruments, _sets.Writer, _time, NullLogger.Instance);

    private Running Run(LineArbiter arbiter, bool clock) => new(clock ? new ClockPump(_time).Start() : null, arbiter.ServeAsync(_line, _stop.Token), _line);

    private async Task NextIsAsync(params double[] expected)
    {
        var set = await NextAsync();
        Assert.Equal(expected, Values(set));
    }

    private async Task<ReadingSet> NextAsync() => await Eventually.DoneAsync(_sets.Reader.ReadAsync().AsTask(), "a set");

    private void AssertBalanced(LineArbiter arbiter)
    {
        var counters = arbiter.Books.Read();
        Assert.InRange(_line.Counters.BytesRead - counters.AccountedBytes, 0, 1024);
        Assert.Equal(counters.Frames, counters.Decoded + counters.NotReady + counters.Unexpected);
    }

    /// <summary>Ends the line, the arbiter and the clock.</summary>
    private sealed class Running(ClockPump? clock, Task serving, ScriptedLine line) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            line.Unplug();
            await Eventually.DoneAsync(serving, "the arbiter to see the end of its line");
            if (clock is not null)
            {
                await clock.DisposeAsync();
            }
        }
    }
}
