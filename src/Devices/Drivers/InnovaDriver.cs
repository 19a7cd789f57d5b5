using System.Globalization;
using System.Text;
using MeetNet.Devices.Decoding;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;
using MeetNet.Yaml;

namespace MeetNet.Devices.Drivers;

/// <summary>LumaSense Innova photoacoustic monitors: <c>O_M? channel</c> gives blocks of samples (interface manual BB6032-14, §2.3.24).</summary>
internal sealed class InnovaDriver : IDeviceDriver
{
    public string Name => "innova";

    public Carrier Carrier => Carrier.Stream;

    public bool IsPolled(DriverSettings settings) => true;

    public IDeviceCodec Bind(DeviceProfile profile, DeviceAddress at) => new InnovaCodec(profile, ChannelOf(at));

    public IDeviceSimulator Simulate(DeviceProfile profile, DeviceAddress at) => new InnovaSimulator(profile, ChannelOf(at));

    public DriverSettings ReadSettings(YamlMap section)
    {
        var faults = section.Require("faults");
        var marks = TextKeys.Ascii(faults, InnovaSettings.Marks.Length);
        if (marks.AsSpan().IndexOfAnyExcept(InnovaSettings.Marks) >= 0)
        {
            faults.Problem($"'faults' is letters out of {Encoding.ASCII.GetString(InnovaSettings.Marks)}: the marks that make a sample no measurement");
        }

        return new InnovaSettings(marks);
    }

    public FieldSettings ReadField(YamlMap field, DriverSettings settings) =>
        new InnovaFieldSettings("ABCDEW".IndexOf(field.Choice("gas", "A", "B", "C", "D", "E", "W")[0], StringComparison.Ordinal));

    public void Check(DeviceProfile profile, ProfilePlaces places)
    {
        for (var i = 0; i < profile.Fields.Count; i++)
        {
            if (profile.Fields.Take(i).FirstOrDefault(f => f.Settings.Equals(profile.Fields[i].Settings)) is { } other)
            {
                places.Field(i, "gas", $"this gas is field '{other.Name}' already");
            }
        }
    }

    private static int ChannelOf(DeviceAddress at) => at.Text is null && at.Number is null or (>= 1 and <= 24)
        ? at.Number ?? 1
        : throw new ProfileException($"the address of an Innova monitor is the channel of its multipoint sampler, 1 to 24, not {at}");
}

/// <param name="Faults">The marks that make a sample no measurement.</param>
internal sealed record InnovaSettings(byte[] Faults) : DriverSettings
{
    /// <summary>Power up, operational error, warning; bad result, filter alignment, alarm limit; reset, power failed, job error, software error.</summary>
    public static readonly byte[] Marks = "POWBFARVJS"u8.ToArray();
}

/// <summary>Which column of gases, from 0: A to E, and W for water.</summary>
internal sealed record InnovaFieldSettings(int Gas) : FieldSettings;

/// <summary>
/// Takes the newest sample of a block. The monitor repeats what is in its memory until the next sample: the stamp tells; so it is asked more often than it samples.
/// </summary>
internal sealed class InnovaCodec : IDeviceCodec
{
    private const int Gases = 6;

    private static readonly InnovaFramer Blocks = new();

    private readonly DeviceProfile _profile;
    private readonly InnovaSettings _settings;
    private readonly InnovaFieldSettings[] _fields;
    private readonly int _channel;

    public InnovaCodec(DeviceProfile profile, int channel)
    {
        _profile = profile;
        _settings = (InnovaSettings)profile.Settings;
        _fields = [.. profile.Fields.Select(f => (InnovaFieldSettings)f.Settings)];
        _channel = channel;
    }

    public IFramer Framer => Blocks;

    public int Exchanges => 1;

    public int WriteRequest(in FrameContext context, Span<byte> destination)
    {
        "O_M? "u8.CopyTo(destination);
        _channel.TryFormat(destination[5..], out var digits, default, CultureInfo.InvariantCulture);
        destination[5 + digits] = LineFramer.Lf;
        return 6 + digits;
    }

    public DecodeStatus Decode(in FrameContext context, ReadOnlySpan<byte> frame, ref ReadingBuffer readings)
    {
        var rest = frame.Trim("\r\n"u8);
        var header = rest.IndexOf(LineFramer.Lf);
        if (!InnovaFramer.TryHeader(header < 0 ? rest : rest[..header], out _))
        {
            readings.Reason = "no-block";
            return DecodeStatus.Unexpected;
        }

        rest = header < 0 ? default : rest[(header + 1)..];
        ReadOnlySpan<byte> newest = default;
        DeviceTime time = default;
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf(LineFramer.Lf);
            var line = LineFramer.TextOf(end < 0 ? rest : rest[..end]);
            rest = end < 0 ? default : rest[(end + 1)..];
            if (!TryStamp(line, out var stamp))
            {
                readings.Reason = "broken-sample";
                return DecodeStatus.Unexpected;
            }

            if (newest.IsEmpty || stamp.Stamp >= time.Stamp)
            {
                newest = line;
                time = stamp;
            }
        }

        if (newest.IsEmpty)
        {
            readings.Reason = "no-samples";
            foreach (var field in _profile.Fields)
            {
                readings.Add(RawReading.Missing(_profile.FieldIndex(field.Name)));
            }

            return DecodeStatus.Ok;
        }

        readings.DeviceTime = time;
        return Sample(newest, ref readings);
    }

    /// <summary><c>yyyy-MM-dd,HH:mm:ss,</c> by the monitor's clock, which knows no zone.</summary>
    internal static bool TryStamp(ReadOnlySpan<byte> line, out DeviceTime time)
    {
        time = default;
        if (line.Length < 20 || line[10] != ',' || line[19] != ',')
        {
            return false;
        }

        Span<byte> iso = stackalloc byte[19];
        line[..19].CopyTo(iso);
        iso[10] = (byte)'T';
        return IsoStamp.TryParse(iso, out time);
    }

    /// <summary>Six gases, of which those that are not measured are '-', and ten marks.</summary>
    internal static bool TryColumns(ReadOnlySpan<byte> line, Span<double> gases, Span<bool> marks)
    {
        var rest = line[20..];
        for (var column = 0; column < gases.Length + marks.Length; column++)
        {
            var end = rest.IndexOf((byte)',');
            var word = (end < 0 ? rest : rest[..end]).Trim((byte)' ');
            if (end < 0 != (column == gases.Length + marks.Length - 1))
            {
                return false;
            }

            rest = end < 0 ? default : rest[(end + 1)..];
            if (column >= gases.Length)
            {
                if (word.Length != 1 || word[0] is not ((byte)'0' or (byte)'1'))
                {
                    return false;
                }

                marks[column - gases.Length] = word[0] == '1';
            }
            else if (word is [(byte)'-'])
            {
                gases[column] = double.NaN;
            }
            else if (!AsciiNumber.TryRead(word, out gases[column]))
            {
                return false;
            }
        }

        return true;
    }

    private DecodeStatus Sample(ReadOnlySpan<byte> line, ref ReadingBuffer readings)
    {
        Span<double> gases = stackalloc double[Gases];
        Span<bool> marks = stackalloc bool[InnovaSettings.Marks.Length];
        if (!TryColumns(line, gases, marks))
        {
            readings.Reason = "broken-sample";
            readings.DeviceTime = null;
            return DecodeStatus.Unexpected;
        }

        var fault = false;
        for (var i = 0; i < marks.Length; i++)
        {
            fault |= marks[i] && _settings.Faults.AsSpan().Contains(InnovaSettings.Marks[i]);
        }

        readings.Reason = fault ? "marked" : readings.Reason;
        for (var i = 0; i < _fields.Length; i++)
        {
            var reading = _profile.Fields[i].Value.Read(i, gases[_fields[i].Gas]);
            readings.Add(fault && reading.Status != ReadingStatus.Missing ? reading with { Status = ReadingStatus.DeviceFault } : reading);
        }

        return DecodeStatus.Ok;
    }
}

internal sealed class InnovaSimulator(DeviceProfile profile, int channel) : IDeviceSimulator
{
    private readonly InnovaSettings _settings = (InnovaSettings)profile.Settings;

    public int MaxFrame => 512;

    public IFramer? Requests { get; } = new LineFramer(LineEnding.Lf, 256);

    public int Answer(ReadOnlySpan<byte> request, in SimulatedState state, Span<byte> reply)
    {
        // It has no way to say that it warms up.
        var asked = Encoding.ASCII.GetString(LineFramer.TextOf(request));
        if (asked != string.Create(CultureInfo.InvariantCulture, $"O_M? {channel}") || state.Disturbance == Disturbance.WarmingUp)
        {
            return 0;
        }

        var gases = Enumerable.Repeat("-", 6).ToArray();
        for (var i = 0; i < profile.Fields.Count; i++)
        {
            var value = profile.Fields[i].Value.Write(state.Values[i]);
            gases[((InnovaFieldSettings)profile.Fields[i].Settings).Gas] = double.IsFinite(value) ? value.ToString("0.0000E+00", CultureInfo.InvariantCulture) : "-";
        }

        var fault = state.Disturbance == Disturbance.DeviceFault;
        var marks = InnovaSettings.Marks.Select(m => fault && _settings.Faults.Contains(m) ? "1" : "0");
        var stamp = state.DeviceTime.Stamp.ToString("yyyy-MM-dd,HH:mm:ss", CultureInfo.InvariantCulture);
        var text = $"1, 1\n{stamp},{string.Join(',', gases)},{string.Join(',', marks)}\n";
        return Disturbances.Apply(state.Disturbance, state.Seed, reply, Encoding.ASCII.GetBytes(text, reply));
    }
}
