using MeetNet.Devices;
using MeetNet.Devices.Profiles;

namespace MeetNet.Gateway.Stations;

/// <summary>What concerns a line and its instruments together.</summary>
internal static class LineChecks
{
    public static void Check(IReadOnlyList<LineEntry> lines, IReadOnlyList<InstrumentEntry> instruments)
    {
        foreach (var line in lines)
        {
            var on = instruments.Where(i => i.Line == line.Name && i.Instrument is not null).ToList();
            if (!instruments.Any(i => i.Line == line.Name) && line.Name.Length > 0)
            {
                line.Map.Problem("line", $"no instrument is on the line '{line.Name}'");
            }

            foreach (var entry in on)
            {
                CheckCarrier(line, entry);
            }

            if (line.Port is not null && on.Count > 1)
            {
                CheckCompany(line, on);
            }

            foreach (var pair in on.GroupBy(i => i.Instrument!.Address).Where(g => g.Count() > 1))
            {
                pair.Last().Map.Problem("address", $"'{pair.Last().Sensor}' has the same address as '{pair.First().Sensor}' on the line '{line.Name}'");
            }
        }
    }

    /// <summary>The lines with all that is known: for a serial one the settings of the file, or else those of its instruments.</summary>
    public static IReadOnlyList<StationLine> Bind(IReadOnlyList<LineEntry> lines, IReadOnlyList<InstrumentEntry> instruments, ConfigurationPaths paths) =>
        [.. lines.Select<LineEntry, StationLine>(line => line.Broker is { } broker
            ? new MqttStationLine(line.Name, broker, line.Topic!)
            : Serial(line, line.Settings ?? instruments.First(i => i.Line == line.Name).Instrument!.Profile.Serial!, paths))];

    private static SerialStationLine Serial(LineEntry line, SerialSettings settings, ConfigurationPaths paths)
    {
        var parity = settings.Parity switch
        {
            LineParity.Even => Lines.LineParity.Even,
            LineParity.Odd => Lines.LineParity.Odd,
            _ => Lines.LineParity.None,
        };
        var path = Path.Combine(Path.GetFullPath(paths.LinesFolder), line.Port!);
        return new SerialStationLine(
            line.Name, new Lines.SerialSettings(line.Name, path, settings.Baud, settings.DataBits, parity, settings.StopBits, line.Rs485));
    }

    private static void CheckCarrier(LineEntry line, InstrumentEntry entry)
    {
        var carrier = ProfileShelf.DriverOf(entry.Instrument!.Profile).Carrier;
        var wanted = carrier == Carrier.Serial ? "serial" : "mqtt";
        if (line.Port is not null != (carrier == Carrier.Serial))
        {
            entry.Map.Problem("line", $"the profile {entry.Instrument.Profile.Id} needs a {wanted} line, and '{line.Name}' is not one");
        }
    }

    private static void CheckCompany(LineEntry line, List<InstrumentEntry> on)
    {
        foreach (var entry in on.Where(i => i.Instrument!.Codec.Exchanges == 0))
        {
            entry.Map.Problem("line", $"'{entry.Sensor}' talks unasked and must have a line to itself; '{line.Name}' has {on.Count} instruments");
        }

        var first = on[0].Instrument!.Profile;
        foreach (var entry in on.Skip(1).Where(i => line.Settings is null && i.Instrument!.Profile.Serial != first.Serial))
        {
            line.Map.Problem(
                "serial",
                $"the profiles {first.Id} and {entry.Instrument!.Profile.Id} come with different line settings: state those of '{line.Name}' (baud, dataBits, parity, stopBits)");
        }
    }
}
