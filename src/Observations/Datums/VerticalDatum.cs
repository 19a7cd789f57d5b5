using System.Diagnostics.CodeAnalysis;

namespace MeetNet.Observations.Datums;

/// <summary>What a height is counted from.</summary>
/// <param name="Code">How it is written in files and on the wire.</param>
/// <param name="Epsg">EPSG code of the height system; null for a local one.</param>
/// <param name="Name">In words, English.</param>
public sealed record VerticalDatum(string Code, int? Epsg, string Name)
{
    /// <summary>Normaal Amsterdams Peil, the datum of the canonical definitions.</summary>
    public static VerticalDatum Nap { get; } = new("NAP", 5709, "Normaal Amsterdams Peil");

    /// <summary>Tweede Algemene Waterpassing, zero at mean low water at Ostend.</summary>
    public static VerticalDatum Taw { get; } = new("TAW", 5710, "Tweede Algemene Waterpassing");

    /// <summary>The zero of the staff gauge or sensor at one place; its height must be stated.</summary>
    public static VerticalDatum GaugeZero { get; } = new("GAUGE", null, "local gauge zero");

    /// <summary>The ground (maaiveld) at one place; its height must be stated.</summary>
    public static VerticalDatum Surface { get; } = new("SURFACE", null, "ground surface");

    /// <summary>The levelled point of a monitoring well, the top of its casing; its height must be stated.</summary>
    public static VerticalDatum WellHead { get; } = new("WELLHEAD", null, "well head");

    /// <summary>All datums known.</summary>
    public static IReadOnlyList<VerticalDatum> All { get; } = [Nap, Taw, GaugeZero, Surface, WellHead];

    /// <summary>Whether it is a point at one place, whose own height must be stated.</summary>
    public bool IsLocal => Epsg is null;

    /// <summary>The datum of that code; false when it is not known.</summary>
    public static bool TryGet(string? code, [NotNullWhen(true)] out VerticalDatum? datum)
    {
        foreach (var candidate in All)
        {
            if (string.Equals(candidate.Code, code, StringComparison.Ordinal))
            {
                datum = candidate;
                return true;
            }
        }

        datum = null;
        return false;
    }

    /// <summary>The code.</summary>
    public override string ToString() => Code;
}
