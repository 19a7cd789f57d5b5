using MeetNet.Observations.Time;

namespace MeetNet.Ingest.Import;

/// <summary>
/// Hours of IRCEL-CELINE: a layer of its WFS as CSV (irceline/open_data, datasets/measurements.md). One layer is one pollutant, and the columns don't say which. The stamp is
/// the end of the hour ("after the hour"), in UTC. There is no quality code: layers are real-time or validated as a whole.
/// </summary>
internal sealed class IrcelFormat : ISeriesFormat
{
    private static readonly StampConvention Stamp = new(StampPosition.End, StampZone.Utc, TimeSpan.FromHours(1));

    public string Name => "ircel";

    public string Publisher => "IRCEL-CELINE, CSV of the WFS; needs --property";

    public void Read(TextReader text, SourceValues values)
    {
        var property = values.Options.Property ?? throw new ImportException(0, "the columns don't say what was measured: state --property");
        if (property == "co" && values.Options.Unit is null)
        {
            throw new ImportException(0, "the columns don't say whether CO is in ug/m3 or mg/m3: state --unit");
        }
        var series = new SourceSeries(property, values.Options.Unit ?? "ug/m3", Stamp, null, "value");
        var table = CsvTable.Open(text, "timestamp", "value", "ab_eoi_code");
        while (table.Read(values))
        {
            if (!values.IsOf(table.Line, table["ab_eoi_code"]))
            {
                continue;
            }
            if (SourceText.TryNumber(table["value"], out var raw))
            {
                values.Add(table.Line, series, table["timestamp"], raw, null);
            }
            else
            {
                values.Refuse(table.Line, $"expected a number, found '{table["value"]}'");
            }
        }
    }
}
