using MeetNet.Devices;
using MeetNet.Devices.Profiles;
using MeetNet.Yaml;

namespace MeetNet.Gateway.Stations;

/// <summary>The device profiles of a folder (<c>&lt;maker&gt;/&lt;model&gt;.yaml</c>), each read once, when a station names it.</summary>
internal sealed class ProfileShelf(string folder)
{
    private readonly Dictionary<string, DeviceProfile?> _read = new(StringComparer.Ordinal);

    /// <summary>The profile; null after reporting that there is none of that name, or everything that is wrong in it.</summary>
    /// <param name="name">Where the station file names it.</param>
    /// <param name="problems">Problems of the profile's own file go here.</param>
    public DeviceProfile? Find(YamlValue name, List<YamlProblem> problems)
    {
        var id = name.String();
        if (id.Length == 0)
        {
            return null;
        }

        if (_read.TryGetValue(id, out var known))
        {
            return known;
        }

        var path = Path.Combine(folder, id + ".yaml");
        if (id.Contains("..", StringComparison.Ordinal) || !File.Exists(path))
        {
            name.Problem($"there is no profile '{id}' in {folder}; {Near(id)}");
            return null;
        }

        var profile = ProfileReader.Read(path, out var found);
        problems.AddRange(found);
        _read[id] = profile;
        return profile;
    }

    /// <summary>The driver of a profile.</summary>
    public static IDeviceDriver DriverOf(DeviceProfile profile) =>
        DriverCatalog.Find(profile.Driver) ?? throw new InvalidOperationException($"The profile {profile.Id} names the driver '{profile.Driver}', which its reader let through.");

    /// <summary>The models of the same maker, or else the makers.</summary>
    private string Near(string id)
    {
        var maker = id.Split('/')[0];
        var models = Names(Path.Combine(folder, maker), "*.yaml").Select(m => $"{maker}/{m}").ToList();
        return models.Count > 0
            ? $"of this maker there are: {string.Join(", ", models)}"
            : $"allowed: <maker>/<model>, of the makers {string.Join(", ", Names(folder, "*"))}";
    }

    private static IEnumerable<string> Names(string path, string pattern) => Directory.Exists(path)
        ? Directory.EnumerateFileSystemEntries(path, pattern).Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)
        : [];
}
