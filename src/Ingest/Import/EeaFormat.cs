using MeetNet.Observations.Catalogue;
using MeetNet.Observations.Quality;
using MeetNet.Observations.Time;

namespace MeetNet.Ingest.Import;

/// <summary>
/// The columns of the EEA's Parquet files as CSV: Samplingpoint, Pollutant, Start, End, Value, Unit, Validity, Verification. Start and End have no offset and are in UTC+1
/// all year, whatever the metadata says of the station. Validity and verification are those of dd.eionet.europa.eu/vocabulary/aq.
/// </summary>
internal sealed class EeaFormat : ISeriesFormat
{
    private const string Vocabulary = "/vocabulary/aq/pollutant/";

    // The catalogue's definitions are of the EEA's vocabulary where it has the pollutant: they hold its numbers.
    private static readonly Dictionary<string, string> Properties = ObservedProperties.All
        .Where(property => property.Definition.Contains(Vocabulary, StringComparison.Ordinal))
        .ToDictionary(property => property.Definition[(property.Definition.IndexOf(Vocabulary, StringComparison.Ordinal) + Vocabulary.Length)..], property => property.Name);

    private static readonly Dictionary<string, string> Units = new(StringComparer.Ordinal) { ["ug.m-3"] = "ug/m3", ["mg.m-3"] = "mg/m3" };

    public string Name => "eea";

    public string Publisher => "European Environment Agency, columns of the Parquet files as CSV";

    public void Read(TextReader text, SourceValues values)
    {
        var table = CsvTable.Open(text, "Samplingpoint", "Pollutant", "Start", "End", "Value", "Unit", "Validity", "Verification");
        string? aggregation = null;
        while (table.Read(values))
        {
            // Hours and days of one place are two series, and a datastream is one.
            aggregation ??= table["AggType"];
            if (table["AggType"] != aggregation)
            {
                throw new ImportException(table.Line, $"the file has AggType '{aggregation}' and '{table["AggType"]}': import them as two files, each with its own --sensor");
            }
            if (!Properties.TryGetValue(table["Pollutant"], out var property))
            {
                values.PassOver($"pollutant {table["Pollutant"]} is not an observed property");
            }
            else if (values.IsOf(table.Line, table["Samplingpoint"], property))
            {
                Take(table, property, values);
            }
        }
    }

    private static void Take(CsvTable table, string property, SourceValues values)
    {
        if (!Units.TryGetValue(table["Unit"], out var unit))
        {
            values.Refuse(table.Line, $"expected the unit {string.Join(" or ", Units.Keys)}, found '{table["Unit"]}'");
        }
        else if (!SourceText.TryNumber(table["Value"], out var raw))
        {
            values.Refuse(table.Line, $"expected a number, found '{table["Value"]}'");
        }
        else if (!SourceText.TryTime(table["Start"], out var begin, out var offset) || !SourceText.TryTime(table["End"], out var end, out var other)
            || offset is not null || other is not null || end <= begin || end - begin > StampConvention.MaximumPeriod)
        {
            values.Refuse(table.Line, $"expected Start before End, without offset, found '{table["Start"]}' and '{table["End"]}'");
        }
        else if (values.TryQuality(
            table.Line, property, out var quality, new NativeCode("eea", "validity", table["Validity"]), new NativeCode("eea", "verification", table["Verification"])))
        {
            var series = new SourceSeries(property, unit, new StampConvention(StampPosition.Begin, StampZone.UtcPlus1, end - begin), null, table["Pollutant"]);
            values.Add(table.Line, series, begin, TimeSpan.FromHours(1), raw, quality);
        }
    }
}
