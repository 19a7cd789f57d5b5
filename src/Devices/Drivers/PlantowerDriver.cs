using System.Buffers.Binary;
using MeetNet.Devices.Decoding;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;
using MeetNet.Yaml;

namespace MeetNet.Devices.Drivers;

/// <summary>
/// Plantower particle sensors in active mode: frames of big-endian words after 42 4D and a length, unasked, about one a second
/// (PMS5003 series data manual V2.3, appendix I).
/// </summary>
internal sealed class PlantowerDriver : IDeviceDriver
{
    public string Name => "plantower";

    public Carrier Carrier => Carrier.Stream;

    public bool IsPolled(DriverSettings settings) => false;

    public IDeviceCodec Bind(DeviceProfile profile, DeviceAddress at) => new PlantowerCodec(profile, Alone(at));

    public IDeviceSimulator Simulate(DeviceProfile profile, DeviceAddress at) => new PlantowerSimulator(profile, Alone(at));

    public DriverSettings ReadSettings(YamlMap section)
    {
        // Data words and the sum; 28 for the 5003, 20 for the 3003, up to 40 for the ones with more gases.
        var length = section.Integer("length", 4, 64);
        if (length % 2 != 0)
        {
            section.Problem("length", "the length counts 16-bit words and a 16-bit sum, so it is even");
        }

        var words = (length / 2) - 1;
        return new PlantowerSettings(
            length,
            section.Optional("errorWord")?.Integer(1, words),
            section.Optional("zeroWords")?.Integer(1, words) ?? 0);
    }

    public FieldSettings ReadField(YamlMap field, DriverSettings settings)
    {
        var word = field.Integer("word", 1, ((PlantowerSettings)settings).Words);
        var type = field.Choice("type", "uint16", "int16") == "int16" ? NumberType.Int16 : NumberType.UInt16;
        return new PlantowerFieldSettings(word) { Layout = new NumberLayout(type, ByteOrder.Abcd) };
    }

    public void Check(DeviceProfile profile, ProfilePlaces places)
    {
        for (var i = 0; i < profile.Fields.Count; i++)
        {
            var word = ((PlantowerFieldSettings)profile.Fields[i].Settings).Word;
            if (profile.Fields.Take(i).FirstOrDefault(f => ((PlantowerFieldSettings)f.Settings).Word == word) is { } other)
            {
                places.Field(i, "word", $"word {word} is field '{other.Name}' already");
            }

            if (word == ((PlantowerSettings)profile.Settings).ErrorWord)
            {
                places.Field(i, "word", $"word {word} is the error word");
            }
        }
    }

    private static DeviceAddress Alone(DeviceAddress at) => at == DeviceAddress.None
        ? at
        : throw new ProfileException($"a Plantower sensor is alone on its line and has no address, not {at}");
}

/// <summary>The shape of a model's frames.</summary>
/// <param name="Length">The value of the length field.</param>
/// <param name="ErrorWord">The word whose low byte is an error code, or null.</param>
/// <param name="ZeroWords">
/// While warming up the sensor sends sound frames whose first this many words are all zero; 0 when zero says nothing.
/// </param>
internal sealed record PlantowerSettings(int Length, int? ErrorWord, int ZeroWords) : DriverSettings
{
    /// <summary>How many data words there are, without the sum.</summary>
    public int Words => (Length / 2) - 1;

    /// <summary>"BM": the two start characters.</summary>
    public static PrefixedFramer FramerOf(DriverSettings settings) => new([0x42, 0x4D], ((PlantowerSettings)settings).Length);
}

/// <summary>Which data word a field is, from 1 as in the manual's table.</summary>
internal sealed record PlantowerFieldSettings(int Word) : FieldSettings;

internal sealed class PlantowerCodec : IDeviceCodec
{
    private readonly DeviceProfile _profile;
    private readonly PlantowerSettings _settings;
    private readonly PlantowerFieldSettings[] _fields;
    private readonly PrefixedFramer _framer;

    public PlantowerCodec(DeviceProfile profile, DeviceAddress at)
    {
        _ = at;
        _profile = profile;
        _settings = (PlantowerSettings)profile.Settings;
        _fields = [.. profile.Fields.Select(f => (PlantowerFieldSettings)f.Settings)];
        _framer = PlantowerSettings.FramerOf(_settings);
    }

    public IFramer Framer => _framer;

    public DecodeStatus Decode(in FrameContext context, ReadOnlySpan<byte> frame, ref ReadingBuffer readings)
    {
        if (frame.Length != _framer.MaxFrame)
        {
            readings.Reason = "other-length";
            return DecodeStatus.Unexpected;
        }

        var data = frame[_framer.DataOffset..];
        if (_settings.ZeroWords > 0 && data[..(2 * _settings.ZeroWords)].IndexOfAnyExcept((byte)0) < 0)
        {
            return AllOf(ReadingStatus.WarmingUp, DecodeStatus.WarmingUp, "all-zero", ref readings);
        }

        if (_settings.ErrorWord is { } word && data[(2 * word) - 1] != 0)
        {
            return AllOf(ReadingStatus.DeviceFault, DecodeStatus.DeviceFault, "error-code", ref readings);
        }

        for (var i = 0; i < _fields.Length; i++)
        {
            var transmitted = _fields[i].Layout!.Value.Read(data[(2 * (_fields[i].Word - 1))..]);
            readings.Add(_profile.Fields[i].Value.Read(i, transmitted));
        }

        return DecodeStatus.Ok;
    }

    private DecodeStatus AllOf(ReadingStatus status, DecodeStatus result, string reason, ref ReadingBuffer readings)
    {
        readings.Reason = reason;
        for (var i = 0; i < _fields.Length; i++)
        {
            readings.Add(i, double.NaN, status);
        }

        return result;
    }
}

internal sealed class PlantowerSimulator : IDeviceSimulator
{
    private readonly DeviceProfile _profile;
    private readonly PlantowerSettings _settings;
    private readonly PrefixedFramer _framer;

    public PlantowerSimulator(DeviceProfile profile, DeviceAddress at)
    {
        _ = at;
        _profile = profile;
        _settings = (PlantowerSettings)profile.Settings;
        _framer = PlantowerSettings.FramerOf(_settings);
    }

    public int MaxFrame => _framer.MaxFrame;

    public IFramer? Requests => null;

    public int Emit(in SimulatedState state, Span<byte> frame)
    {
        var data = frame[_framer.DataOffset.._framer.MaxFrame];
        data.Clear();
        if (state.Disturbance == Disturbance.WarmingUp)
        {
            return _settings.ZeroWords > 0 ? _framer.Close(frame) : 0;
        }

        // Words that no field covers (particle counts) are never all zero in a sensor that runs; 1 keeps very clean air, which
        // rounds to 0 ug/m3, from looking like a warm-up frame.
        for (var word = 1; word <= _settings.ZeroWords; word++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(data[(2 * (word - 1))..], 1);
        }

        for (var i = 0; i < _profile.Fields.Count; i++)
        {
            if (!double.IsFinite(state.Values[i]))
            {
                // The frame has no way to say "no number".
                return 0;
            }

            var field = (PlantowerFieldSettings)_profile.Fields[i].Settings;
            field.Layout!.Value.Write(_profile.Fields[i].Value.Write(state.Values[i]), data[(2 * (field.Word - 1))..]);
        }

        if (state.Disturbance == Disturbance.DeviceFault)
        {
            if (_settings.ErrorWord is not { } error)
            {
                return 0;
            }

            data[(2 * error) - 1] = 1;
        }

        return Disturbances.Apply(state.Disturbance, state.Seed, frame, _framer.Close(frame));
    }
}
