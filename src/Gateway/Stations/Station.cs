using MeetNet.Devices;
using MeetNet.Devices.Profiles;
using MeetNet.Gateway.Lines;
using MeetNet.Hosting;
using MeetNet.Observations;
using MeetNet.Observations.Time;

namespace MeetNet.Gateway.Stations;

/// <summary>What is plugged in where, and what its numbers mean: a station file, read and checked as a whole.</summary>
internal sealed record Station
{
    public required string Owner { get; init; }

    /// <summary>The station's name, unique within its owner.</summary>
    public required string Name { get; init; }

    public required Thing Thing { get; init; }

    public required IReadOnlyList<StationLine> Lines { get; init; }

    public required IReadOnlyList<Instrument> Instruments { get; init; }

    /// <summary><c>owner/station</c>: the MQTT user name, and what people call it in logs.</summary>
    public string FullName => $"{Owner}/{Name}";

    public IEnumerable<DatastreamPlan> Datastreams => Instruments.SelectMany(i => i.Datastreams);

    public IReadOnlyList<Instrument> On(StationLine line) => [.. Instruments.Where(i => i.Line == line.Name)];
}

/// <summary>Something that instruments are reached by.</summary>
/// <param name="Name">As in the station file.</param>
internal abstract record StationLine(string Name);

/// <summary>A serial port.</summary>
/// <param name="Echo">Its adapter hears itself: what is sent comes back first.</param>
internal sealed record SerialStationLine(string Name, Lines.SerialSettings Settings, bool Echo) : StationLine(Name);

/// <summary>A folder of the kernel.</summary>
internal sealed record FolderStationLine(string Name, Lines.FolderSettings Settings) : StationLine(Name);

/// <summary>A TCP connection.</summary>
internal sealed record TcpStationLine(string Name, Lines.TcpSettings Settings) : StationLine(Name);

/// <summary>An HTTP listener that nodes send their messages to.</summary>
/// <param name="Path">What the path of a request begins with; the whole path, without the first slash, is the message's topic.</param>
internal sealed record HttpStationLine(string Name, System.Net.IPEndPoint Endpoint, string Path) : StationLine(Name);

/// <summary>A topic of a network server's broker.</summary>
/// <param name="Topic">A topic filter; QoS 1 is asked for.</param>
internal sealed record MqttStationLine(string Name, BrokerOptions Broker, string Topic) : StationLine(Name);

/// <summary>One instrument of the station, bound to its profile.</summary>
internal sealed record Instrument
{
    /// <summary>Name within the station.</summary>
    public required string Sensor { get; init; }

    public required DeviceProfile Profile { get; init; }

    public required IDeviceCodec Codec { get; init; }

    public required DeviceAddress Address { get; init; }

    public required string SerialNumber { get; init; }

    /// <summary>Name of its line.</summary>
    public required string Line { get; init; }

    /// <summary>Time between polls; for an instrument that talks unasked, how often it is expected to.</summary>
    public required TimeSpan Poll { get; init; }

    public required IReadOnlyList<DatastreamPlan> Datastreams { get; init; }

    /// <summary>How it stamps its values; null when it does not.</summary>
    public StampConvention? Stamp => Datastreams.Select(d => d.Stamp).FirstOrDefault(s => s is not null);

    /// <summary>The unit that the station file states for a field, or the profile; null for a field that nothing is made of.</summary>
    public string? UnitOf(int field) => Datastreams.FirstOrDefault(d => d.Field == field)?.Procedures.All[0].RawUnit;

    // An instrument is itself and nothing else: two that are alike are still two.
    public bool Equals(Instrument? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
}
