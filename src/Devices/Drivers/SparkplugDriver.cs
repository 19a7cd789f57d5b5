using MeetNet.Devices.Decoding;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Payloads;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;
using MeetNet.Yaml;

namespace MeetNet.Devices.Drivers;

/// <summary>
/// Edge nodes that speak Sparkplug B (Eclipse Sparkplug 3.0.0). The address is <c>group/edge</c> or <c>group/edge/device</c>; the line's topic must carry everything of the
/// edge node (<c>spBv1.0/group/+/edge/#</c>), since its sequence numbers run over all of it.
/// </summary>
internal sealed class SparkplugDriver : IDeviceDriver
{
    public string Name => "sparkplug-b";

    public Carrier Carrier => Carrier.Message;

    public bool IsPolled(DriverSettings settings) => false;

    public IDeviceCodec Bind(DeviceProfile profile, DeviceAddress at) => new SparkplugCodec(profile, Place(at));

    public IDeviceSimulator Simulate(DeviceProfile profile, DeviceAddress at) => new SparkplugSimulator(profile, Place(at));

    public DriverSettings ReadSettings(YamlMap section) => new SparkplugSettings(section.Optional("badQualityMeans") is { } value
        ? value.Choice("missing", "device-fault") == "missing" ? ReadingStatus.Missing : ReadingStatus.DeviceFault
        : ReadingStatus.DeviceFault);

    public FieldSettings ReadField(YamlMap field, DriverSettings settings) =>
        new SparkplugFieldSettings(field.String("metric"), field.Optional("element")?.Integer(0, 10_000) ?? 0);

    public void Check(DeviceProfile profile, ProfilePlaces places)
    {
        for (var i = 0; i < profile.Fields.Count; i++)
        {
            var own = (SparkplugFieldSettings)profile.Fields[i].Settings;
            if (profile.Fields.Take(i).FirstOrDefault(f => f.Settings is SparkplugFieldSettings other && other == own) is { } twin)
            {
                places.Field(i, "metric", $"this metric is field '{twin.Name}' already");
            }
        }
    }

    private static SparkplugPlace Place(DeviceAddress at)
    {
        var parts = at.Text?.Split('/') ?? [];
        return parts.Length is 2 or 3 && parts.All(p => p.Length > 0 && p.AsSpan().IndexOfAny("+#") < 0)
            ? new SparkplugPlace(parts[0], parts[1], parts.Length == 3 ? parts[2] : null)
            : throw new ProfileException($"a Sparkplug address is group/edge or group/edge/device, not {at}");
    }
}

/// <summary>Whose metrics: the edge node's own when there is no device.</summary>
internal sealed record SparkplugPlace(string Group, string Edge, string? Device)
{
    public string Topic(string type) => $"{SparkplugTopic.Namespace}/{Group}/{type}/{Edge}" + (Device is null ? string.Empty : "/" + Device);
}

/// <param name="BadQuality">What a metric with the property Quality other than 192 is.</param>
internal sealed record SparkplugSettings(ReadingStatus BadQuality) : DriverSettings;

/// <param name="Metric">The metric's name.</param>
/// <param name="Element">Which element, when it is an array.</param>
internal sealed record SparkplugFieldSettings(string Metric, int Element) : FieldSettings;

internal sealed class SparkplugCodec : IDeviceCodec
{
    private const int LongestMessage = 256 * 1024;

    /// <summary>An edge node that was without a network sends what it has stored as historical values.</summary>
    private const int MostReadings = 512;

    /// <summary>§6.4.19: the only quality that is good.</summary>
    private const int GoodQuality = 192;

    private static readonly MessageFramer OneMessage = new(LongestMessage);

    private readonly DeviceProfile _profile;
    private readonly SparkplugSettings _settings;
    private readonly SparkplugFieldSettings[] _fields;
    private readonly SparkplugPlace _place;
    private readonly SparkplugEdge _edge = new();

    public SparkplugCodec(DeviceProfile profile, SparkplugPlace place)
    {
        _profile = profile;
        _settings = (SparkplugSettings)profile.Settings;
        _fields = [.. profile.Fields.Select(f => (SparkplugFieldSettings)f.Settings)];
        _place = place;
    }

    public IFramer Framer => OneMessage;

    public int MaxReadings => MostReadings;

    public DecodeStatus Decode(in FrameContext context, ReadOnlySpan<byte> frame, ref ReadingBuffer readings)
    {
        if (SparkplugTopic.Parse(context.Topic ?? string.Empty, out _) is not { } topic)
        {
            return Unexpected("not-sparkplug", ref readings);
        }

        if (topic.Type is "STATE" or "NCMD" or "DCMD" || topic.Group != _place.Group || topic.Edge != _place.Edge)
        {
            return Unexpected("other-device", ref readings);
        }

        if (!SparkplugPayload.TryRead(frame, out var payload))
        {
            return Unexpected("not-a-payload", ref readings);
        }

        if (!Follow(topic, payload))
        {
            return Unexpected("late-death", ref readings);
        }

        // Of a node that has gone nothing can be asked.
        readings.Outgoing = topic.Type == "NDEATH" ? null : _edge.AskRebirth(_place.Group, _place.Edge, context.ReceivedAt);
        if (topic.Type == "NDEATH" || (topic.Type == "DDEATH" && topic.Device == _place.Device))
        {
            return Gone(ref readings);
        }

        return topic.Device == _place.Device ? Values(topic, payload, ref readings) : Unexpected("other-device", ref readings);
    }

    /// <summary>Keeps up with the edge node: births, deaths, sequence numbers and aliases. False for a death that is not of this life.</summary>
    private bool Follow(SparkplugTopic topic, SparkplugPayload payload)
    {
        switch (topic.Type)
        {
            case "NBIRTH":
                _edge.Born(payload.Sequence, SessionOf(payload));
                break;
            case "NDEATH":
                // The will has no sequence number.
                return _edge.Dead(SessionOf(payload));
            default:
                _edge.Heard(payload.Sequence);
                break;
        }

        if (topic.Type is "NBIRTH" or "DBIRTH")
        {
            while (payload.MoveNext(out var metric))
            {
                _edge.Learn(topic.Device, metric);
            }
        }

        return true;
    }

    /// <summary>bdSeq, which is the same in a birth and in the will that goes with it.</summary>
    private static double? SessionOf(SparkplugPayload payload)
    {
        while (payload.MoveNext(out var metric))
        {
            if (metric.Name.SequenceEqual("bdSeq"u8) && metric.TryNumber(metric.Datatype, 0, out var session))
            {
                return session;
            }
        }

        return null;
    }

    private DecodeStatus Values(SparkplugTopic topic, SparkplugPayload payload, ref ReadingBuffer readings)
    {
        while (payload.MoveNext(out var metric))
        {
            for (var i = 0; i < _fields.Length; i++)
            {
                if (_edge.Is(topic.Device, _fields[i].Metric, metric, out var datatype) && !readings.Add(Reading(i, metric, datatype, payload.Time)))
                {
                    readings.Reason = "too-many-metrics";
                }
            }
        }

        if (!_edge.IsKnown && readings.Reason is null)
        {
            readings.Reason = "sequence-gap";
        }

        return DecodeStatus.Ok;
    }

    private RawReading Reading(int index, in SparkplugMetric metric, int? datatype, ulong? payloadTime)
    {
        var reading = metric.TryNumber(datatype, _fields[index].Element, out var number) ? _profile.Fields[index].Value.Read(index, number) : RawReading.Missing(index);
        if (metric.Quality is { } quality && quality != GoodQuality && reading.Status == ReadingStatus.Ok)
        {
            reading = reading with { Status = _settings.BadQuality, Value = _settings.BadQuality == ReadingStatus.Missing ? double.NaN : reading.Value };
        }

        return reading with { Time = (metric.Time ?? payloadTime) is { } time && StampForms.TryUnix(time / 1000.0, out var stamp) ? stamp : null };
    }

    private DecodeStatus Gone(ref ReadingBuffer readings)
    {
        readings.Reason = "offline";
        for (var i = 0; i < _fields.Length; i++)
        {
            readings.Add(i, double.NaN, ReadingStatus.DeviceFault);
        }

        return DecodeStatus.DeviceFault;
    }

    private static DecodeStatus Unexpected(string reason, ref ReadingBuffer readings)
    {
        readings.Reason = reason;
        return DecodeStatus.Unexpected;
    }
}

/// <summary>Plays an edge node that is born anew each time, with all its values in the birth: the simplest that is always understood.</summary>
internal sealed class SparkplugSimulator(DeviceProfile profile, SparkplugPlace place) : IDeviceSimulator
{
    public int MaxFrame => 16384;

    public IFramer? Requests => null;

    public IReadOnlyList<string> Topics { get; } = place.Device is null
        ? [place.Topic("NBIRTH")]
        : [(place with { Device = null }).Topic("NBIRTH"), place.Topic("DBIRTH")];

    public int Emit(in SimulatedState state, Span<byte> frame)
    {
        if (state.Disturbance is not (Disturbance.None or Disturbance.Garbage or Disturbance.Corrupt))
        {
            return 0;
        }

        var isNode = state.Topic == Topics[0];
        var writer = new SparkplugWriter(state.NetworkTime);
        if (isNode)
        {
            writer.Whole("bdSeq", 0).Truth("Node Control/Rebirth", false);
        }

        if (state.Topic == Topics[^1])
        {
            for (var i = 0; i < profile.Fields.Count; i++)
            {
                writer.Number(((SparkplugFieldSettings)profile.Fields[i].Settings).Metric, profile.Fields[i].Value.Write(state.Values[i]));
            }
        }

        var bytes = writer.ToArray(isNode ? 0 : 1);
        bytes.CopyTo(frame);
        return Disturbances.Apply(state.Disturbance, state.Seed, frame, bytes.Length);
    }
}
