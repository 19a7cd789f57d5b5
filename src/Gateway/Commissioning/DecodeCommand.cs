using System.Buffers;
using System.CommandLine;
using System.Globalization;
using System.Text;
using MeetNet.Devices;
using MeetNet.Devices.Framing;
using MeetNet.Hosting;

namespace MeetNet.Gateway.Commissioning;

/// <summary>
/// <c>decode</c>: bytes of an instrument, as hexadecimal or text, to readings, or to the fault and where it is. For a technician with a terminal program, and for
/// whoever gets his mail.
/// </summary>
internal static class DecodeCommand
{
    public static readonly Option<string?> Input = new("--input") { Description = "Read this file instead of standard input.", HelpName = "FILE" };

    public static readonly Option<bool> AsText = new("--text") { Description = @"The input is text; \r \n \t \xNN stand for bytes. Without this, what consists of hexadecimal digits and blanks is taken as hexadecimal." };

    public static readonly Option<int?> Exchange = new("--exchange") { Description = "Which request of a poll the bytes answer, from 0; otherwise the first that fits.", HelpName = "N" };

    public static readonly Option<string?> Topic = new("--topic") { Description = "The topic that a message came by.", HelpName = "TOPIC" };

    private static readonly SearchValues<byte> HexInput = SearchValues.Create("0123456789abcdefABCDEF \t\r\n"u8);

    public static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        var error = parsed.InvocationConfiguration.Error;
        if (ProfileArguments.Read(parsed, parsed.GetRequiredValue(ProfileArguments.Name)) is not { } device)
        {
            return ExitCodes.Usage;
        }

        var codec = device.Driver.Bind(device.Profile, device.Address);
        if (parsed.GetValue(Exchange) is { } exchange && (exchange < 0 || exchange >= Math.Max(1, codec.Exchanges)))
        {
            await error.WriteLineAsync($"--exchange {exchange}: a poll of {device.Profile.Id} has the exchanges 0 to {Math.Max(1, codec.Exchanges) - 1}");
            return ExitCodes.Usage;
        }

        byte[] input;
        try
        {
            input = await ReadAsync(parsed.GetValue(Input), stop);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync(e.Message);
            return ExitCodes.Usage;
        }

        if (!TryBytes(input, parsed.GetValue(AsText), device.Driver.Carrier == Carrier.Message, out var bytes, out var problem))
        {
            await error.WriteLineAsync(problem);
            return ExitCodes.Usage;
        }

        var report = new DecodeReport(device, codec, parsed.GetValue(Exchange), parsed.GetValue(Topic));
        return report.Write(bytes, parsed.InvocationConfiguration.Output) ? ExitCodes.Ok : ExitCodes.Failure;
    }

    /// <summary>The bytes that the input stands for; false with what is wrong and where.</summary>
    internal static bool TryBytes(ReadOnlySpan<byte> input, bool isText, bool isMessage, out byte[] bytes, out string problem)
    {
        (bytes, problem) = ([], string.Empty);
        if (isMessage)
        {
            bytes = input.TrimEnd("\r\n"u8).ToArray();
            return true;
        }

        if (!isText && input.IndexOfAnyExcept(HexInput) < 0)
        {
            return TryHex(input, out bytes, out problem);
        }

        return TryEscaped(input, out bytes, out problem);
    }

    private static bool TryHex(ReadOnlySpan<byte> input, out byte[] bytes, out string problem)
    {
        var digits = Encoding.ASCII.GetString(input).Where(c => !char.IsWhiteSpace(c)).ToArray();
        var whole = digits.Length % 2 == 0;
        bytes = whole ? Convert.FromHexString(digits) : [];
        problem = whole ? string.Empty : $"{digits.Length} hexadecimal digits: a byte has two. If this is text, say --text";
        return whole;
    }

    private static bool TryEscaped(ReadOnlySpan<byte> input, out byte[] bytes, out string problem)
    {
        var result = new List<byte>(input.Length);
        (bytes, problem) = ([], string.Empty);
        for (var i = 0; i < input.Length; i++)
        {
            if (input[i] != (byte)'\\')
            {
                result.Add(input[i]);
                continue;
            }

            var (value, length) = (i + 1 < input.Length ? (char)input[i + 1] : '\0') switch
            {
                'r' => ((byte)'\r', 2),
                'n' => ((byte)'\n', 2),
                't' => ((byte)'\t', 2),
                '\\' => ((byte)'\\', 2),
                'x' when i + 3 < input.Length && byte.TryParse(input.Slice(i + 2, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex) => (hex, 4),
                _ => ((byte)0, 0),
            };
            if (length == 0)
            {
                problem = $@"offset {i}: after '\' comes r, n, t, \ or x and two hexadecimal digits";
                return false;
            }

            result.Add(value);
            i += length - 1;
        }

        bytes = [.. result];
        return true;
    }

    private static async Task<byte[]> ReadAsync(string? file, CancellationToken stop)
    {
        if (file is not null)
        {
            return await File.ReadAllBytesAsync(file, stop);
        }

        await using var input = Console.OpenStandardInput();
        using var all = new MemoryStream();
        await input.CopyToAsync(all, stop);
        return all.ToArray();
    }
}

/// <summary>What a codec makes of bytes, written for people: each frame with its place and readings, each fault with its place.</summary>
internal sealed class DecodeReport(ProfileArguments device, IDeviceCodec codec, int? exchange, string? topic)
{
    private readonly RawReading[] _storage = new RawReading[Math.Max(device.Profile.Fields.Count, codec.MaxReadings)];

    /// <summary>Writes it; false when there was no frame that gave readings, or any byte belonged to none.</summary>
    public bool Write(ReadOnlySpan<byte> bytes, TextWriter output)
    {
        var (at, good, bad) = (0, 0, 0);
        while (at < bytes.Length)
        {
            var cut = codec.Framer.Cut(bytes[at..]);
            if (cut.Result == CutResult.NeedMore)
            {
                break;
            }

            if (cut.Result == CutResult.Frame)
            {
                good += Frame(bytes.Slice(at, cut.Consumed), at, output) ? 1 : 0;
            }
            else
            {
                bad++;
                output.WriteLine($"offset {at}: {Words(cut.Fault)}, {cut.Consumed} bytes: {Hex(bytes.Slice(at, cut.Consumed))}");
            }

            at += cut.Consumed;
        }

        if (at < bytes.Length)
        {
            bad++;
            output.WriteLine($"offset {at}: the beginning of a frame, {bytes.Length - at} bytes, whose end did not come: {Hex(bytes[at..])}");
        }

        if (bytes.IsEmpty)
        {
            output.WriteLine("no bytes came in");
        }

        return good > 0 && bad == 0;
    }

    private bool Frame(ReadOnlySpan<byte> frame, int at, TextWriter output)
    {
        var readings = new ReadingBuffer(_storage);
        var (status, answered) = (DecodeStatus.Unexpected, 0);
        for (var i = exchange ?? 0; i < (exchange + 1 ?? Math.Max(1, codec.Exchanges)); i++)
        {
            readings.Clear();
            answered = i;
            status = codec.Decode(FrameContext.Of(i) with { Topic = topic }, frame, ref readings);
            if (status != DecodeStatus.Unexpected)
            {
                break;
            }
        }

        var poll = codec.Exchanges > 1 && status != DecodeStatus.Unexpected ? $", answer to exchange {answered}" : string.Empty;
        var reason = readings.Reason is { } said ? $" ({said})" : string.Empty;
        output.WriteLine($"offset {at}: frame of {frame.Length} bytes{poll}: {Words(status)}{reason}");
        foreach (var reading in readings.Readings)
        {
            var field = device.Profile.Fields[reading.Field];
            var value = double.IsFinite(reading.Value) ? reading.Value.ToString("R", CultureInfo.InvariantCulture) : "-";
            var time = reading.Time is { } own ? "  " + Stamp(own) : string.Empty;
            output.WriteLine($"  {field.Name,-24} {value,16} {field.Unit ?? "(unit: setting)",-16} {Words(reading.Status)}{time}");
        }

        if (readings.DeviceTime is { } stamp)
        {
            output.WriteLine($"  device time {Stamp(stamp)}");
        }

        if (readings.NetworkTime is { } network)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  network time {network:yyyy-MM-ddTHH:mm:ss.fffZ}"));
        }

        if (readings.Counter is { } counter)
        {
            output.WriteLine($"  counter {counter}");
        }

        return status is DecodeStatus.Ok && readings.Count > 0;
    }

    private static string Stamp(DeviceTime time) =>
        time.Stamp.ToString("yyyy-MM-dd'T'HH:mm:ss.FFF", CultureInfo.InvariantCulture)
        + (time.Offset is not { } offset ? " (no zone)" : offset == TimeSpan.Zero ? "Z" : new DateTimeOffset(time.Stamp, offset).ToString("zzz", CultureInfo.InvariantCulture));

    /// <summary>The first bytes of what is wrong: enough to see what it is.</summary>
    private static string Hex(ReadOnlySpan<byte> bytes)
    {
        const int Shown = 32;
        var text = string.Join(' ', Convert.ToHexString(bytes[..Math.Min(bytes.Length, Shown)]).Chunk(2).Select(c => new string(c)));
        return bytes.Length > Shown ? text + " …" : text;
    }

    private static string Words(FrameFault fault) => fault switch
    {
        FrameFault.BadLength => "a frame with an impossible length",
        FrameFault.BadChecksum => "a frame with a wrong checksum",
        FrameFault.Overlong => "a start of frame without an end",
        FrameFault.Incomplete => "the beginning of a frame",
        _ => "no frame begins here",
    };

    private static string Words(DecodeStatus status) => status switch
    {
        DecodeStatus.Ok => "ok",
        DecodeStatus.WarmingUp => "warming up",
        DecodeStatus.DeviceFault => "device fault",
        _ => "not from this device, or not an answer to what is asked",
    };

    private static string Words(ReadingStatus status) => status switch
    {
        ReadingStatus.Ok => "ok",
        ReadingStatus.Missing => "missing",
        ReadingStatus.WarmingUp => "warming up",
        ReadingStatus.Calibrating => "calibrating",
        ReadingStatus.DeviceFault => "device fault",
        _ => "out of range",
    };
}
