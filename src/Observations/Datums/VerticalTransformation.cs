using System.Diagnostics.CodeAnalysis;

namespace MeetNet.Observations.Datums;

/// <summary>
/// A named way from one vertical datum to another. There is more than one defensible number between TAW and NAP, so none
/// is taken in silence: a station file names the transformation, and it is announced with its accuracy and source.
/// </summary>
/// <param name="Id">Name in files and on the wire.</param>
/// <param name="From">Datum of the input.</param>
/// <param name="To">Datum of the output.</param>
/// <param name="Accuracy">Metres, as stated in <paramref name="Source"/>.</param>
/// <param name="Source">Where the numbers are from.</param>
public sealed record VerticalTransformation(string Id, VerticalDatum From, VerticalDatum To, double Accuracy, string Source)
{
    /// <summary>
    /// TAW = NAP + 2.33 m: what agencies on both sides publish. Against the geoids it is 0 to 3.5 cm too small in the border
    /// band, 1.7 cm on average.
    /// </summary>
    public const string TawConstant = "taw-const-2.33";

    /// <summary>TAW = NAP + N(NLGEO2018) − N(hBG18), bilinear in a table of the border region: <see cref="TawGrid2018"/>.</summary>
    public const string TawGrid = "taw-grid-2018";

    private const double TawConstantOffset = 2.33;

    /// <summary>All transformations known, each in both directions.</summary>
    public static IReadOnlyList<VerticalTransformation> All { get; } =
    [
        Constant(VerticalDatum.Taw, VerticalDatum.Nap),
        Constant(VerticalDatum.Nap, VerticalDatum.Taw),
        Grid(VerticalDatum.Taw, VerticalDatum.Nap),
        Grid(VerticalDatum.Nap, VerticalDatum.Taw),
    ];

    /// <summary>Whether <see cref="TryShift"/> depends on the place.</summary>
    public bool NeedsLocation => Id == TawGrid;

    /// <summary>The transformation of that name between those datums; false when there is none.</summary>
    public static bool TryGet(
        string? id, VerticalDatum from, VerticalDatum to, [NotNullWhen(true)] out VerticalTransformation? transformation)
    {
        foreach (var candidate in All)
        {
            if (string.Equals(candidate.Id, id, StringComparison.Ordinal) && candidate.From == from && candidate.To == to)
            {
                transformation = candidate;
                return true;
            }
        }

        transformation = null;
        return false;
    }

    /// <summary>The names of the transformations between two datums.</summary>
    public static IReadOnlyList<string> Between(VerticalDatum from, VerticalDatum to) =>
        [.. All.Where(t => t.From == from && t.To == to).Select(t => t.Id)];

    /// <summary>What is added to a height in metres at a place (ETRS89 degrees); false outside the table of the grid.</summary>
    public bool TryShift(double latitude, double longitude, out double shift)
    {
        var offset = TawConstantOffset;
        var known = !NeedsLocation || TawGrid2018.TryOffset(latitude, longitude, out offset);
        shift = To == VerticalDatum.Taw ? offset : -offset;
        return known;
    }

    private static VerticalTransformation Constant(VerticalDatum from, VerticalDatum to) => new(
        TawConstant, from, to, 0.035,
        "TAW = NAP + 2.33 m, the difference that Rijkswaterstaat publishes (paired series at Eijsden and Sint Pieter)");

    private static VerticalTransformation Grid(VerticalDatum from, VerticalDatum to) => new(
        TawGrid, from, to, TawGrid2018.Accuracy, TawGrid2018.Attribution);
}
