namespace MeetNet.Observations.Coordinates;

/// <summary>
/// The seven-parameter similarity of EPSG method 1032, <em>coordinate frame</em> rotation: <c>T + (1 + s) · R · X</c> with the linear
/// rotation matrix. Tools that take position vectors have the rotations with the other sign.
/// </summary>
/// <param name="Id">Name on the wire.</param>
/// <param name="X">Translation, m.</param>
/// <param name="Y">Translation, m.</param>
/// <param name="Z">Translation, m.</param>
/// <param name="RotationX">Radians.</param>
/// <param name="RotationY">Radians.</param>
/// <param name="RotationZ">Radians.</param>
/// <param name="Scale">s, as a ratio.</param>
/// <param name="Accuracy">Metres, as EPSG states it.</param>
internal sealed record Helmert(
    string Id, double X, double Y, double Z, double RotationX, double RotationY, double RotationZ, double Scale, double Accuracy)
{
    private const double MicroRadian = 1e-6;
    private const double ArcSecond = Math.PI / (180 * 3600);
    private const double PartPerMillion = 1e-6;

    /// <summary>EPSG 9281, Amersfoort to ETRS89; against 885 points of NSGI along the border 0.083 m on average, at most 0.225 m.</summary>
    public static readonly Helmert AmersfoortToEtrs89 = new(
        "helmert-9281", 565.7381, 50.4018, 465.2904,
        1.91514 * MicroRadian, -1.60363 * MicroRadian, 9.09546 * MicroRadian, 4.07244 * PartPerMillion, 0.25);

    /// <summary>EPSG 15928, Belge 1972 to ETRS89. Its deprecated forerunner 15748 has the scale with the wrong sign.</summary>
    public static readonly Helmert Belge1972ToEtrs89 = new(
        "helmert-15928", -106.8686, 52.2978, -103.7239,
        -0.3366 * ArcSecond, 0.457 * ArcSecond, -1.8422 * ArcSecond, -1.2747 * PartPerMillion, 0.2);

    public Geocentric Apply(Geocentric from)
    {
        var m = 1 + Scale;
        return new Geocentric(
            X + (m * (from.X + (RotationZ * from.Y) - (RotationY * from.Z))),
            Y + (m * (from.Y - (RotationZ * from.X) + (RotationX * from.Z))),
            Z + (m * (from.Z + (RotationY * from.X) - (RotationX * from.Y))));
    }

    /// <summary>The exact inverse of <see cref="Apply"/>: the matrix I + [r]× has a closed one.</summary>
    public Geocentric ApplyInverse(Geocentric to)
    {
        var m = 1 + Scale;
        var (x, y, z) = ((to.X - X) / m, (to.Y - Y) / m, (to.Z - Z) / m);
        var (rx, ry, rz) = (RotationX, RotationY, RotationZ);

        // v = u − r×u, so u = (v + r×v + r (r·v)) / (1 + r·r).
        var (cx, cy, cz) = ((ry * z) - (rz * y), (rz * x) - (rx * z), (rx * y) - (ry * x));
        var dot = (rx * x) + (ry * y) + (rz * z);
        var square = 1 + (rx * rx) + (ry * ry) + (rz * rz);
        return new Geocentric((x + cx + (rx * dot)) / square, (y + cy + (ry * dot)) / square, (z + cz + (rz * dot)) / square);
    }
}
