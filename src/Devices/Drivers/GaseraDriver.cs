using System.Buffers.Text;
using System.Globalization;
using System.Text;
using MeetNet.Devices.Decoding;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;
using MeetNet.Yaml;

namespace MeetNet.Devices.Drivers;

/// <summary>Gasera ONE: the AK protocol, <c>STX blank FUNC blank Kn blank data ETX</c>, usually over TCP (GASERA ONE AK protocol, rev. h).</summary>
internal sealed class GaseraDriver : IDeviceDriver
{
    public string Name => "gasera";

    public Carrier Carrier => Carrier.Stream;

    public bool IsPolled(DriverSettings settings) => true;

    public IDeviceCodec Bind(DeviceProfile profile, DeviceAddress at) => new GaseraCodec(profile, Alone(at));

    public IDeviceSimulator Simulate(DeviceProfile profile, DeviceAddress at) => new GaseraSimulator(profile, Alone(at));

    public DriverSettings ReadSettings(YamlMap section) => new GaseraSettings(section.Integer("channel", 0, 9));

    public FieldSettings ReadField(YamlMap field, DriverSettings settings) => new GaseraFieldSettings(TextKeys.Ascii(field.Require("cas"), 12));

    public CommandSettings? ReadCommand(YamlMap command, DriverSettings settings)
    {
        var function = command.Require("function");
        var bytes = TextKeys.Ascii(function, 4);
        if (bytes.Length is > 0 and not 4)
        {
            function.Problem("'function' is the four letters of an AK command, such as STAM");
        }

        return new GaseraCommandSettings(bytes);
    }

    public void Check(DeviceProfile profile, ProfilePlaces places)
    {
        for (var i = 0; i < profile.Fields.Count; i++)
        {
            var cas = ((GaseraFieldSettings)profile.Fields[i].Settings).Cas;
            if (profile.Fields.Take(i).FirstOrDefault(f => ((GaseraFieldSettings)f.Settings).Cas.AsSpan().SequenceEqual(cas)) is { } other)
            {
                places.Field(i, "cas", $"this substance is field '{other.Name}' already");
            }
        }
    }

    private static DeviceAddress Alone(DeviceAddress at) => at == DeviceAddress.None
        ? at
        : throw new ProfileException($"a Gasera analyser has no address, not {at}");
}

/// <param name="Channel">The number after K.</param>
internal sealed record GaseraSettings(int Channel) : DriverSettings;

/// <summary>The CAS number of the substance.</summary>
internal sealed record GaseraFieldSettings(byte[] Cas) : FieldSettings;

/// <summary>The four letters of a command; a number goes behind it where the profile says so.</summary>
internal sealed record GaseraCommandSettings(byte[] Function) : CommandSettings(Answered: true);

/// <summary>Asks how it is (ASTS), then for the last result (ACON); when it has a fault, for its error codes (AERR).</summary>
internal sealed class GaseraCodec : IDeviceCodec
{
    public const byte Stx = 0x02;
    public const byte Etx = 0x03;
    public const int Longest = 2048;

    private const int AskStatus = 0;
    private const int AskResult = 1;
    private const int AskErrors = 2;
    private const int End = 3;

    private static readonly DelimitedFramer Messages = new(Stx, Etx, Longest);
    private static readonly byte[][] Functions = ["ASTS"u8.ToArray(), "ACON"u8.ToArray(), "AERR"u8.ToArray()];

    private readonly DeviceProfile _profile;
    private readonly GaseraFieldSettings[] _fields;
    private readonly int _channel;

    public GaseraCodec(DeviceProfile profile, DeviceAddress at)
    {
        _ = at;
        _profile = profile;
        _fields = [.. profile.Fields.Select(f => (GaseraFieldSettings)f.Settings)];
        _channel = ((GaseraSettings)profile.Settings).Channel;
    }

    public IFramer Framer => Messages;

    public int Exchanges => End;

    public int WriteRequest(in FrameContext context, Span<byte> destination) => Write(Functions[context.Exchange], null, destination);

    public int WriteCommand(int command, double? argument, Span<byte> destination) =>
        Write(((GaseraCommandSettings)_profile.Commands[command].Settings).Function, argument, destination);

    public CommandAnswer DecodeCommand(int command, ReadOnlySpan<byte> frame, out string said)
    {
        said = string.Empty;
        if (!AkWords.TryRead(frame, out var words) || !words.Function.SequenceEqual(((GaseraCommandSettings)_profile.Commands[command].Settings).Function))
        {
            return CommandAnswer.Unexpected;
        }

        said = Encoding.ASCII.GetString(words.Rest);
        return words.Error == 0 ? CommandAnswer.Done : CommandAnswer.Refused;
    }

    public DecodeStatus Decode(in FrameContext context, ReadOnlySpan<byte> frame, ref ReadingBuffer readings)
    {
        if (context.Exchange is < 0 or >= End || !AkWords.TryRead(frame, out var words) || !words.Function.SequenceEqual(Functions[context.Exchange]))
        {
            readings.Reason = "other-answer";
            return DecodeStatus.Unexpected;
        }

        if (words.Error != 0)
        {
            readings.Reason = "request-error";
            readings.Follow = new Follow(End);
            return NotReady(DecodeStatus.DeviceFault, ReadingStatus.DeviceFault, ref readings);
        }

        switch (context.Exchange)
        {
            case AskStatus:
                return Status(words, ref readings);
            case AskResult:
                readings.Follow = new Follow(End);
                return Result(words, (ReadingStatus)context.State, ref readings);
            default:
                readings.Reason = words.TryNext(out _) ? "device-error" : "malfunction";
                return NotReady(DecodeStatus.DeviceFault, ReadingStatus.DeviceFault, ref readings);
        }
    }

    /// <summary>0 initialising, 1 initialisation error, 2 idle, 3 self-test, 4 malfunction, 5 measuring, 6 calibration, 7 cancelling, 8 laser scan (rev. h, ASTS).</summary>
    private DecodeStatus Status(AkWords words, ref ReadingBuffer readings)
    {
        if (!words.TryNext(out var word) || !BayernHessenCodec.TryDigits(word, out var status))
        {
            readings.Reason = "other-answer";
            return DecodeStatus.Unexpected;
        }

        switch (status)
        {
            case 1 or 4:
                readings.Reason = "malfunction";
                readings.Follow = new Follow(AskErrors);
                return NotReady(DecodeStatus.DeviceFault, ReadingStatus.DeviceFault, ref readings);
            case 0 or 3 or 8:
                readings.Reason = "not-ready";
                readings.Follow = new Follow(End);
                return NotReady(DecodeStatus.WarmingUp, ReadingStatus.WarmingUp, ref readings);
            default:
                readings.Follow = new Follow(AskResult, State: (int)(status == 6 ? ReadingStatus.Calibrating : ReadingStatus.Ok));
                return DecodeStatus.Ok;
        }
    }

    /// <summary>Triplets of epoch, CAS number and ppm. The same again until the next cycle has ended: the epoch tells.</summary>
    private DecodeStatus Result(AkWords words, ReadingStatus status, ref ReadingBuffer readings)
    {
        Span<bool> seen = stackalloc bool[ProfileReader.MaxFields];
        var before = readings.Count;
        DeviceTime? latest = null;
        while (words.TryNext(out var epoch))
        {
            if (!words.TryNext(out var cas) || !words.TryNext(out var number) || !TryEpoch(epoch, out var time) || !AsciiNumber.TryRead(number, out var ppm))
            {
                readings.Truncate(before);
                readings.Reason = "broken-triplet";
                return DecodeStatus.Unexpected;
            }

            latest = latest is null || time.Stamp > latest.Value.Stamp ? time : latest;
            var field = FieldOf(cas);
            if (field >= 0 && !seen[field])
            {
                seen[field] = true;
                var reading = _profile.Fields[field].Value.Read(field, ppm) with { Time = time };
                readings.Add(status == ReadingStatus.Ok ? reading : reading with { Status = status });
            }
        }

        for (var i = 0; i < _fields.Length; i++)
        {
            if (!seen[i])
            {
                readings.Add(RawReading.Missing(i));
            }
        }

        readings.Reason = readings.Count > before && latest is null ? "no-result" : readings.Reason;
        readings.DeviceTime = latest;
        return DecodeStatus.Ok;
    }

    private int FieldOf(ReadOnlySpan<byte> cas)
    {
        for (var i = 0; i < _fields.Length; i++)
        {
            if (cas.SequenceEqual(_fields[i].Cas))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Seconds since 1970 by the clock of the analyser, which runs in UTC (rev. h, ACON and ACLK).</summary>
    private static bool TryEpoch(ReadOnlySpan<byte> text, out DeviceTime time)
    {
        var ok = Utf8Parser.TryParse(text, out uint seconds, out var used) && used == text.Length;
        time = new DeviceTime(DateTime.SpecifyKind(DateTime.UnixEpoch.AddSeconds(seconds), DateTimeKind.Unspecified), TimeSpan.Zero);
        return ok;
    }

    private DecodeStatus NotReady(DecodeStatus result, ReadingStatus status, ref ReadingBuffer readings)
    {
        for (var i = 0; i < _fields.Length; i++)
        {
            readings.Add(i, double.NaN, status);
        }

        return result;
    }

    private int Write(byte[] function, double? argument, Span<byte> destination)
    {
        destination[0] = Stx;
        destination[1] = (byte)' ';
        function.CopyTo(destination[2..]);
        var length = 2 + function.Length;
        " K"u8.CopyTo(destination[length..]);
        length += 2;
        destination[length++] = (byte)('0' + _channel);
        destination[length++] = (byte)' ';
        if (argument is { } number)
        {
            length += Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{number:R} "), destination[length..]);
        }

        destination[length] = Etx;
        return length + 1;
    }
}

/// <summary>The words of an AK answer: <c>STX blank FUNC blank error blank data … ETX</c>.</summary>
internal ref struct AkWords
{
    private ReadOnlySpan<byte> _rest;

    private AkWords(ReadOnlySpan<byte> function, int error, ReadOnlySpan<byte> rest)
    {
        Function = function;
        Error = error;
        _rest = rest;
    }

    /// <summary>The four letters.</summary>
    public ReadOnlySpan<byte> Function { get; }

    /// <summary>0: success; 1: the request could not be processed; 2: processed, but a part is not there.</summary>
    public int Error { get; }

    /// <summary>What has not been taken yet.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    public static bool TryRead(ReadOnlySpan<byte> frame, out AkWords words)
    {
        words = default;
        var text = new AkWords(default, 0, frame.Trim("\x02\x03 "u8));
        if (!text.TryNext(out var function) || function.Length != 4 || !text.TryNext(out var error) || !BayernHessenCodec.TryDigits(error, out var code) || error.Length != 1)
        {
            return false;
        }

        words = new AkWords(function, code, text._rest);
        return true;
    }

    public bool TryNext(out ReadOnlySpan<byte> word)
    {
        _rest = _rest.TrimStart((byte)' ');
        var length = _rest.IndexOf((byte)' ');
        word = length < 0 ? _rest : _rest[..length];
        _rest = _rest[word.Length..];
        return !word.IsEmpty;
    }
}

internal sealed class GaseraSimulator : IDeviceSimulator
{
    private readonly DeviceProfile _profile;

    public GaseraSimulator(DeviceProfile profile, DeviceAddress at)
    {
        _ = at;
        _profile = profile;
    }

    public int MaxFrame => GaseraCodec.Longest;

    public IFramer? Requests { get; } = new DelimitedFramer(GaseraCodec.Stx, GaseraCodec.Etx, GaseraCodec.Longest);

    public int Answer(ReadOnlySpan<byte> request, in SimulatedState state, Span<byte> reply)
    {
        var words = Encoding.ASCII.GetString(request.Trim("\x02\x03 "u8)).Split(' ');
        var answer = words[0] switch
        {
            "ASTS" => "ASTS 0 " + (state.Disturbance switch { Disturbance.WarmingUp => "0", Disturbance.DeviceFault => "4", _ => "5" }),
            "AERR" => "AERR 0 " + (state.Disturbance == Disturbance.DeviceFault ? "8001" : string.Empty),
            "ACON" => "ACON 0 " + Result(state),
            "STAM" or "STPM" => words[0] + " 0 ",
            _ => words[0] + " 1",
        };
        return Disturbances.Apply(state.Disturbance, state.Seed, reply, Encoding.ASCII.GetBytes($"\x02 {answer}\x03", reply));
    }

    private string Result(in SimulatedState state)
    {
        var epoch = (uint)Math.Max(0, (state.DeviceTime.Stamp - DateTime.SpecifyKind(DateTime.UnixEpoch, DateTimeKind.Unspecified)).TotalSeconds);
        var text = new StringBuilder();
        for (var i = 0; i < _profile.Fields.Count; i++)
        {
            var value = _profile.Fields[i].Value.Write(state.Values[i]);
            if (double.IsFinite(value))
            {
                var cas = Encoding.ASCII.GetString(((GaseraFieldSettings)_profile.Fields[i].Settings).Cas);
                text.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? string.Empty : " ")}{epoch} {cas} {value:R}");
            }
        }

        return text.ToString();
    }
}
