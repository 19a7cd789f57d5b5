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

            if (line.Carrier == Carrier.Stream && on.Count > 1)
            {
                CheckCompany(line, on);
            }

            // A device of the kernel is known by its name first: two different ones need no address.
            foreach (var pair in on.GroupBy(i => (i.Instrument!.Address with { Framing = null }, line.Carrier == Carrier.Folder ? i.Instrument!.Profile.Id : null)).Where(g => g.Count() > 1))
            {
                pair.Last().Map.Problem("address", $"'{pair.Last().Sensor}' has the same address as '{pair.First().Sensor}' on the line '{line.Name}'");
            }
        }
    }

    /// <summary>The lines with all that is known: for a serial one the settings of the file, or else those of its instruments.</summary>
    public static IReadOnlyList<StationLine> Bind(IReadOnlyList<LineEntry> lines, IReadOnlyList<InstrumentEntry> instruments, ConfigurationPaths paths) =>
        [.. lines.Select<LineEntry, StationLine>(line => line.Kind switch
        {
            "mqtt" => new MqttStationLine(line.Name, line.Broker!, line.Topic!),
            "tcp" => new TcpStationLine(line.Name, line.Tcp!),
            "iio" => new FolderStationLine(line.Name, line.Folder!),
            "http" => new HttpStationLine(line.Name, line.Listen!, line.Path!),
            _ => Serial(line, line.Settings ?? instruments.First(i => i.Line == line.Name).Instrument!.Profile.Serial!, paths),
        })];

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
            line.Name, new Lines.SerialSettings(line.Name, path, settings.Baud, settings.DataBits, parity, settings.StopBits, line.Rs485), line.Echo);
    }

    private static void CheckCarrier(LineEntry line, InstrumentEntry entry)
    {
        if (line.Kind is null)
        {
            return;
        }

        var profile = entry.Instrument!.Profile;
        var driver = ProfileShelf.DriverOf(profile);
        if (line.Carrier != driver.Carrier)
        {
            var wanted = driver.Carrier switch { Carrier.Stream => "a serial or tcp", Carrier.Folder => "an iio", _ => "an mqtt or http" };
            entry.Map.Problem("line", $"the profile {profile.Id} needs {wanted} line, and '{line.Name}' is not one");
        }
        else if (line.Kind == "serial" && line.Settings is null && profile.Serial is null)
        {
            line.Map.Problem("serial", $"{profile.Id} is usually reached over TCP: state how the line is set (baud, dataBits, parity, stopBits)");
        }
        else if (line.Kind == "tcp" && driver.Framings.Count > 1 && entry.Instrument.Address.Framing is null)
        {
            entry.Map.Problem($"missing key 'framing': instruments and serial servers differ in what they carry over TCP; allowed: {string.Join(", ", driver.Framings)}");
        }
    }

    private static void CheckCompany(LineEntry line, List<InstrumentEntry> on)
    {
        foreach (var entry in on.Where(i => i.Instrument!.Codec.Exchanges == 0))
        {
            entry.Map.Problem("line", $"'{entry.Sensor}' talks unasked and must have a line to itself; '{line.Name}' has {on.Count} instruments");
        }

        foreach (var entry in on.Where(i => i.Instrument is { Codec.Exchanges: > 0 } polled && polled.Address with { Framing = null } == DeviceAddress.None))
        {
            entry.Map.Problem("line", $"'{entry.Sensor}' is asked without an address, so that all {on.Count} instruments of '{line.Name}' would answer: state its address, or give it a line to itself");
        }

        var first = on[0].Instrument!.Profile;
        foreach (var entry in on.Skip(1).Where(i => line.Port is not null && line.Settings is null && i.Instrument!.Profile.Serial != first.Serial))
        {
            line.Map.Problem(
                "serial",
                $"the profiles {first.Id} and {entry.Instrument!.Profile.Id} come with different line settings: state those of '{line.Name}' (baud, dataBits, parity, stopBits)");
        }
    }
}
