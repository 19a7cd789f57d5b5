using System.Globalization;
using System.Text;
using MeetNet.Devices.Decoding;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;
using MeetNet.Yaml;

namespace MeetNet.Devices.Drivers;

/// <summary>The EC9800 protocol of Ecotech (Acoem) analysers: DCONC and a line with the concentration and a status word (Serinus 51 manual 1.0, appendix B).</summary>
internal sealed class Ec9800Driver : IDeviceDriver
{
    public string Name => "ec9800";

    public Carrier Carrier => Carrier.Stream;

    public bool IsPolled(DriverSettings settings) => true;

    public IDeviceCodec Bind(DeviceProfile profile, DeviceAddress at) => new Ec9800Codec(profile, IdOf(at));

    public IDeviceSimulator Simulate(DeviceProfile profile, DeviceAddress at) => new Ec9800Simulator(profile, IdOf(at));

    public DriverSettings ReadSettings(YamlMap section) => new Ec9800Settings(section.Choice("separator", "comma", "blank") == "comma" ? (byte)',' : (byte)' ');

    public FieldSettings ReadField(YamlMap field, DriverSettings settings) => new Ec9800FieldSettings();

    public CommandSettings? ReadCommand(YamlMap command, DriverSettings settings)
    {
        command.Optional("argument")?.Problem("this protocol's commands take no number: leave 'argument' out");
        return new Ec9800CommandSettings(Encoding.ASCII.GetBytes(command.Choice("word", "DSPAN", "DZERO", "ABORT")));
    }

    public void Check(DeviceProfile profile, ProfilePlaces places)
    {
        for (var i = 1; i < profile.Fields.Count; i++)
        {
            places.Field(i, "name", "the answer has one concentration: there is one field");
        }
    }

    private static int? IdOf(DeviceAddress at) => at.Text is null && at.Number is null or (>= 0 and <= BayernHessenCodec.MaxId)
        ? at.Number
        : throw new ProfileException($"an EC9800 device id is a number of at most three digits, not {at}");
}

/// <param name="Separator">What stands between command and id: a comma (Serinus 44, 51), or a blank (Serinus 40).</param>
internal sealed record Ec9800Settings(byte Separator) : DriverSettings;

internal sealed record Ec9800FieldSettings : FieldSettings;

internal sealed record Ec9800CommandSettings(byte[] Word) : CommandSettings(Answered: true);

internal sealed class Ec9800Codec : IDeviceCodec
{
    /// <summary>SYSFAIL, FLOWFAIL, LAMPFAIL, CHOPFAIL, CVFAIL, COOLERFAIL, HEATERFAIL, REFFAIL, PS-FAIL, HV-FAIL (bits 15 to 6) and OUT OF SERVICE (bit 5).</summary>
    public const uint Faults = 0xFFE0;

    /// <summary>Zero mode (bit 4) and span mode (bit 3).</summary>
    public const uint Calibration = 0x0018;

    /// <summary>Bit 1: set for ppm, clear for mg/m3.</summary>
    public const uint Ppm = 0x0002;

    public const byte Ack = 0x06;
    public const byte Nak = 0x15;

    private static readonly LineFramer Lines = new(LineEnding.Lf, 64);
    private static readonly AckFramer Acknowledgements = new();
    private static readonly byte[] Concentration = "DCONC"u8.ToArray();

    private readonly DeviceProfile _profile;
    private readonly int? _id;

    public Ec9800Codec(DeviceProfile profile, int? id)
    {
        _profile = profile;
        _id = id;
    }

    public IFramer Framer => Lines;

    public int Exchanges => 1;

    public int WriteRequest(in FrameContext context, Span<byte> destination) => Write(Concentration, destination);

    public IFramer CommandFramer(int command) => Acknowledgements;

    public int WriteCommand(int command, double? argument, Span<byte> destination) => Write(((Ec9800CommandSettings)_profile.Commands[command].Settings).Word, destination);

    public CommandAnswer DecodeCommand(int command, ReadOnlySpan<byte> frame, out string said)
    {
        said = string.Empty;
        return frame is [Ack] ? CommandAnswer.Done : frame is [Nak] ? CommandAnswer.Refused : CommandAnswer.Unexpected;
    }

    public DecodeStatus Decode(in FrameContext context, ReadOnlySpan<byte> frame, ref ReadingBuffer readings)
    {
        var text = LineFramer.TextOf(frame);
        var blank = text.IndexOf((byte)' ');
        if (blank < 0 || !AsciiNumber.TryRead(text[..blank], out var gas) || text[(blank + 1)..].Trim((byte)' ') is not { Length: 4 } digits || !Hex.TryWord(digits, out var word))
        {
            readings.Reason = "not-a-concentration";
            return DecodeStatus.Unexpected;
        }

        var reading = _profile.Fields[0].Value.Read(0, gas);
        var reason = readings.Reason;
        reading = (word & Faults) != 0 ? new RawReading(0, gas == 0 ? double.NaN : reading.Value, ReadingStatus.DeviceFault)
            : (word & Calibration) != 0 ? reading with { Status = ReadingStatus.Calibrating }
            : SaidUnit.Check(reading, _profile.Fields[0], new SaidUnit((word & Ppm) != 0 ? "[ppm]" : "mg/m3", KindOnly: false), ref reason);
        readings.Reason = reason;
        readings.Add(reading);
        return DecodeStatus.Ok;
    }

    private int Write(byte[] command, Span<byte> destination)
    {
        command.CopyTo(destination);
        var length = command.Length;
        if (_id is { } id)
        {
            destination[length++] = ((Ec9800Settings)_profile.Settings).Separator;
            length += BayernHessenCodec.WriteId(id, destination[length..]);
        }

        destination[length] = LineFramer.Cr;
        return length + 1;
    }
}

/// <summary>ACK or NAK alone; everything else belongs to no answer.</summary>
internal sealed class AckFramer : IFramer
{
    public int MaxFrame => 1;

    public FrameCut Cut(ReadOnlySpan<byte> window) => window.IsEmpty ? FrameCut.NeedMore
        : window[0] is Ec9800Codec.Ack or Ec9800Codec.Nak ? FrameCut.Frame(1)
        : FrameCut.Bad(FrameFault.Noise, 1);
}

internal sealed class Ec9800Simulator : IDeviceSimulator
{
    private readonly DeviceProfile _profile;
    private readonly string _tail;

    public Ec9800Simulator(DeviceProfile profile, int? id)
    {
        _profile = profile;
        _tail = id is { } number ? string.Create(CultureInfo.InvariantCulture, $"{(char)((Ec9800Settings)profile.Settings).Separator}{number:000}") : string.Empty;
    }

    public int MaxFrame => 64;

    public IFramer? Requests { get; } = new LineFramer(LineEnding.Cr, 64);

    public int Answer(ReadOnlySpan<byte> request, in SimulatedState state, Span<byte> reply)
    {
        var asked = Encoding.ASCII.GetString(LineFramer.TextOf(request));
        if (!asked.EndsWith(_tail, StringComparison.Ordinal))
        {
            return 0;
        }

        var command = asked[..^_tail.Length];
        if (command is "DSPAN" or "DZERO" or "ABORT")
        {
            reply[0] = Ec9800Codec.Ack;
            return Disturbances.Apply(state.Disturbance, state.Seed, reply, 1);
        }

        if (command != "DCONC")
        {
            return 0;
        }

        var field = _profile.Fields[0];
        var value = field.Value.Write(state.Values[0]);
        var word = state.UnitOf(field, 0) is "mg/m3" ? 0 : Ec9800Codec.Ppm;
        word |= state.Disturbance == Disturbance.DeviceFault || !double.IsFinite(value) ? 0x8000u : state.Disturbance == Disturbance.WarmingUp ? 0x0010u : 0;
        var line = string.Create(CultureInfo.InvariantCulture, $"{(double.IsFinite(value) ? value : 0):R} {word:X4}\r\n");
        return Disturbances.Apply(state.Disturbance, state.Seed, reply, Encoding.ASCII.GetBytes(line, reply));
    }
}
