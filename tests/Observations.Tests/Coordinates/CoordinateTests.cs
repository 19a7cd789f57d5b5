using MeetNet.Observations.Coordinates;

namespace MeetNet.Observations.Tests.Coordinates;

/// <summary>
/// Places along the border, by cs2cs with the official grids and with the Helmert parameters alone (EPSG v10.076, PROJ-data), and points of
/// NSGI's own validation set (Z001).
/// </summary>
public sealed class CoordinateTests
{
    /// <summary>The same Helmert parameters computed by PROJ: a millimetre for its rounding.</summary>
    private const double Same = 0.0011;

    public static TheoryData<string, double, double, double, double, double, double, double, double> Places => new()
    {
        // Latitude, longitude, RD (9281), Lambert 72 (15928), Lambert 2008.
        { "Kalmthoutse Heide", 51.390, 4.440, 89071.899, 378298.927, 154959.121, 231144.548, 654951.486, 731145.058 },
        { "Turnhouts Vennengebied", 51.353, 4.935, 123499.451, 373852.241, 189448.018, 227176.231, 689440.577, 727180.878 },
        { "Maastricht", 50.849, 5.696, 176748.247, 317730.667, 243462.976, 171791.631, 743461.691, 671803.162 },
        { "Zelzate", 51.203, 3.812, 44915.915, 358254.250, 111087.463, 210482.376, 611082.639, 710477.827 },
        { "Weert", 51.251, 5.706, 177257.392, 362455.799, 243361.290, 216518.694, 743354.680, 716529.847 },
        { "Zandvliet", 51.348, 4.279, 77795.375, 373784.655, 143746.017, 226472.860, 643739.028, 726472.072 },
        { "Kessenich", 51.172, 5.764, 181352.079, 353686.435, 247575.396, 207805.705, 747569.789, 707817.431 },
        { "Antwerpen", 51.220, 4.400, 86032.086, 359424.479, 152182.786, 212228.656, 652177.426, 712228.987 },
    };

    [Theory]
    [MemberData(nameof(Places))]
    public void The_plane_coordinates_are_those_of_the_parameters(
        string place, double latitude, double longitude, double rdX, double rdY, double l72X, double l72Y, double l08X, double l08Y)
    {
        Near(CoordinateSystem.RdNew, latitude, longitude, rdX, rdY, Same, place);
        Near(CoordinateSystem.Lambert72, latitude, longitude, l72X + PlaneShift.BorderOf15928.X, l72Y + PlaneShift.BorderOf15928.Y, Same, place);
        Near(CoordinateSystem.Lambert2008, latitude, longitude, l08X, l08Y, Same, place);
    }

    /// <summary>Against the official grids both national systems are within the 0.25 m that is stated: RD by its parameters alone, Lambert 72 with the shift of the border region.</summary>
    [Theory]
    [InlineData("EPSG:28992", 51.390, 4.440, 89071.933, 378298.952)]
    [InlineData("EPSG:28992", 51.353, 4.935, 123499.484, 373852.238)]
    [InlineData("EPSG:28992", 50.849, 5.696, 176748.385, 317730.687)]
    [InlineData("EPSG:28992", 51.203, 3.812, 44915.830, 358254.160)]
    [InlineData("EPSG:28992", 51.251, 5.706, 177257.486, 362455.884)]
    [InlineData("EPSG:28992", 51.348, 4.279, 77795.348, 373784.638)]
    [InlineData("EPSG:28992", 51.172, 5.764, 181352.175, 353686.502)]
    [InlineData("EPSG:28992", 51.220, 4.400, 86032.087, 359424.482)]
    [InlineData("EPSG:28992", 50.758, 5.682, 175803.185, 307603.044)]
    [InlineData("EPSG:28992", 51.39878, 4.21014, 73089.527, 379508.556)]
    [InlineData("EPSG:28992", 51.321228257, 4.914802274, 122069.6322, 370326.5782)]
    [InlineData("EPSG:28992", 51.192132602, 3.844252520, 47144.0629, 356997.2308)]
    [InlineData("EPSG:28992", 51.211191165, 5.708656377, 177462.4310, 358027.9864)]
    [InlineData("EPSG:28992", 51.247049602, 3.429579724, 18325.3136, 363799.9578)]
    [InlineData("EPSG:31370", 51.390, 4.440, 154959.078, 231144.499)]
    [InlineData("EPSG:31370", 51.353, 4.935, 189448.045, 227176.099)]
    [InlineData("EPSG:31370", 50.849, 5.696, 243462.921, 171791.620)]
    [InlineData("EPSG:31370", 51.203, 3.812, 111087.471, 210482.289)]
    [InlineData("EPSG:31370", 51.251, 5.706, 243361.169, 216518.439)]
    [InlineData("EPSG:31370", 51.220, 4.400, 152182.740, 212228.585)]
    [InlineData("EPSG:31370", 51.348, 4.279, 143745.965, 226472.802)]
    [InlineData("EPSG:31370", 51.172, 5.764, 247575.194, 207805.485)]
    [InlineData("EPSG:31370", 50.758, 5.682, 242656.290, 161652.948)]
    [InlineData("EPSG:31370", 51.39878, 4.21014, 138960.153, 232130.638)]
    public void The_official_grids_are_within_the_stated_accuracy(string code, double latitude, double longitude, double x, double y)
    {
        Assert.True(CoordinateSystem.TryGet(code, out var system));
        var found = system.FromEtrs89(latitude, longitude);
        var distance = Math.Sqrt(Math.Pow(found.X - x, 2) + Math.Pow(found.Y - y, 2));
        Assert.True(distance <= system.Accuracy, $"{distance} m");
        Assert.Equal(0.25, system.Accuracy);
    }

    /// <summary>How the shift of Lambert 72 came about, and that no place decides on it alone: by the mean of the other nine each is within 0.25 m, too.</summary>
    [Fact]
    public void The_shift_of_the_border_is_the_mean_of_ten_places_and_holds_for_each_by_the_others()
    {
        (double Latitude, double Longitude, double X, double Y)[] grid =
        [
            (51.390, 4.440, 154959.078, 231144.499), (51.353, 4.935, 189448.045, 227176.099), (50.849, 5.696, 243462.921, 171791.620), (51.203, 3.812, 111087.471, 210482.289),
            (51.251, 5.706, 243361.169, 216518.439), (51.348, 4.279, 143745.965, 226472.802), (51.172, 5.764, 247575.194, 207805.485), (51.220, 4.400, 152182.740, 212228.585),
            (50.758, 5.682, 242656.290, 161652.948), (51.39878, 4.21014, 138960.153, 232130.638),
        ];
        var off = grid.Select(p =>
        {
            var (x, y) = CoordinateSystem.Lambert72.FromEtrs89(p.Latitude, p.Longitude);
            return (X: p.X - x + PlaneShift.BorderOf15928.X, Y: p.Y - y + PlaneShift.BorderOf15928.Y);
        }).ToList();
        Assert.Equal(PlaneShift.BorderOf15928.X, off.Average(o => o.X), 0.0005);
        Assert.Equal(PlaneShift.BorderOf15928.Y, off.Average(o => o.Y), 0.0005);
        Assert.Equal(0.299, off.Max(o => Math.Sqrt((o.X * o.X) + (o.Y * o.Y))), 0.0015);
        var byOthers = off.Select((o, i) =>
        {
            var others = off.Where((_, j) => j != i).ToList();
            return Math.Sqrt(Math.Pow(o.X - others.Average(p => p.X), 2) + Math.Pow(o.Y - others.Average(p => p.Y), 2));
        });
        Assert.Equal(0.214, byOthers.Max(), 0.0015);
    }

    [Fact]
    public void Zandvliet_step_by_step()
    {
        // Intermediate values of PROJ for the inverse of EPSG 9281, to 0.1 mm.
        var etrs = Ellipsoid.Grs80.ToGeocentric(Geodetic.FromDegrees(51.348, 4.279));
        Close(new Geocentric(3980742.0694, 297846.2732, 4957817.5880), etrs);
        var bessel = Helmert.AmersfoortToEtrs89.ApplyInverse(etrs);
        Close(new Geocentric(3980149.4638, 297821.3660, 4957339.0622), bessel);
        Close(etrs, Helmert.AmersfoortToEtrs89.Apply(bessel));
        var place = Ellipsoid.Bessel1841.ToGeodetic(bessel);
        Assert.Equal(51.348891417, place.Latitude * 180 / Math.PI, 1e-9);
        Assert.Equal(4.279278182, place.Longitude * 180 / Math.PI, 1e-9);
        Assert.Equal(-44.6262, place.Height, 1e-4);
        Near(CoordinateSystem.RdNew, 51.348, 4.279, 77795.3747, 373784.6554, 0.0005, "Zandvliet");
    }

    [Fact]
    public void The_scale_of_Belge_1972_has_the_right_sign()
    {
        // With the sign of the deprecated EPSG 15748 the same place is metres away.
        var wrong = Helmert.Belge1972ToEtrs89 with { Scale = 1.2747e-6 };
        var etrs = Ellipsoid.Grs80.ToGeocentric(Geodetic.FromDegrees(51.22, 4.4));
        var (right, other) = (Helmert.Belge1972ToEtrs89.ApplyInverse(etrs), wrong.ApplyInverse(etrs));
        Assert.Equal(16, Math.Sqrt(Math.Pow(right.X - other.X, 2) + Math.Pow(right.Y - other.Y, 2) + Math.Pow(right.Z - other.Z, 2)), 0.5);
    }

    [Fact]
    public void Utm_on_its_central_meridian_is_the_scaled_meridian_arc()
    {
        // Length of the GRS80 meridian quadrant 10,001,965.7293 m (Moritz 2000); 45° lies at 4,984,944.378 m, times 0.9996.
        var (x, y) = CoordinateSystem.Utm31.FromEtrs89(45, 3);
        Assert.Equal(500_000, x, 1e-6);
        Assert.Equal(4_984_944.378 * 0.9996, y, 0.001);
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void There_and_back_is_the_same_place(
        string place, double latitude, double longitude, double rdX, double rdY, double l72X, double l72Y, double l08X, double l08Y)
    {
        Assert.True(rdX * rdY * l72X * l72Y * l08X * l08Y > 0, place);
        foreach (var system in CoordinateSystem.All)
        {
            var (x, y) = system.FromEtrs89(latitude, longitude);
            var back = system.ToEtrs89(x, y);
            Assert.Equal(latitude, back.Latitude, 1.1e-8);
            Assert.Equal(longitude, back.Longitude, 1.1e-8);
        }
    }

    [Fact]
    public void A_place_keeps_how_it_was_surveyed()
    {
        Assert.True(CoordinateSystem.Lambert72.TryLocate(154959.059, 231144.460, out var location, out var problem), problem);
        Assert.Equal(51.390, location.Latitude, 2e-8);
        Assert.Equal(4.440, location.Longitude, 2e-8);
        Assert.Equal(new NativePosition(154959.059, 231144.460, "EPSG:31370", "helmert-15928-border", 0.25), location.Native);
        Assert.Equal("EPSG:4258", location.Crs);
        Assert.Equal("exact", CoordinateSystem.Lambert2008.Transformation);
    }

    [Theory]
    [InlineData("EPSG:28992", 378298.9, 89071.9, "x and y seem to be swapped")]
    [InlineData("EPSG:31370", 210482.4, 111087.5, "x and y seem to be swapped")]
    [InlineData("EPSG:28992", 154959.1, 231144.5, "these seem to be coordinates in EPSG:31370 (Lambert 72)")]
    [InlineData("EPSG:31370", 89071.9, 378298.9, "these seem to be coordinates in EPSG:28992 (RD New)")]
    [InlineData("EPSG:31370", 654951.5, 731145.1, "these seem to be coordinates in EPSG:3812 (Lambert 2008)")]
    [InlineData("EPSG:3812", 154959.1, 231144.5, "these seem to be coordinates in EPSG:31370 (Lambert 72)")]
    [InlineData("EPSG:28992", 600_000, 5_694_000, "these seem to be coordinates in EPSG:25831 (UTM 31N)")]
    [InlineData("EPSG:28992", 210482.4, 111087.5, "in EPSG:31370 (Lambert 72), with x and y swapped")]
    [InlineData("EPSG:28992", 4.44, 51.39, "these seem to be degrees")]
    [InlineData("EPSG:31370", 51.39, 4.44, "these seem to be degrees")]
    [InlineData("EPSG:28992", 233000, 582000, "is outside the border region (50.5 to 52.2 N, 2.4 to 6.6 E)")]
    [InlineData("EPSG:28992", 1e300, 5, "is outside the border region")]
    [InlineData("EPSG:28992", double.NaN, 5, "is outside the border region")]
    public void What_is_no_station_of_the_region_is_said_helpfully(string code, double x, double y, string message)
    {
        Assert.True(CoordinateSystem.TryGet(code, out var system));
        Assert.False(system.TryLocate(x, y, out var location, out var problem));
        Assert.Null(location);
        Assert.Contains(message, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Systems_are_known_by_their_code() => Assert.False(CoordinateSystem.TryGet("28992", out _));

    private static void Near(CoordinateSystem system, double latitude, double longitude, double x, double y, double tolerance, string place)
    {
        var found = system.FromEtrs89(latitude, longitude);
        Assert.True(Math.Abs(found.X - x) <= tolerance && Math.Abs(found.Y - y) <= tolerance, $"{place} in {system.Code}: {found}");
    }

    private static void Close(Geocentric expected, Geocentric actual)
    {
        Assert.Equal(expected.X, actual.X, 1e-4);
        Assert.Equal(expected.Y, actual.Y, 1e-4);
        Assert.Equal(expected.Z, actual.Z, 1e-4);
    }
}
