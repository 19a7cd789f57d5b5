using System.Globalization;
using MeetNet.Observations.Quality;
using MeetNet.Observations.Time;

namespace MeetNet.Ingest.Import;

/// <summary>
/// CSV of waterinfo.rws.nl, with Aquo codes. What a stamp means follows from WAARDEBEPALINGSMETHODE_CODE: other:F007 is the mean of the five minutes before and after it, other:F001
/// of the ten minutes before. The clock is UTC+1 in files sent by e-mail and Dutch legal time at the moment of download in others (Deltares/ddlpy, waterinfo.py); the file does not say which.
/// A gap is known by its quality code 99, never by its number, which is 0 or ±999999999.
/// </summary>
internal sealed class RwsFormat : ISeriesFormat
{
    private static readonly StampConvention Centre = new(StampPosition.Centre, StampZone.UtcPlus1, TimeSpan.FromMinutes(10));
    private static readonly StampConvention End = new(StampPosition.End, StampZone.UtcPlus1, TimeSpan.FromMinutes(10));

    private static readonly string[] Days = ["dd-MM-yyyy", "yyyy-MM-dd"];
    private static readonly string[] Times = ["HH:mm:ss", "HH:mm"];

    // GROOTHEID_CODE of Aquo.
    private static readonly Dictionary<string, string> Properties = new(StringComparer.Ordinal)
    {
        ["WATHTE"] = "water_level",
        ["Q"] = "discharge",
        ["T"] = "water_temperature",
    };

    // EENHEID_CODE of Aquo.
    private static readonly Dictionary<string, string> Units = new(StringComparer.Ordinal) { ["cm"] = "cm", ["m"] = "m", ["m3/s"] = "m3/s", ["oC"] = "Cel" };

    public string Name => "rws";

    public string Publisher => "Rijkswaterstaat waterinfo, CSV; needs --clock";

    public void Read(TextReader text, SourceValues values)
    {
        if (values.Options.Clock is not { } clock)
        {
            throw new ImportException(0, "state --clock +01:00 for a file sent by e-mail, or the Dutch legal time at the moment of download (+01:00 or +02:00)");
        }
        var table = CsvTable.Open(
            text, "LOCATIE_CODE", "GROOTHEID_CODE", "EENHEID_CODE", "HOEDANIGHEID_CODE", "COMPARTIMENT_CODE", "WAARDEBEPALINGSMETHODE_CODE", "WAARNEMINGDATUM",
            "LIMIETSYMBOOL", "NUMERIEKEWAARDE", "KWALITEITSOORDEEL_CODE", "STATUSWAARDE");
        // In newer files the name goes on: "WAARNEMINGTIJD (MET/CET)".
        var time = table.Beginning("WAARNEMINGTIJD") ?? throw new ImportException(table.Line, "expected a column 'WAARNEMINGTIJD'");
        while (table.Read(values))
        {
            if (values.IsOf(table.Line, table["LOCATIE_CODE"]) && TrySeries(table, values, out var series))
            {
                Take(table, time, clock, series, values);
            }
        }
    }

    private static bool TrySeries(CsvTable table, SourceValues values, out SourceSeries series)
    {
        series = null!;
        var (quantity, datum, method) = (table["GROOTHEID_CODE"], table["HOEDANIGHEID_CODE"], table["WAARDEBEPALINGSMETHODE_CODE"]);
        var stamp = method switch
        {
            "other:F007" => Centre,
            "other:F001" => End,
            _ => values.Options.Stamp is { } stated ? new StampConvention(stated.Position, StampZone.UtcPlus1, stated.Period) : null,
        };
        if (!Properties.TryGetValue(quantity, out var property) || table["COMPARTIMENT_CODE"] != "OW")
        {
            values.PassOver($"{quantity} in compartment {table["COMPARTIMENT_CODE"]} is not an observed property");
        }
        else if (quantity == "WATHTE" && datum is not ("NAP" or "TAW"))
        {
            values.PassOver($"a level to '{datum}' has no named transformation");
        }
        else if (stamp is null)
        {
            values.PassOver($"what a stamp means by the method '{method}' is not known: state --stamp");
        }
        else if (quantity == "WATHTE" && !values.IsTo(table.Line, datum))
        {
            return false;
        }
        else if (!Units.TryGetValue(table["EENHEID_CODE"], out var unit))
        {
            values.Refuse(table.Line, $"expected the unit {string.Join(", ", Units.Keys)}, found '{table["EENHEID_CODE"]}'");
        }
        else
        {
            series = new SourceSeries(property, unit, stamp, quantity == "WATHTE" ? datum : null, quantity);
            return true;
        }
        return false;
    }

    private static void Take(CsvTable table, string time, TimeSpan clock, SourceSeries series, SourceValues values)
    {
        if (!DateOnly.TryParseExact(table["WAARNEMINGDATUM"], Days, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            || !TimeOnly.TryParseExact(table[time], Times, CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment))
        {
            values.Refuse(table.Line, $"expected a day and a time, found '{table["WAARNEMINGDATUM"]}' and '{table[time]}'");
        }
        else if (table["LIMIETSYMBOOL"].Length > 0)
        {
            values.Refuse(table.Line, $"expected a value, found the limit '{table["LIMIETSYMBOOL"]}{table["NUMERIEKEWAARDE"]}'");
        }
        else if (!SourceText.TryNumber(table["NUMERIEKEWAARDE"], out var raw))
        {
            values.Refuse(table.Line, $"expected a number, found '{table["NUMERIEKEWAARDE"]}'");
        }
        else if (values.TryQuality(table.Line, series.Property, out var quality, CodesOf(table)))
        {
            values.Add(table.Line, series, day.ToDateTime(moment), clock, raw, quality);
        }
    }

    /// <summary>A row of which nobody says how far it was checked has no stage.</summary>
    private static IReadOnlyList<NativeCode> CodesOf(CsvTable table)
    {
        var code = table["KWALITEITSOORDEEL_CODE"];
        var judged = new NativeCode("rws", "kwaliteitsoordeel", code.Length == 1 ? "0" + code : code);     // a spreadsheet takes the nought of 05 away
        return table["STATUSWAARDE"].Length == 0 ? [judged] : [judged, new NativeCode("rws", "statuswaarde", table["STATUSWAARDE"])];
    }
}
