namespace MeetNet.Observations;

/// <summary>The site, mast or node that carries sensors: a station.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Description">What it is.</param>
/// <param name="Simulated">Whether its values are made up; said wherever a person sees them.</param>
/// <param name="Location">Where it stands.</param>
/// <param name="SurfaceLevel">Height of the ground there, or null when it was not levelled.</param>
/// <param name="Siting">Siting class of its air measurements, <c>rural-background</c>; null when it is not stated.</param>
public sealed record Thing(
    LocalizedText Name, LocalizedText Description, bool Simulated, Location Location, SurfaceLevel? SurfaceLevel, string? Siting = null);

/// <summary>A place on the ellipsoid.</summary>
/// <param name="Latitude">Degrees north.</param>
/// <param name="Longitude">Degrees east.</param>
/// <param name="Crs">Reference system as EPSG code; <see cref="Etrs89"/> unless there is a reason.</param>
/// <param name="Native">The place as it was surveyed, when that was in a plane system; null otherwise.</param>
public sealed record Location(double Latitude, double Longitude, string Crs, NativePosition? Native = null)
{
    /// <summary>ETRS89, latitude and longitude.</summary>
    public const string Etrs89 = "EPSG:4258";
}

/// <summary>A place in the system it was surveyed in.</summary>
/// <param name="X">Metres east.</param>
/// <param name="Y">Metres north.</param>
/// <param name="Crs">EPSG code of the system.</param>
/// <param name="Transformation">Name of the way from it to ETRS89.</param>
/// <param name="Accuracy">Of that way, m.</param>
public sealed record NativePosition(double X, double Y, string Crs, string Transformation, double Accuracy);

/// <summary>The height of the ground at a station, in the canonical datum, with the height as it was levelled.</summary>
/// <param name="Value">Height in <paramref name="Unit"/> above <paramref name="Datum"/>.</param>
/// <param name="Unit">UCUM, <c>m</c>.</param>
/// <param name="Datum">Code of the vertical datum, <c>NAP</c>.</param>
/// <param name="Native">The height as it was levelled, when that was in another datum.</param>
/// <param name="Transformation">The named transformation from <paramref name="Native"/>; null when there is none.</param>
public sealed record SurfaceLevel(double Value, string Unit, string Datum, NativeLevel? Native, string? Transformation);

/// <summary>A height in its own datum.</summary>
/// <param name="Value">Metres.</param>
/// <param name="Datum">Code of the vertical datum, for instance <c>TAW</c>.</param>
public sealed record NativeLevel(double Value, string Datum);
