using MeetNet.Devices;
using MeetNet.Devices.Profiles;
using MeetNet.Observations;
using MeetNet.Observations.Calibration;
using MeetNet.Yaml;

namespace MeetNet.Gateway.Stations;

/// <summary>An instrument as the file states it; <see cref="Instrument"/> is null when it could not be understood.</summary>
internal sealed record InstrumentEntry(YamlMap Map, string Sensor, string Line, Instrument? Instrument);

/// <summary>Reads the instruments of a station file.</summary>
internal sealed class InstrumentReader(string owner, string station, Location location, SurfaceLevel? surface, ProfileShelf shelf, List<YamlProblem> problems)
{
    private static readonly TimeSpan LongestInterval = TimeSpan.FromDays(2);

    public IReadOnlyList<InstrumentEntry> Read(IReadOnlyList<YamlValue> values, IReadOnlyList<LineEntry> lines)
    {
        var entries = new List<InstrumentEntry>();
        foreach (var value in values)
        {
            var entry = ReadOne(value.Map(), lines);
            if (entries.Any(e => e.Sensor == entry.Sensor) && entry.Sensor.Length > 0)
            {
                entry.Map.Problem("sensor", $"the sensor '{entry.Sensor}' is there twice");
            }

            entries.Add(entry);
        }

        CheckInputs(entries);
        return entries;
    }

    /// <summary>What a procedure computes with must be measured by the station.</summary>
    private static void CheckInputs(List<InstrumentEntry> entries)
    {
        var measured = entries.SelectMany(e => e.Instrument?.Datastreams ?? []).Select(d => d.Id.ToString()).ToHashSet(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            var missing = (entry.Instrument?.Datastreams ?? [])
                .SelectMany(d => d.Procedures.All[0].Inputs.Select(input => (d.Id.Property, input.Datastream))).Where(i => !measured.Contains(i.Datastream));
            foreach (var (property, datastream) in missing)
            {
                entry.Map.Problem("datastreams", $"'{property}' is computed with '{datastream}', and no instrument of the station gives that");
            }
        }
    }

    private InstrumentEntry ReadOne(YamlMap map, IReadOnlyList<LineEntry> lines)
    {
        var sensor = StationReader.Name(map, "sensor", "sensor");
        var serialNumber = map.String("serialNumber");
        var placements = Placements(map, serialNumber);
        var line = map.Require("line");
        var lineName = line.String();
        if (lineName.Length > 0 && lines.All(l => l.Name != lineName))
        {
            line.Problem($"there is no line '{lineName}'; allowed: {string.Join(", ", lines.Select(l => l.Name))}");
        }

        var addressValue = map.Optional("address");
        var address = DeviceAddress.Read(addressValue);
        var interval = map.Optional("interval");
        var profile = shelf.Find(map.Require("profile"), problems);
        var framing = map.Optional("framing");
        if (profile is not null && framing is not null)
        {
            address = address with { Framing = Framing(framing, ProfileShelf.DriverOf(profile)) };
        }

        var codec = profile is null ? null : Bind(map, profile, address);
        var time = profile is null || codec is null ? interval?.Duration(TimeSpan.FromMilliseconds(1), LongestInterval) ?? default : Interval(map, interval, profile, codec);
        var datastreams = new DatastreamReader(owner, station, sensor, location, surface, profile, placements, time).Read(map.List("datastreams"), map);
        map.Done();
        return new InstrumentEntry(map, sensor, lineName, profile is null || codec is null ? null : new Instrument
        {
            Sensor = sensor,
            Profile = profile,
            Codec = codec,
            Address = address,
            SerialNumber = serialNumber,
            Line = lineName,
            Poll = time,
            Datastreams = datastreams,
        });
    }

    private static string? Framing(YamlValue value, IDeviceDriver driver)
    {
        if (driver.Framings.Count == 0)
        {
            value.Problem($"the protocol '{driver.Name}' has only one form: leave 'framing' out");
            return null;
        }

        return value.Choice([.. driver.Framings]);
    }

    /// <summary>The instruments that were there before this one, and this one: each from when it was put into service.</summary>
    private static List<InstrumentPlacement> Placements(YamlMap map, string serialNumber)
    {
        var placements = new List<InstrumentPlacement>();
        foreach (var value in map.Optional("predecessors")?.List() ?? [])
        {
            var before = value.Map();
            Add(before, before.String("serialNumber"));
            before.Done();
        }

        Add(map, serialNumber);
        return placements;

        void Add(YamlMap of, string number)
        {
            var installed = of.Require("installed");
            var from = installed.Raw().Contains('T', StringComparison.Ordinal)
                ? installed.Instant()
                : new DateTimeOffset(installed.Date(), TimeOnly.MinValue, TimeSpan.Zero);
            if (placements.Count > 0 && from <= placements[^1].From)
            {
                installed.Problem($"'{number}' replaced '{placements[^1].SerialNumber}', and was put into service before it: name the instruments one after the other");
                return;
            }

            placements.Add(new InstrumentPlacement(number, from));
        }
    }

    private static IDeviceCodec? Bind(YamlMap map, DeviceProfile profile, DeviceAddress address)
    {
        try
        {
            return ProfileShelf.DriverOf(profile).Bind(profile, address);
        }
        catch (ProfileException e)
        {
            map.Problem(map.Has("address") ? "address" : "profile", e.Message);
            return null;
        }
    }

    /// <summary>Polled: the time between polls. A node behind a network server: how often it is set to send. One that talks unasked: its profile knows.</summary>
    private static TimeSpan Interval(YamlMap map, YamlValue? value, DeviceProfile profile, IDeviceCodec codec)
    {
        if (codec.Exchanges == 0 && ProfileShelf.DriverOf(profile).Carrier == Carrier.Stream)
        {
            value?.Problem($"{profile.Id} talks unasked, every {profile.Timing.Interval.TotalSeconds:0.###} s: leave 'interval' out");
            return profile.Timing.Interval;
        }

        if (value is null)
        {
            map.Problem(codec.Exchanges > 0
                ? $"missing key 'interval': how often {profile.Id} is asked"
                : $"missing key 'interval': how often this {profile.Id} is set to send");
            return profile.Timing.Interval;
        }

        return value.Duration(codec.Exchanges > 0 ? profile.Timing.Interval : TimeSpan.FromSeconds(1), LongestInterval);
    }
}
