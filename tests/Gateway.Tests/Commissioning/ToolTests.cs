using System.CommandLine;
using MeetNet.Devices.Simulation;
using MeetNet.Devices.Tests.Vectors;
using MeetNet.Gateway.Commissioning;
using MeetNet.Gateway.Lines;
using MeetNet.Gateway.Stations;
using MeetNet.Gateway.Tests.Lines;
using MeetNet.Hosting;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Commissioning;

/// <summary>What a technician's tools say: <c>decode</c>, <c>capture</c>, <c>command</c> and <c>simulate</c> of one profile.</summary>
public sealed class ToolTests : IDisposable
{
    /// <summary>A real frame of a PMS5003 (avaldebe/PyPMS, tests/captured_data).</summary>
    private const string Frame = "424D001C00000008000800000008000800D20046002D001E00000000970002C5";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Decode_says_what_a_frame_means()
    {
        var (code, output, error) = await DecodeAsync($"{Frame[..20]} {Frame[20..]}\n", "plantower/pms5003");
        Assert.Equal((ExitCodes.Ok, ""), (code, error));
        Assert.StartsWith("offset 0: frame of 32 bytes: ok", output, StringComparison.Ordinal);
        Assert.Matches(@"\n  pm2_5 +8 ug/m3 +ok", output);
    }

    [Fact]
    public async Task Decode_says_what_is_wrong_and_where()
    {
        var (code, output, _) = await DecodeAsync($"0011{Frame[..^2]}C6{Frame[..8]}", "plantower/pms5003");
        Assert.Equal(ExitCodes.Failure, code);
        Assert.Contains("offset 0: no frame begins here, 2 bytes: 00 11", output, StringComparison.Ordinal);
        Assert.Contains("offset 2: a frame with a wrong checksum", output, StringComparison.Ordinal);
        Assert.Contains("offset 34: the beginning of a frame, 4 bytes, whose end did not come: 42 4D 00 1C", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(@"\x02MD01 017 +1234+01 00 00 000 \x0315", "nh3 +12.34 (unit: setting) +ok")]
    [InlineData(@"\x02MD01 017 +1234+01 04 00 000 \x0311", "nh3 +12.34 (unit: setting) +calibrating")]
    public async Task Decode_reads_text_with_the_bytes_that_have_no_letter(string text, string expected)
    {
        // The block check is the exclusive or of all bytes from STX to ETX (Acoem Serinus 30 manual 3.3, p. 218).
        var bytes = text.Replace(@"\x02", "\u0002", StringComparison.Ordinal).Split(@"\x03")[0] + "\u0003";
        var check = bytes.Aggregate(0, (x, c) => x ^ c).ToString("X2", System.Globalization.CultureInfo.InvariantCulture);
        var (code, output, error) = await DecodeAsync(text[..^2] + check, "acoem/serinus-44", "--address", "17");
        Assert.Equal("", error);
        Assert.Matches(expected.Replace("(unit: setting)", @"\(unit: setting\)", StringComparison.Ordinal), output);
        Assert.Equal(ExitCodes.Ok, code);
    }

    [Theory]
    [InlineData("424", "3 hexadecimal digits: a byte has two", "plantower/pms5003")]
    [InlineData(@"R01\q", @"offset 3: after '\' comes r, n, t, \ or x", "plantower/pms5003")]
    [InlineData("42", "there is no profile", "plantower/pms5004")]
    [InlineData("42", "--address: a Modbus device needs its slave address", "vega/plics-modbus")]
    [InlineData("42", "--exchange 7: a poll of vega/plics-modbus has the exchanges 0 to 0", "vega/plics-modbus", "--address", "1", "--exchange", "7")]
    [InlineData("42", "--framing x: the protocol 'fixed-frame' has only one form", "plantower/pms5003", "--framing", "x")]
    public async Task Decode_says_what_it_can_t_understand(string input, string expected, params string[] arguments)
    {
        var (code, _, error) = await DecodeAsync(input, arguments);
        Assert.Equal(ExitCodes.Usage, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_captured_of_a_polled_instrument_is_a_file_of_vectors_that_holds()
    {
        var time = new ManualTimeProvider();
        var station = TestStations.Dutch();
        var instrument = station.Sensor("level-1");
        var simulator = ProfileShelf.DriverOf(instrument.Profile).Simulate(instrument.Profile, instrument.Address);
        var line = new ScriptedLine(time)
        {
            Answer = request =>
            {
                // Somebody's noise comes before the answer.
                var frame = new byte[simulator.MaxFrame];
                var length = simulator.Answer(request, new SimulatedState { Values = [1495.5] }, frame);
                return [0x55, .. frame.AsSpan(0, length)];
            },
        };

        var record = await RecordAsync(line, instrument, time, () => line.Counters.BytesRead > 0);

        var text = CaptureText.Write(station, instrument, record);
        Assert.Contains("value: 1495.5}", text, StringComparison.Ordinal);
        Assert.Contains("faults: {noise: 1}", text, StringComparison.Ordinal);
        Holds(text, instrument);
    }

    [Fact]
    public async Task What_is_captured_of_an_instrument_that_talks_unasked_is_a_file_of_vectors_that_holds()
    {
        var time = new ManualTimeProvider();
        var station = TestStations.Dutch();
        var instrument = station.Sensor("pm-1");
        var line = new ScriptedLine(time);
        byte[] bytes = [.. Convert.FromHexString(Frame), 0xFF, .. Convert.FromHexString(Frame), 0x42];

        var record = await RecordAsync(line, instrument, time, () => line.Counters.BytesRead == bytes.Length, () => line.ReceiveAsync(bytes));

        var text = CaptureText.Write(station, instrument, record);
        Assert.Equal(3, Holds(text, instrument).Vectors.Count);
    }

    [Theory]
    [InlineData("the station noord-brabant/brabantse-wal has no line 'x'; allowed: groundwater, particles, analyser, lorawan", "capture", "x")]
    [InlineData("--for soon: a time is wanted", "capture", "particles", "--for", "soon")]
    [InlineData("the station noord-brabant/brabantse-wal has no sensor 'x'; allowed: level-1, pm-1, nh3-1, surface-1", "command", "x")]
    [InlineData("vega/plics-modbus knows no command 'dance'", "command", "level-1", "dance")]
    public async Task Names_that_the_station_does_not_have_are_answered_with_those_it_has(string expected, params string[] arguments)
    {
        var (code, _, error) = await RunAsync([.. arguments, "--station", TestStations.PathOf("brabantse-wal")]);
        Assert.Equal(ExitCodes.Usage, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_not_there_is_told()
    {
        var (code, _, error) = await RunAsync("capture", "particles", "--station", TestStations.PathOf("brabantse-wal"), "--lines", _folder.Path);
        Assert.Equal(ExitCodes.Failure, code);
        Assert.StartsWith("line 'particles': ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("say where plantower/pms5003 is to be played: --pty PATH or --tcp PORT", "plantower/pms5003")]
    [InlineData("--play loud: allowed: steady, ramp, diurnal, square, noise", "plantower/pms5003", "--pty", "p", "--play", "loud")]
    [InlineData("--value nh3=1: FIELD=NUMBER is wanted, with one of the fields pm1, pm2_5, pm10", "plantower/pms5003", "--pty", "p", "--value", "nh3=1")]
    [InlineData("--disturb silence:1m: KIND or KIND:EVERY:LASTS is wanted", "plantower/pms5003", "--pty", "p", "--disturb", "silence:1m")]
    [InlineData("--every never: a time is wanted", "plantower/pms5003", "--pty", "p", "--every", "never")]
    [InlineData("--tcp here: a port is wanted", "plantower/pms5003", "--tcp", "here")]
    [InlineData("can't be played there", "plantower/pms5003", "--topic", "t", "--broker", "mqtt://h")]
    public async Task What_can_t_be_played_is_told_with_what_can(string expected, params string[] arguments)
    {
        var (code, _, error) = await RunAsync(["simulate", .. arguments, "--profiles", TestStations.Profiles]);
        Assert.Equal(ExitCodes.Usage, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<RecordedBytes>> RecordAsync(
        ScriptedLine line, Instrument instrument, ManualTimeProvider time, Func<bool> enough, Func<Task>? send = null)
    {
        var recording = CaptureCommand.RecordAsync(line, [instrument], TimeSpan.FromSeconds(10), time, TextWriter.Null, CancellationToken.None);
        if (send is not null)
        {
            await send();
        }

        await Eventually.TrueAsync(
            () =>
            {
                // What the line waits before it asks.
                time.Advance(TimeSpan.FromMilliseconds(1));
                return enough();
            },
            "enough has passed the line");
        time.Advance(TimeSpan.FromSeconds(11));
        return await Eventually.DoneAsync(recording, "the recording ends");
    }

    private VectorFile Holds(string text, Instrument instrument)
    {
        var path = _folder.File("captured.yaml");
        File.WriteAllText(path, text);
        var file = VectorFile.Load(path);
        Assert.NotEmpty(file.Vectors);
        VectorCheck.Run(instrument.Profile, file);
        return file;
    }

    private async Task<(int Code, string Output, string Error)> DecodeAsync(string input, params string[] arguments)
    {
        var file = _folder.File("input");
        await File.WriteAllTextAsync(file, input);
        return await RunAsync(["decode", .. arguments, "--input", file, "--profiles", TestStations.Profiles]);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync(arguments, new InvocationConfiguration { Output = output, Error = error, ProcessTerminationTimeout = null });
        return (code, output.ToString(), error.ToString());
    }
}
