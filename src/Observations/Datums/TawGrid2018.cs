namespace MeetNet.Observations.Datums;

/// <summary>
/// What to add to a height above NAP to get the height above TAW: N(NLGEO2018) − N(hBG18), the difference of the Dutch and
/// the Belgian quasi-geoid, at the nodes of a 0.1° × 0.2° grid over the border region, with bilinear interpolation.
/// Valid near the border: deep in Belgium the Dutch geoid is outside the area it was validated in.
/// </summary>
public static class TawGrid2018
{
    /// <summary>Whose grids the table is derived from; shown wherever a value made with it is explained.</summary>
    public const string Attribution =
        "Derived from nl_nsgi_nlgeo2018 (NSGI) and be_ign_hBG18 (IGN/NGI) as distributed in PROJ-data, CC-BY 4.0";

    /// <summary>
    /// Metres: 0.021 m for the two geoids (PROJ's accuracy of ETRS89 to NAP and to Ostend height, combined) and at most
    /// 0.010 m for the interpolation (rms 2.7 mm against 280 points in the border band), root sum of squares.
    /// </summary>
    public const double Accuracy = 0.024;

    /// <summary>Southern edge of the table, degrees.</summary>
    public const double MinimumLatitude = 50.7;

    /// <summary>Northern edge of the table, degrees.</summary>
    public const double MaximumLatitude = 51.6;

    /// <summary>Western edge of the table, degrees.</summary>
    public const double MinimumLongitude = 3.2;

    /// <summary>Eastern edge of the table, degrees.</summary>
    public const double MaximumLongitude = 6.2;

    private const int Rows = 10;
    private const int Columns = 16;
    private const double RowsPerDegree = 10;
    private const double ColumnsPerDegree = 5;

    // Millimetres; first row 51.6° N, last 50.7° N; first column 3.2° E, last 6.2° E.
    private static ReadOnlySpan<short> Millimetres =>
    [
        2365, 2365, 2366, 2366, 2366, 2366, 2358, 2356, 2354, 2356, 2360, 2362, 2363, 2363, 2364, 2364,
        2367, 2365, 2363, 2363, 2364, 2360, 2345, 2342, 2340, 2344, 2353, 2362, 2362, 2363, 2364, 2364,
        2369, 2363, 2355, 2356, 2359, 2354, 2343, 2341, 2341, 2341, 2347, 2356, 2359, 2364, 2364, 2364,
        2368, 2356, 2347, 2344, 2351, 2354, 2356, 2353, 2350, 2347, 2342, 2352, 2356, 2361, 2363, 2365,
        2368, 2357, 2347, 2337, 2347, 2363, 2364, 2359, 2354, 2351, 2352, 2358, 2359, 2358, 2362, 2365,
        2385, 2376, 2361, 2354, 2358, 2363, 2364, 2363, 2359, 2354, 2354, 2363, 2366, 2359, 2363, 2366,
        2405, 2393, 2377, 2368, 2365, 2363, 2363, 2364, 2362, 2356, 2354, 2359, 2360, 2357, 2364, 2364,
        2411, 2398, 2384, 2376, 2371, 2363, 2360, 2362, 2362, 2356, 2353, 2355, 2351, 2354, 2364, 2366,
        2398, 2387, 2378, 2375, 2370, 2361, 2356, 2357, 2359, 2357, 2355, 2354, 2347, 2349, 2365, 2373,
        2384, 2373, 2369, 2368, 2363, 2354, 2350, 2352, 2354, 2355, 2358, 2354, 2347, 2349, 2369, 2385,
    ];

    /// <summary>TAW minus NAP in metres at a place (ETRS89 degrees); false outside the table.</summary>
    public static bool TryOffset(double latitude, double longitude, out double offset)
    {
        offset = 0;
        if (!(latitude >= MinimumLatitude && latitude <= MaximumLatitude
            && longitude >= MinimumLongitude && longitude <= MaximumLongitude))
        {
            return false;
        }

        var (row, down) = Split((MaximumLatitude - latitude) * RowsPerDegree, Rows);
        var (column, right) = Split((longitude - MinimumLongitude) * ColumnsPerDegree, Columns);
        var north = Mix(At(row, column), At(row, column + 1), right);
        var south = Mix(At(row + 1, column), At(row + 1, column + 1), right);
        offset = Mix(north, south, down) / 1000;
        return true;
    }

    private static (int Cell, double Fraction) Split(double position, int nodes)
    {
        // The last node belongs to the last cell; a position rounded just below 0 to the first.
        var cell = Math.Clamp((int)position, 0, nodes - 2);
        return (cell, Math.Clamp(position - cell, 0, 1));
    }

    private static double At(int row, int column) => Millimetres[(row * Columns) + column];

    private static double Mix(double from, double to, double fraction) => from + ((to - from) * fraction);
}
