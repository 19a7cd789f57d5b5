using MeetNet.Observations.Time;

namespace MeetNet.Ingest.Import;

/// <summary>
/// Hours of luchtmeetnet.nl: the fields of its API as columns (api.luchtmeetnet.nl/open_api). The stamp is the end of the hour, in UTC
/// (rivm-syso/samanapir, R/GetDataluchtmeetnet.R: "Eindtijd van het uurgemiddelde"). There is no quality code.
/// </summary>
internal sealed class LuchtmeetnetFormat : ISeriesFormat
{
    private static readonly StampConvention Stamp = new(StampPosition.End, StampZone.Utc, TimeSpan.FromHours(1));

    // All in µg/m³. CO is left out: the file does not say whether it is in µg/m³ or mg/m³.
    private static readonly Dictionary<string, SourceSeries> Series = new(StringComparer.OrdinalIgnoreCase)
    {
        ["NO2"] = new("no2", "ug/m3", Stamp, null, "NO2"),
        ["NO"] = new("no", "ug/m3", Stamp, null, "NO"),
        ["O3"] = new("o3", "ug/m3", Stamp, null, "O3"),
        ["SO2"] = new("so2", "ug/m3", Stamp, null, "SO2"),
        ["NH3"] = new("nh3", "ug/m3", Stamp, null, "NH3"),
        ["PM10"] = new("pm10", "ug/m3", Stamp, null, "PM10"),
        ["PM25"] = new("pm2_5", "ug/m3", Stamp, null, "PM25"),
        ["C6H6"] = new("c6h6", "ug/m3", Stamp, null, "C6H6"),
    };

    public string Name => "luchtmeetnet";

    public string Publisher => "luchtmeetnet.nl, CSV";

    public void Read(TextReader text, SourceValues values)
    {
        var table = CsvTable.Open(text, "station_number", "formula", "timestamp_measured", "value");
        while (table.Read(values))
        {
            if (!values.IsOf(table.Line, table["station_number"]))
            {
                continue;
            }
            if (!Series.TryGetValue(table["formula"], out var series))
            {
                values.PassOver($"formula '{table["formula"]}' has no observed property with a known unit");
            }
            else if (!SourceText.TryNumber(table["value"], out var raw))
            {
                values.Refuse(table.Line, $"expected a number, found '{table["value"]}'");
            }
            else
            {
                values.Add(table.Line, series, table["timestamp_measured"], raw, null);
            }
        }
    }
}
