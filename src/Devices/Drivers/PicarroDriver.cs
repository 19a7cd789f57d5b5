using System.Text;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;
using MeetNet.Yaml;

namespace MeetNet.Devices.Drivers;

/// <summary>
/// Picarro command interface, over RS-232 or TCP: <c>_Meas_GetConc</c> and its relatives, numbers joined by ';' in the order that the instrument's own
/// configuration names (picarro-cchang/Brooks, CommandInterface.py).
/// </summary>
internal sealed class PicarroDriver : IDeviceDriver
{
    public string Name => "picarro";

    public Carrier Carrier => Carrier.Stream;

    public bool IsPolled(DriverSettings settings) => true;

    public IDeviceCodec Bind(DeviceProfile profile, DeviceAddress at) => new PicarroCodec(profile, Alone(at));

    public IDeviceSimulator Simulate(DeviceProfile profile, DeviceAddress at) => new PicarroSimulator(profile, Alone(at));

    public DriverSettings ReadSettings(YamlMap section)
    {
        var ask = section.Choice("ask", PicarroSettings.Latest, PicarroSettings.LatestWithTime, PicarroSettings.Buffer);
        var labels = section.List("labels").Select(v => Encoding.ASCII.GetString(TextKeys.Ascii(v, 40))).ToList();
        if (labels.Count is 0 or > PicarroSettings.MostLabels)
        {
            section.Problem("labels", $"the 1 to {PicarroSettings.MostLabels} names in 'meas_label' of the instrument's configuration, in their order");
        }

        var zone = section.Choice("time", "utc", "local") == "utc" ? TimeSpan.Zero : (TimeSpan?)null;
        return new PicarroSettings(ask, labels, zone, StatusBits.Read(section.Optional("status")));
    }

    public FieldSettings ReadField(YamlMap field, DriverSettings settings)
    {
        var label = field.Require("label");
        var text = label.String();
        var column = ((PicarroSettings)settings).Labels.IndexOf(text);
        if (column < 0 && label.Exists && text.Length > 0)
        {
            label.Problem($"'label' is '{text}', which is not in 'labels': {string.Join(", ", ((PicarroSettings)settings).Labels)}");
        }

        return new PicarroFieldSettings(column);
    }

    public void Check(DeviceProfile profile, ProfilePlaces places)
    {
        for (var i = 0; i < profile.Fields.Count; i++)
        {
            if (profile.Fields.Take(i).FirstOrDefault(f => f.Settings.Equals(profile.Fields[i].Settings)) is { } other)
            {
                places.Field(i, "label", $"this label is field '{other.Name}' already");
            }
        }
    }

    private static DeviceAddress Alone(DeviceAddress at) => at == DeviceAddress.None
        ? at
        : throw new ProfileException($"a Picarro analyser has no address, not {at}");
}

/// <summary>What is asked, and what comes back.</summary>
/// <param name="Ask">The command.</param>
/// <param name="Labels">The names of the numbers in their order (<c>meas_label</c> in the instrument's configuration).</param>
/// <param name="Zone">The offset of the instrument's stamps: zero for UTC (<c>timeStandard</c> gmt); null for local time.</param>
/// <param name="Status">What the bits of <c>_Instr_GetStatus</c> mean; it is not asked when there are none.</param>
internal sealed record PicarroSettings(string Ask, List<string> Labels, TimeSpan? Zone, IReadOnlyList<StatusBits> Status) : DriverSettings
{
    /// <summary>The last numbers.</summary>
    public const string Latest = "_Meas_GetConc";

    /// <summary>The last numbers and when they were measured.</summary>
    public const string LatestWithTime = "_Meas_GetConcEx";

    /// <summary>All numbers since the last poll, one set after another.</summary>
    public const string Buffer = "_Meas_GetBufferFirst";

    /// <summary>More than any configuration names.</summary>
    public const int MostLabels = 64;

    public bool Timed => Ask != Latest;
}

/// <summary>Which of the numbers a field is, from 0.</summary>
internal sealed record PicarroFieldSettings(int Column) : FieldSettings;
