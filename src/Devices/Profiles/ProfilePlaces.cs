using MeetNet.Yaml;

namespace MeetNet.Devices.Profiles;

/// <summary>Where the parts of a profile stand in its file, for checks that concern several of them.</summary>
public sealed class ProfilePlaces
{
    private readonly YamlMap _section;
    private readonly IReadOnlyList<YamlMap> _fields;

    internal ProfilePlaces(YamlMap section, IReadOnlyList<YamlMap> fields)
    {
        _section = section;
        _fields = fields;
    }

    /// <summary>Reports a problem in the driver's section, at a key or, when that is absent, at its start.</summary>
    public void Section(string key, string message) => _section.Problem(key, message);

    /// <summary>Reports a problem at a key of a field.</summary>
    public void Field(int field, string key, string message) => _fields[field].Problem(key, message);
}
