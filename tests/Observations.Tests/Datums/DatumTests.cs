using MeetNet.Observations.Datums;

namespace MeetNet.Observations.Tests.Datums;

public sealed class DatumTests
{
    // Interpolation error of the table against the two geoid grids, over 280 points of the border band.
    private const double TableError = 0.010;

    [Theory]
    [InlineData("Kalmthoutse Heide", 51.390, 4.440, 2.3423)]
    [InlineData("Turnhouts Vennengebied", 51.353, 4.935, 2.3438)]
    [InlineData("Maastricht St-Servaasbrug", 50.849, 5.696, 2.3478)]
    [InlineData("Zelzate", 51.203, 3.812, 2.3375)]
    [InlineData("Weert", 51.251, 5.706, 2.3593)]
    [InlineData("Zandvliet", 51.348, 4.279, 2.3509)]
    [InlineData("V5 Eijsden grens", 50.758, 5.682, 2.3432)]
    public void The_table_agrees_with_the_grids(string place, double latitude, double longitude, double offset)
    {
        Assert.True(TawGrid2018.TryOffset(latitude, longitude, out var found), place);
        Assert.True(Math.Abs(found - offset) <= TableError, $"{place}: {found}");
    }

    [Fact]
    public void V1_two_metres_NAP_at_Zandvliet()
    {
        Assert.Equal(4.330, 2.000 + Shift("taw-const-2.33", VerticalDatum.Nap, VerticalDatum.Taw, 51.348, 4.279), 9);
        Assert.True(Math.Abs(4.3509 - 2.000 - Shift("taw-grid-2018", VerticalDatum.Nap, VerticalDatum.Taw, 51.348, 4.279)) <= TableError);
    }

    [Fact]
    public void V5_at_Eijsden_the_constant_gives_what_is_published() =>
        Assert.Equal(46.390, 44.060 + Shift("taw-const-2.33", VerticalDatum.Nap, VerticalDatum.Taw, 50.758, 5.682), 9);

    /// <summary>All 160 nodes, to the millimetre they are given in.</summary>
    [Theory]
    [InlineData(51.6, "2.365 2.365 2.366 2.366 2.366 2.366 2.358 2.356 2.354 2.356 2.360 2.362 2.363 2.363 2.364 2.364")]
    [InlineData(51.5, "2.367 2.365 2.363 2.363 2.364 2.360 2.345 2.342 2.340 2.344 2.353 2.362 2.362 2.363 2.364 2.364")]
    [InlineData(51.4, "2.369 2.363 2.355 2.356 2.359 2.354 2.343 2.341 2.341 2.341 2.347 2.356 2.359 2.364 2.364 2.364")]
    [InlineData(51.3, "2.368 2.356 2.347 2.344 2.351 2.354 2.356 2.353 2.350 2.347 2.342 2.352 2.356 2.361 2.363 2.365")]
    [InlineData(51.2, "2.368 2.357 2.347 2.337 2.347 2.363 2.364 2.359 2.354 2.351 2.352 2.358 2.359 2.358 2.362 2.365")]
    [InlineData(51.1, "2.385 2.376 2.361 2.354 2.358 2.363 2.364 2.363 2.359 2.354 2.354 2.363 2.366 2.359 2.363 2.366")]
    [InlineData(51.0, "2.405 2.393 2.377 2.368 2.365 2.363 2.363 2.364 2.362 2.356 2.354 2.359 2.360 2.357 2.364 2.364")]
    [InlineData(50.9, "2.411 2.398 2.384 2.376 2.371 2.363 2.360 2.362 2.362 2.356 2.353 2.355 2.351 2.354 2.364 2.366")]
    [InlineData(50.8, "2.398 2.387 2.378 2.375 2.370 2.361 2.356 2.357 2.359 2.357 2.355 2.354 2.347 2.349 2.365 2.373")]
    [InlineData(50.7, "2.384 2.373 2.369 2.368 2.363 2.354 2.350 2.352 2.354 2.355 2.358 2.354 2.347 2.349 2.369 2.385")]
    public void Every_node_of_the_table_is_there(double latitude, string row)
    {
        foreach (var (column, text) in row.Split(' ').Index())
        {
            Assert.True(TawGrid2018.TryOffset(latitude, 3.2 + (0.2 * column), out var found));
            Assert.Equal(double.Parse(text, System.Globalization.CultureInfo.InvariantCulture), found, 1e-6);
        }
    }

    /// <summary>
    /// V2, V3 and V9 (European vertical reference frames) and V8 (heights above the ellipsoid) are not offered, and nothing silently stands in for them: the way by EVRF2000 gives 4.3114 for V1,
    /// 4 cm less than the geoids.
    /// </summary>
    [Theory]
    [InlineData("EVRF2000")]
    [InlineData("EVRF2007")]
    [InlineData("EVRF2019")]
    [InlineData("ETRS89")]
    [InlineData("EPSG:5730")]
    [InlineData("EPSG:5621")]
    [InlineData("LAT")]
    public void A_datum_that_is_not_offered_is_none(string code)
    {
        Assert.False(VerticalDatum.TryGet(code, out _));
        Assert.False(VerticalTransformation.TryGet($"nap-{code}", VerticalDatum.Nap, VerticalDatum.Taw, out _));
    }

    [Theory]
    [InlineData(51.6, 3.2, 2.365)]
    [InlineData(50.7, 6.2, 2.385)]
    [InlineData(50.7, 3.2, 2.384)]
    [InlineData(51.6, 6.2, 2.364)]
    [InlineData(51.4, 4.4, 2.343)]
    [InlineData(51.2, 3.8, 2.337)]
    [InlineData(51.4, 4.5, 2.342)]
    [InlineData(51.25, 3.8, 2.3405)]
    [InlineData(51.25, 3.9, 2.34475)]
    public void Nodes_are_the_table_and_between_is_bilinear(double latitude, double longitude, double offset)
    {
        Assert.True(TawGrid2018.TryOffset(latitude, longitude, out var found));
        Assert.Equal(offset, found, 9);
    }

    [Theory]
    [InlineData(50.699, 4)]
    [InlineData(51.601, 4)]
    [InlineData(51, 3.199)]
    [InlineData(51, 6.201)]
    [InlineData(double.NaN, 4)]
    [InlineData(51, double.NaN)]
    [InlineData(double.PositiveInfinity, 4)]
    public void Outside_the_table_there_is_no_shift(double latitude, double longitude)
    {
        Assert.False(TawGrid2018.TryOffset(latitude, longitude, out _));
        Assert.True(VerticalTransformation.TryGet("taw-grid-2018", VerticalDatum.Taw, VerticalDatum.Nap, out var grid));
        Assert.False(grid.TryShift(latitude, longitude, out _));
    }

    [Fact]
    public void There_and_back_is_the_same_height()
    {
        foreach (var id in VerticalTransformation.Between(VerticalDatum.Taw, VerticalDatum.Nap))
        {
            Assert.Equal(0, Shift(id, VerticalDatum.Taw, VerticalDatum.Nap, 51.39, 4.44) + Shift(id, VerticalDatum.Nap, VerticalDatum.Taw, 51.39, 4.44));
        }
    }

    [Fact]
    public void The_constant_is_within_its_stated_accuracy_of_the_grid_in_the_border_band()
    {
        // The band's extremes, by the grids: 2.332 and 2.365.
        Assert.True(VerticalTransformation.TryGet("taw-const-2.33", VerticalDatum.Taw, VerticalDatum.Nap, out var constant));
        Assert.InRange(2.365 - 2.33, 0, constant.Accuracy + 1e-12);
        Assert.NotEmpty(constant.Source);
        Assert.Contains("CC-BY", TawGrid2018.Attribution, StringComparison.Ordinal);
    }

    [Fact]
    public void No_transformation_goes_by_another_name_or_to_itself()
    {
        Assert.False(VerticalTransformation.TryGet(null, VerticalDatum.Taw, VerticalDatum.Nap, out _));
        Assert.False(VerticalTransformation.TryGet("taw", VerticalDatum.Taw, VerticalDatum.Nap, out _));
        Assert.False(VerticalTransformation.TryGet("taw-const-2.33", VerticalDatum.Nap, VerticalDatum.Nap, out _));
        Assert.Empty(VerticalTransformation.Between(VerticalDatum.GaugeZero, VerticalDatum.Nap));
        Assert.False(VerticalDatum.TryGet("nap", out _));
    }

    private static double Shift(string id, VerticalDatum from, VerticalDatum to, double latitude, double longitude)
    {
        Assert.True(VerticalTransformation.TryGet(id, from, to, out var transformation));
        Assert.True(transformation.TryShift(latitude, longitude, out var shift));
        return shift;
    }
}
