namespace MeetNet.Observations.Catalogue;

/// <summary>
/// What the air at a station is under the influence of, in the terms of the European e-reporting: the area classification (urban, suburban, rural) and the station classification (background,
/// traffic, industrial), joined: <c>rural-background</c>.
/// </summary>
public static class SitingClasses
{
    private static readonly (string Name, string Nl)[] Areas = [("urban", "stedelijk"), ("suburban", "voorstedelijk"), ("rural", "landelijk")];

    private static readonly (string Name, string Nl)[] Kinds = [("background", "achtergrond"), ("traffic", "verkeer"), ("industrial", "industrie")];

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> All { get; } = [.. from area in Areas from kind in Kinds select $"{area.Name}-{kind.Name}"];

    /// <summary>What people call a class; of one that is not in the list, from a gateway that is newer, its name.</summary>
    public static LocalizedText LabelOf(string name)
    {
        foreach (var area in Areas)
        {
            foreach (var kind in Kinds)
            {
                if (name == $"{area.Name}-{kind.Name}")
                {
                    return new LocalizedText($"{area.Nl}, {kind.Nl}", $"{area.Name}, {kind.Name}");
                }
            }
        }

        return new LocalizedText(name, name);
    }
}
