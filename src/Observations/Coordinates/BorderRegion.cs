namespace MeetNet.Observations.Coordinates;

/// <summary>
/// Flanders, Zeeland, Noord-Brabant and Limburg with room to spare, in degrees ETRS89: a station outside has its coordinates swapped,
/// or in another system than it says.
/// </summary>
public static class BorderRegion
{
    /// <summary>Degrees north.</summary>
    public const double South = 50.5;

    /// <summary>Degrees north.</summary>
    public const double North = 52.2;

    /// <summary>Degrees east.</summary>
    public const double West = 2.4;

    /// <summary>Degrees east.</summary>
    public const double East = 6.6;

    /// <summary>For messages.</summary>
    public const string Text = "50.5 to 52.2 N, 2.4 to 6.6 E";

    /// <summary>Whether the place is inside; false for what is no number.</summary>
    public static bool Contains(double latitude, double longitude) =>
        latitude is >= South and <= North && longitude is >= West and <= East;
}
