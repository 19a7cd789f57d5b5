using System.Buffers;
using System.Globalization;
using System.Text.Json;
using MeetNet.Ingest.Facts;
using MeetNet.Observations;
using MeetNet.Sqlite;

namespace MeetNet.Ingest.Series;

/// <summary>
/// A series store on InfluxDB. The cursor is in a small file of our own and moves only after the server has said that it has the points; what it gets twice it writes over
/// with the same. An outage delays and loses nothing; a server that is added later catches up from the log.
/// </summary>
internal sealed class InfluxSeries : ISeriesStore, IDisposable
{
    /// <summary>Lines in one request.</summary>
    private const int LinesAtOnce = 10_000;

    /// <summary>Rows asked for beyond a page, so that the observations that begin at one instant are seldom cut apart.</summary>
    private const int Slack = 64;

    /// <summary>Rows per datastream when asking for the latest: revisions and interval lengths of the newest instant.</summary>
    private const int LatestRows = 16;

    private const string Columns =
        "\"end\", \"revision\"::tag, \"result\", \"quality\", \"tests\", \"raw\", \"procedure\", \"result_time\", \"received\", \"has\", \"input1\", \"input2\"";

    private readonly InfluxOptions _options;
    private readonly InfluxHttp _server;
    private readonly InfluxCursor _cursor;
    private readonly ArrayBufferWriter<byte> _lines = new(1 << 20);
    private readonly Dictionary<string, byte[]> _tags = [];
    private bool _hasDatabase;

    /// <param name="options">The server.</param>
    /// <param name="cursorFile">Path of the file with the cursor.</param>
    /// <exception cref="SqliteFault">The cursor's file can't be opened or is not ours.</exception>
    public InfluxSeries(InfluxOptions options, string cursorFile)
    {
        _options = options;
        _server = new InfluxHttp(options);
        _cursor = new InfluxCursor(cursorFile);
    }

    public string Name => _options.Name;

    public long Cursor => _cursor.Position;

    public async ValueTask ApplyAsync(IReadOnlyList<Fact> facts, CancellationToken stopping)
    {
        if (facts.Count == 0)
        {
            return;
        }
        await MakeDatabaseAsync(stopping);
        var (inRequest, beyond) = (0, 0L);
        _lines.ResetWrittenCount();
        foreach (var fact in facts)
        {
            if (!fact.TryReadBatch(out var batch))
            {
                continue;
            }
            foreach (var group in batch.Datastreams)
            {
                var tags = Tags(group.Datastream);
                for (var at = 0; at < group.Rows.Count; at++)
                {
                    var row = group.Rows[at];
                    if (!fact.Accepts(row.Sequence))
                    {
                        continue;
                    }
                    if (!InfluxLines.TryWrite(_lines, tags, group.Procedure, in row, fact.Received))
                    {
                        beyond++;
                    }
                    else if (++inRequest == LinesAtOnce)
                    {
                        await FlushAsync(stopping);
                        inRequest = 0;
                    }
                }
            }
        }
        if (inRequest > 0)
        {
            await FlushAsync(stopping);
        }
        _cursor.Move(facts[^1].Position, facts[^1].ObservationsThrough, _cursor.Beyond + beyond);
    }

    public async ValueTask ResetAsync(CancellationToken stopping)
    {
        // The cursor first: points that are still there are written over, points that are gone would be missed.
        _cursor.Move(0, 0, 0);
        await MakeDatabaseAsync(stopping);
        await _server.QueryAsync($"DROP MEASUREMENT \"{InfluxLines.Measurement}\"", stopping);
    }

    public async ValueTask<IReadOnlyList<SeriesPoint>> LatestAsync(IReadOnlyCollection<string>? datastreams, CancellationToken stopping)
    {
        if (datastreams is { Count: 0 })
        {
            return [];
        }
        var where = datastreams is null ? "" : $"WHERE {string.Join(" OR ", datastreams.Select(InfluxLines.Where))} ";
        var tables = await _server.QueryAsync(
            $"SELECT {Columns} FROM \"{InfluxLines.Measurement}\" {where}GROUP BY \"owner\", \"station\", \"sensor\", \"property\" ORDER BY time DESC LIMIT {LatestRows}",
            stopping);
        var latest = new List<SeriesPoint>();
        foreach (var table in tables)
        {
            var datastream = $"{table.Tags["owner"]}/{table.Tags["station"]}/{table.Tags["sensor"]}/{table.Tags["property"]}";
            var points = table.Rows.Select(row => Point(row, datastream)).ToList();
            var begin = points[0].Begin;
            if (points.Count == LatestRows && points[^1].Begin == begin)
            {
                points = [.. (await RowsAsync(datastream, $"time = {InfluxLines.Nanoseconds(begin)}", null, stopping))];
            }
            latest.Add(points.Where(point => point.Begin == begin).MaxBy(point => (point.End, point.Revision))!);
        }
        latest.Sort((left, right) => string.CompareOrdinal(left.Datastream, right.Datastream));
        return latest;
    }

    public async ValueTask<SeriesPage> ReadAsync(SeriesRange range, CancellationToken stopping)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(range.Limit, 1, nameof(range));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(range.Limit, SeriesRange.MaxLimit, nameof(range));
        var from = InfluxLines.Bound(range.After?.Begin ?? range.From);
        var to = InfluxLines.Bound(range.To);
        var page = new List<SeriesPoint>();
        for (var limit = range.Limit + Slack; ;)
        {
            var rows = await RowsAsync(range.Datastream, $"time >= {from} AND time < {to}", limit, stopping);
            var more = rows.Count == limit;
            if (more && rows[0].Begin == rows[^1].Begin)
            {
                limit *= 2; // more than a page of observations that begin at the same instant
                continue;
            }
            // The last instant of a full answer may be cut apart: it is left for the next one.
            var whole = more ? rows.Where(row => row.Begin < rows[^1].Begin) : rows;
            foreach (var point in Chosen(whole, range))
            {
                if (page.Count == range.Limit)
                {
                    return new SeriesPage(page, page[^1].Key);
                }
                page.Add(point);
            }
            if (!more)
            {
                return new SeriesPage(page, null);
            }
            from = InfluxLines.Nanoseconds(rows[^1].Begin);
        }
    }

    public async ValueTask<SeriesBooks> BooksAsync(CancellationToken stopping)
    {
        var (applied, beyond) = (_cursor.Observations, _cursor.Beyond);
        var tables = await _server.QueryAsync($"SELECT count(\"quality\") FROM \"{InfluxLines.Measurement}\"", stopping);
        var projected = tables is [{ Rows: [var row] }] ? row[1].GetInt64() : 0;
        return new SeriesBooks(projected, applied - beyond - projected, beyond);
    }

    public void Dispose()
    {
        _server.Dispose();
        _cursor.Dispose();
    }

    private async ValueTask MakeDatabaseAsync(CancellationToken stopping)
    {
        if (_options.CreateDatabase && !_hasDatabase)
        {
            await _server.CreateDatabaseAsync(stopping);
            _hasDatabase = true;
        }
    }

    private async Task FlushAsync(CancellationToken stopping)
    {
        try
        {
            await _server.WriteAsync(_lines.WrittenMemory, stopping);
        }
        catch (HttpRequestException e) when (e.StatusCode == System.Net.HttpStatusCode.NotFound)
        {
            _hasDatabase = false; // the database is gone: make it again at the next try
            throw;
        }
        _lines.ResetWrittenCount();
    }

    private byte[] Tags(string datastream)
    {
        if (!_tags.TryGetValue(datastream, out var tags))
        {
            tags = InfluxLines.Tags(datastream);
            _tags.Add(datastream, tags);
        }
        return tags;
    }

    private async Task<List<SeriesPoint>> RowsAsync(string datastream, string time, int? limit, CancellationToken stopping)
    {
        var tables = await _server.QueryAsync(
            $"SELECT {Columns} FROM \"{InfluxLines.Measurement}\" WHERE {InfluxLines.Where(datastream)} AND {time} ORDER BY time"
            + (limit is null ? "" : $" LIMIT {limit}"),
            stopping);
        return tables is [var table] ? [.. table.Rows.Select(row => Point(row, datastream))] : [];
    }

    /// <summary>In order, after the place to go on from, and the newest revisions unless all are wanted.</summary>
    private static IEnumerable<SeriesPoint> Chosen(IEnumerable<SeriesPoint> points, SeriesRange range)
    {
        var ordered = points.OrderBy(point => point.Begin).ThenBy(point => point.End).ThenBy(point => point.Revision);
        var wanted = range.AllRevisions
            ? ordered
            : ordered.GroupBy(point => (point.Begin, point.End)).Select(interval => interval.Last());
        return range.After is not { } after
            ? wanted
            : wanted.Where(point => (point.Begin, point.End, point.Revision).CompareTo((after.Begin, after.End, after.Revision)) > 0);
    }

    private static SeriesPoint Point(JsonElement row, string datastream)
    {
        var flag = (QartodFlag)row[4].GetInt32();
        var has = row[10].GetInt32();
        return new SeriesPoint(
            datastream,
            InfluxLines.Utc(row[0].GetInt64()),
            InfluxLines.Utc(row[1].GetInt64()),
            int.Parse(row[2].GetString()!, NumberStyles.None, CultureInfo.InvariantCulture),
            flag == QartodFlag.Missing ? null : row[3].GetDouble(),
            flag,
            (has & InfluxLines.HasTests) == 0 ? null : row[5].GetString(),
            (has & InfluxLines.HasRaw) == 0 ? null : row[6].GetDouble(),
            row[7].GetString() ?? "",
            (has & InfluxLines.HasResultTime) == 0 ? null : InfluxLines.Utc(row[8].GetInt64()),
            InfluxLines.Utc(row[9].GetInt64()),
            new ProcedureInputs(
                (has & InfluxLines.HasFirst) == 0 ? null : row[11].GetDouble(), (has & InfluxLines.HasSecond) == 0 ? null : row[12].GetDouble()));
    }
}
