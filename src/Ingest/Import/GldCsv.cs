namespace MeetNet.Ingest.Import;

/// <summary>
/// The points of a groundwater level dossier as the full CSV report of the register (objectsAsCsv with rapportagetype=volledig, as read by ArtesiaWater/brodata, gld.py). The report is a sequence of small
/// tables, each with a line of names; lines of commas only are between them:
/// <code>
/// "observatie ID","start observatieperiode","eind observatieperiode","observatietype","mate beoordeling","observatieproces ID"
/// "_b5…","(2020-09-14, JJJJ-MM-DD)","(2021-01-01, JJJJ-MM-DD)","reguliereMeting","voorlopig","_cb…"
/// ,,,,,
/// "tijdstip meting","waterstand","status kwaliteitscontrole","censuurreden","censuurlimietwaarde","interpolatietype"
/// "2020-09-14T02:00:00+02:00","0.790","goedgekeurd",,,"discontinu"
/// </code>
/// Levels are in m NAP. The other reports say less: the compact one has no names, that of the series (seriesAsCsv) no quality check.
/// </summary>
internal static class GldCsv
{
    private const string Observation = "observatie ID";
    private const string Points = "tijdstip meting";

    /// <exception cref="ImportException">It is not the full report.</exception>
    public static IReadOnlyList<GldPoint> Read(TextReader text, SourceValues values)
    {
        var points = new List<GldPoint>();
        var (kind, stage) = ("", "");
        var rows = new CsvTable(text, "1,2,3,4,5,6", 0);
        var table = Table.Other;
        while (rows.Read(values))
        {
            if (rows.Line == 1 && rows["1"] != "BRO-ID")
            {
                break;
            }
            if (IsEmpty(rows))
            {
                continue;
            }
            switch (rows["1"])
            {
                case Observation:
                    table = Table.Observation;
                    break;
                case Points:
                    table = Table.Points;
                    break;
                case "put BRO-ID" or "BRO-ID":
                    table = Table.Other;
                    break;
                default:
                    if (table == Table.Observation)
                    {
                        (kind, stage) = (rows["4"], rows["5"]);
                    }
                    else if (table == Table.Points)
                    {
                        points.Add(new GldPoint(rows.Line, rows["1"], rows["2"], null, rows["3"], rows["4"], stage, kind));
                    }
                    break;
            }
        }
        return points.Count > 0
            ? points
            : throw new ImportException(1, "expected the XML of a groundwater level dossier, or its full CSV report (rapportagetype=volledig), which begins with \"BRO-ID\" and has values");
    }

    private static bool IsEmpty(CsvTable rows) => rows["1"].Length == 0 && rows["2"].Length == 0 && rows["3"].Length == 0;

    private enum Table
    {
        Other,
        Observation,
        Points,
    }
}
