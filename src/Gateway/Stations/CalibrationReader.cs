using MeetNet.Observations.Calibration;
using MeetNet.Yaml;

namespace MeetNet.Gateway.Stations;

/// <summary>Reads <c>calibrations</c> and <c>checks</c> of a datastream.</summary>
internal static class CalibrationReader
{
    private const string Curves = "'slope' and 'offset', a 'polynomial' with its 'domain' and 'outside', or a 'table' with 'outside'";

    /// <summary>Null after saying what is wrong with the form; whether the curve makes sense is for the procedure to say.</summary>
    public static InstrumentCalibration? Calibration(YamlMap map)
    {
        var (slope, offset) = (map.Optional("slope")?.Number(), map.Optional("offset")?.Number());
        var coefficients = map.Optional("polynomial")?.List().Select(c => c.Number()).ToList();
        var domain = map.Optional("domain") is { } span ? DatastreamReader.Span(span) : null;
        var points = map.Optional("table")?.List().Select(Point).ToList();
        var outside = map.Optional("outside")?.Choice([.. InstrumentCalibration.OutsideNames]);
        var (unit, from, to, source) = (map.String("unit"), map.Instant("validFrom"), map.Optional("validTo")?.Instant(), map.String("source"));
        map.Done();
        var rule = InstrumentCalibration.OutsideOf(outside ?? InstrumentCalibration.OutsideNames[0]);
        switch ((slope, offset, coefficients, domain, points, outside))
        {
            case ({ } steep, { } shift, null, null, null, null):
                return new LinearCalibration(steep, shift, unit, from, to, source);
            case (null, null, { } powers, { } fitted, null, not null):
                return new PolynomialCalibration(powers, fitted, rule, unit, from, to, source);
            case (null, null, null, null, { } table, not null) when table.TrueForAll(point => point is not null):
                return new TableCalibration([.. table.OfType<CalibrationPoint>()], rule, unit, from, to, source);
            case (null, null, null, null, not null, not null):
                return null;
            default:
                map.Problem($"a calibration has {Curves}, and nothing of the others");
                return null;
        }
    }

    /// <summary>A check; null after saying what is wrong with it.</summary>
    /// <param name="map">One of <c>checks</c>.</param>
    /// <param name="raw">Unit of the raw value; null when it is not known.</param>
    public static CalibrationCheck? Check(YamlMap map, string? raw)
    {
        var kind = map.Choice("kind", [.. CalibrationCheck.KindNames]) == CalibrationCheck.KindNames[1] ? CheckKind.Span : CheckKind.Zero;
        var (time, expected, measured) = (map.Instant("time"), map.Number("expected"), map.Number("measured"));
        var unit = map.Require("unit");
        if (unit.String() is { Length: > 0 } stated && raw is not null && stated != raw)
        {
            unit.Problem($"the check is in '{stated}', the raw value is in '{raw}': a check is stated in the unit of the raw value");
        }

        var (limit, source) = (map.Number("limit", 0), map.String("source"));
        map.Done();
        return new CalibrationCheck(kind, time, expected, measured, measured, limit, source);
    }

    private static CalibrationPoint? Point(YamlValue value)
    {
        var pair = value.List();
        if (pair.Count == 2)
        {
            return new CalibrationPoint(pair[0].Number(), pair[1].Number());
        }

        if (value.IsList)
        {
            value.Problem($"'{value.Name}' must be what the instrument said and what it should have been, for example [103.2, 100]");
        }

        return null;
    }
}
