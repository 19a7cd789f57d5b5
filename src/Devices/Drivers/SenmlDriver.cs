using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MeetNet.Devices.Decoding;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Payloads;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;
using MeetNet.Yaml;

namespace MeetNet.Devices.Drivers;

/// <summary>Sensors that send SenML (RFC 8428) in JSON or CBOR: a field is a record with a name and a unit, and may come many times in a message, each with its own time.</summary>
internal sealed partial class SenmlDriver : IDeviceDriver
{
    public string Name => "senml";

    public Carrier Carrier => Carrier.Message;

    public bool IsPolled(DriverSettings settings) => false;

    public IDeviceCodec Bind(DeviceProfile profile, DeviceAddress at) => new SenmlCodec(profile, BaseName(profile, at));

    public IDeviceSimulator Simulate(DeviceProfile profile, DeviceAddress at) => new SenmlSimulator(profile, BaseName(profile, at));

    public DriverSettings ReadSettings(YamlMap section)
    {
        var value = section.Require("name");
        var name = value.Matching(NameText(), "the beginning of all names, with {address} where the device's address is, such as 'urn:dev:ow:{address}:'");
        return new SenmlSettings(name);
    }

    public FieldSettings ReadField(YamlMap field, DriverSettings settings)
    {
        var record = field.Optional("record")?.Matching(RecordText(), "letters, digits and '- : . / _' (RFC 8428 §4.5.1)") ?? string.Empty;
        var unit = field.Require("senmlUnit").Matching(UnitText(), "a unit of the SenML registry, such as Cel, %RH or Pa");
        var optional = field.Optional("optional")?.Boolean() ?? false;
        return new SenmlFieldSettings(record, unit, optional);
    }

    public void Check(DeviceProfile profile, ProfilePlaces places)
    {
        for (var i = 0; i < profile.Fields.Count; i++)
        {
            var own = (SenmlFieldSettings)profile.Fields[i].Settings;
            if (profile.Fields.Take(i).FirstOrDefault(f => f.Settings is SenmlFieldSettings other && other.Record == own.Record && other.Unit == own.Unit) is { } twin)
            {
                places.Field(i, "senmlUnit", $"the records of that name and unit are field '{twin.Name}' already");
            }
        }
    }

    private static string BaseName(DeviceProfile profile, DeviceAddress at)
    {
        var name = ((SenmlSettings)profile.Settings).Name;
        var hasPlace = name.Contains(TopicTemplate.Place, StringComparison.Ordinal);
        if (hasPlace != (at.Number is not null || at.Text is not null))
        {
            throw new ProfileException(hasPlace
                ? $"the names in the messages of {profile.Maker} {profile.Model} contain its address ({name}), which is missing"
                : $"the names in the messages of {profile.Maker} {profile.Model} don't contain an address: leave {at} out");
        }

        return name.Replace(TopicTemplate.Place, at.ToString(), StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^(?:[A-Za-z0-9:./_-]|\{address\})*$")]
    private static partial Regex NameText();

    [GeneratedRegex("^[A-Za-z0-9:./_-]{1,100}$")]
    private static partial Regex RecordText();

    [GeneratedRegex("^[!-~]{1,20}$")]
    private static partial Regex UnitText();
}

/// <param name="Name">What all names of a device begin with.</param>
internal sealed record SenmlSettings(string Name) : DriverSettings;

/// <param name="Record">The rest of the name; empty when the device has one name for all and tells them apart by the unit.</param>
/// <param name="Unit">The record's unit; a record that states another is another field's.</param>
/// <param name="Optional">Left out of some packs by design.</param>
internal sealed record SenmlFieldSettings(string Record, string Unit, bool Optional) : FieldSettings;

internal sealed class SenmlCodec : IDeviceCodec
{
    /// <summary>Packs are small by design; a day of minutes is below this.</summary>
    private const int LongestMessage = 128 * 1024;

    /// <summary>A day of five-minute values.</summary>
    private const int MostReadings = 288;

    private static readonly MessageFramer OneMessage = new(LongestMessage);

    private readonly DeviceProfile _profile;
    private readonly SenmlFieldSettings[] _fields;
    private readonly byte[] _begin;
    private readonly byte[][] _names;
    private readonly byte[][] _units;

    public SenmlCodec(DeviceProfile profile, string baseName)
    {
        _profile = profile;
        _fields = [.. profile.Fields.Select(f => (SenmlFieldSettings)f.Settings)];
        _begin = Encoding.ASCII.GetBytes(baseName);
        _names = [.. _fields.Select(f => Encoding.ASCII.GetBytes(baseName + f.Record))];
        _units = [.. _fields.Select(f => Encoding.ASCII.GetBytes(f.Unit))];
    }

    public IFramer Framer => OneMessage;

    public int MaxReadings => MostReadings;

    public DecodeStatus Decode(in FrameContext context, ReadOnlySpan<byte> frame, ref ReadingBuffer readings)
    {
        var before = readings.Count;
        Span<bool> seen = stackalloc bool[ProfileReader.MaxFields];
        var pack = new SenmlPack(frame, stackalloc byte[SenmlPack.NameRoom]);
        var mine = false;
        while (pack.MoveNext())
        {
            mine |= pack.Name.StartsWith(_begin);
            var field = FieldOf(pack.Name, pack.Unit);
            if (field < 0)
            {
                continue;
            }

            seen[field] = true;
            var reading = pack.Value is { } number ? _profile.Fields[field].Value.Read(field, number) : RawReading.Missing(field);
            if (!readings.Add(reading with { Time = TimeOf(pack.Time, context.ReceivedAt) }))
            {
                readings.Reason = "too-many-records";
            }
        }

        if (pack.Fault is { } fault || !mine)
        {
            readings.Truncate(before);
            readings.Reason = pack.Fault ?? "other-device";
            return DecodeStatus.Unexpected;
        }

        for (var i = 0; i < _fields.Length; i++)
        {
            if (!seen[i] && !_fields[i].Optional)
            {
                readings.Add(RawReading.Missing(i));
            }
        }

        return DecodeStatus.Ok;
    }

    private int FieldOf(ReadOnlySpan<byte> name, ReadOnlySpan<byte> unit)
    {
        for (var i = 0; i < _names.Length; i++)
        {
            if (name.SequenceEqual(_names[i]) && (unit.IsEmpty || unit.SequenceEqual(_units[i])))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Null for now itself: then the arrival counts.</summary>
    private static DeviceTime? TimeOf(double seconds, DateTimeOffset now)
    {
        if (seconds >= SenmlPack.AbsoluteFrom)
        {
            return StampForms.TryUnix(seconds, out var stamp) ? stamp : null;
        }

        return seconds != 0 && StampForms.TryUnix(((now - DateTimeOffset.UnixEpoch).Ticks / (double)TimeSpan.TicksPerSecond) + seconds, out var relative) ? relative : null;
    }
}

internal sealed class SenmlSimulator(DeviceProfile profile, string baseName) : IDeviceSimulator
{
    public int MaxFrame => 8192;

    public IFramer? Requests => null;

    public int Emit(in SimulatedState state, Span<byte> frame)
    {
        if (state.Disturbance is not (Disturbance.None or Disturbance.Garbage or Disturbance.Corrupt))
        {
            return 0;
        }

        var pack = new JsonArray();
        for (var i = 0; i < profile.Fields.Count; i++)
        {
            var own = (SenmlFieldSettings)profile.Fields[i].Settings;
            var number = profile.Fields[i].Value.Write(state.Values[i]);
            if (double.IsFinite(number))
            {
                pack.Add(new JsonObject { ["n"] = baseName + own.Record, ["u"] = own.Unit, ["v"] = number });
            }
        }

        var length = Encoding.UTF8.GetBytes(pack.ToJsonString(), frame);
        return Disturbances.Apply(state.Disturbance, state.Seed, frame, length);
    }
}
