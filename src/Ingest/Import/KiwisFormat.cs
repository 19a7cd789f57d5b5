using System.Text.Json;
using MeetNet.Observations.Quality;

namespace MeetNet.Ingest.Import;

/// <summary>
/// One series of a KIWIS server (waterinfo.be: VMM, HIC), as the answer to getTimeseriesValues in JSON or CSV, with Timestamp, Value and Quality Code. The answer says neither
/// the observed property, nor the unit and datum, nor what a stamp means (instant, or mean of the time before or after it), nor which list its quality codes are of: 100 is good
/// with VMM and an estimate in aggregated series.
/// </summary>
internal sealed class KiwisFormat : ISeriesFormat
{
    // The lists of the two publishers there are on waterinfo.be.
    private static readonly Dictionary<string, CodeList> Lists = CodeLists.All
        .Where(list => list.Source is "vmm" or "hic").ToDictionary(list => $"{list.Source}.{list.Kind}", StringComparer.Ordinal);

    public static string ListNames => string.Join(", ", Lists.Keys);

    public string Name => "kiwis";

    public string Publisher => "waterinfo.be (KIWIS), JSON or CSV; needs --property, --unit, --stamp, --codes, for a level --datum";

    public void Read(TextReader text, SourceValues values)
    {
        var options = values.Options;
        if (options is not { Property: { } property, Unit: { } unit, Stamp: { } stamp, Codes: { } name })
        {
            throw new ImportException(0, "an answer of KIWIS does not say what it is of: state --property, --unit, --stamp and --codes");
        }
        if (!Lists.TryGetValue(name, out var list))
        {
            throw new ImportException(0, $"--codes is '{name}'; allowed: {ListNames}");
        }
        if (text.Peek() == '#')
        {
            ReadCsv(text, values, line => new SourceSeries(property, unit, stamp, options.Datum, line), list);
        }
        else
        {
            ReadJson(text, values, id => new SourceSeries(property, unit, stamp, options.Datum, id), list);
        }
    }

    /// <summary>Lines of <c>#name;value</c>, the last of them the column names, then the rows.</summary>
    private static void ReadCsv(TextReader text, SourceValues values, Func<string, SourceSeries> seriesOf, CodeList list)
    {
        var (line, id) = (0, "");
        while (text.ReadLine() is { } head && head.StartsWith('#'))
        {
            line++;
            if (head.StartsWith("#ts_id;", StringComparison.Ordinal))
            {
                id = head["#ts_id;".Length..];
            }
            else if (head.StartsWith("#Timestamp;", StringComparison.Ordinal))
            {
                var table = new CsvTable(text, head[1..], line);
                table.Require("Value");
                table.Require("Quality Code");
                var series = seriesOf(id);
                while (table.Read(values))
                {
                    Take(values, table.Line, series, table["Timestamp"], table["Value"], table["Quality Code"], list);
                }
                return;
            }
        }
        throw new ImportException(line + 1, "expected a line '#Timestamp;Value;Quality Code'");
    }

    /// <summary><c>[{"ts_id", "columns": "Timestamp,Value,Quality Code", "data": [[…], …]}]</c>; a row is named by its number where lines are counted.</summary>
    private static void ReadJson(TextReader text, SourceValues values, Func<string, SourceSeries> seriesOf, CodeList list)
    {
        try
        {
            using var document = JsonDocument.Parse(text.ReadToEnd(), new JsonDocumentOptions { MaxDepth = 8 });
            if (document.RootElement is not { ValueKind: JsonValueKind.Array } root || root.GetArrayLength() != 1)
            {
                throw new ImportException(1, "expected an array of one series");
            }
            var answer = root[0];
            string[] columns = [.. answer.GetProperty("columns").GetString()!.Split(',')];
            var (time, value, quality) = (Array.IndexOf(columns, "Timestamp"), Array.IndexOf(columns, "Value"), Array.IndexOf(columns, "Quality Code"));
            if (time < 0 || value < 0 || quality < 0)
            {
                throw new ImportException(1, $"expected the columns Timestamp, Value and Quality Code; found {string.Join(", ", columns)}");
            }
            var series = seriesOf(Text(answer.GetProperty("ts_id")));
            var number = 0;
            foreach (var row in answer.GetProperty("data").EnumerateArray())
            {
                number++;
                if (row.ValueKind != JsonValueKind.Array || row.GetArrayLength() != columns.Length)
                {
                    values.Refuse(number, $"expected an array of {columns.Length} fields");
                }
                else
                {
                    Take(values, number, series, Text(row[time]), Text(row[value]), Text(row[quality]), list);
                }
            }
        }
        catch (JsonException fault)
        {
            throw new ImportException((int)(fault.LineNumber ?? 0) + 1, "not JSON, and no CSV that begins with '#'");
        }
        catch (Exception fault) when (fault is KeyNotFoundException or InvalidOperationException)
        {
            throw new ImportException(1, "expected the members ts_id, columns and data");
        }
    }

    private static void Take(
        SourceValues values, int line, SourceSeries series, string stamp, string value, string quality, CodeList list)
    {
        if (!SourceText.TryNumber(value, out var raw))
        {
            values.Refuse(line, $"expected a number, found '{value}'");
        }
        else if (!SourceText.TryTime(stamp, out _, out var offset) || offset is null)
        {
            values.Refuse(line, $"expected a time with its offset, found '{stamp}'");
        }
        else if (values.TryQuality(line, series.Property, out var native, new NativeCode(list.Source, list.Kind, quality)))
        {
            values.Add(line, series, stamp, raw, native);
        }
    }

    private static string Text(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString()!,
        JsonValueKind.Null => "",
        _ => element.GetRawText(),
    };
}
