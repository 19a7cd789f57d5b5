using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace MeetNet.Observations;

/// <summary>
/// The identity of a datastream, written <c>owner/station/sensor/property</c> on the wire, in stores, in the API and on
/// screen, for instance <c>vmm/kalmthoutse-heide/nh3-1/nh3</c>. A station's name is unique only within its owner.
/// </summary>
public readonly record struct DatastreamId
{
    private DatastreamId(string owner, string station, string sensor, string property)
    {
        Owner = owner;
        Station = station;
        Sensor = sensor;
        Property = property;
    }

    /// <summary>The bronhouder.</summary>
    public string Owner { get; }

    /// <summary>The station (Thing), unique within its owner.</summary>
    public string Station { get; }

    /// <summary>The sensor, unique within its station.</summary>
    public string Sensor { get; }

    /// <summary>The observed property, a name of the catalogue.</summary>
    public string Property { get; }

    /// <summary>Puts an identity together from its names.</summary>
    /// <exception cref="ArgumentException">A name is not of the alphabet of <see cref="Identifiers"/>.</exception>
    public static DatastreamId Create(string owner, string station, string sensor, string property)
    {
        Require(Identifiers.IsName(owner), owner, nameof(owner), Identifiers.NamePattern);
        Require(Identifiers.IsName(station), station, nameof(station), Identifiers.NamePattern);
        Require(Identifiers.IsName(sensor), sensor, nameof(sensor), Identifiers.NamePattern);
        Require(Identifiers.IsProperty(property), property, nameof(property), Identifiers.PropertyPattern);
        return new DatastreamId(owner, station, sensor, property);
    }

    /// <summary>Reads <c>owner/station/sensor/property</c>; false when a part is missing or not of the alphabet.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out DatastreamId id)
    {
        id = default;
        if (text is null || text.Length > (4 * Identifiers.MaximumLength) + 3)
        {
            return false;
        }

        Span<Range> parts = stackalloc Range[5];
        var span = text.AsSpan();
        if (span.Split(parts, '/') != 4
            || !Identifiers.IsName(span[parts[0]]) || !Identifiers.IsName(span[parts[1]])
            || !Identifiers.IsName(span[parts[2]]) || !Identifiers.IsProperty(span[parts[3]]))
        {
            return false;
        }

        id = new DatastreamId(text[parts[0]], text[parts[1]], text[parts[2]], text[parts[3]]);
        return true;
    }

    /// <summary>Whether the UTF-8 text is a datastream id; allocates nothing.</summary>
    public static bool IsValid(ReadOnlySpan<byte> utf8)
    {
        for (var part = 0; part < 3; part++)
        {
            var slash = utf8.IndexOf((byte)'/');
            if (slash < 0 || !Identifiers.IsName(utf8[..slash]))
            {
                return false;
            }

            utf8 = utf8[(slash + 1)..];
        }

        return Identifiers.IsProperty(utf8);
    }

    /// <summary>Whether this datastream belongs to the station.</summary>
    public bool BelongsTo(string owner, string station) =>
        string.Equals(Owner, owner, StringComparison.Ordinal) && string.Equals(Station, station, StringComparison.Ordinal);

    /// <summary><c>owner/station/sensor/property</c>.</summary>
    public override string ToString() => $"{Owner}/{Station}/{Sensor}/{Property}";

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append(ToString());
        return true;
    }

    private static void Require(bool valid, string value, string name, string pattern)
    {
        if (!valid)
        {
            throw new ArgumentException($"'{value}' is not a valid {name}: expected {pattern}.", name);
        }
    }
}
