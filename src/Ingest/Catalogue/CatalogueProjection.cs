using MeetNet.Ingest.Facts;
using MeetNet.Ingest.Series;
using MeetNet.Observations.Wire;
using MeetNet.Sqlite;

namespace MeetNet.Ingest.Catalogue;

/// <summary>
/// What stations, sensors, datastreams and procedures there are, from the announcements in the fact log. The centre believes the
/// gateways: it has no list of its own that could contradict them.
/// </summary>
internal sealed class CatalogueProjection : IProjection, IDisposable
{
    private readonly CatalogueFile _file;
    private volatile CatalogueModel _model;

    public CatalogueProjection(string path)
    {
        try
        {
            (_file, _model) = Open(path);
        }
        catch (SqliteFault fault) when (fault.Kind == SqliteFaultKind.Corrupt)
        {
            // Nothing is in it that is not in the log.
            SqliteSeriesFile.Delete(path);
            (_file, _model) = Open(path);
        }
    }

    public string Name => "catalogue";

    public long Cursor => _file.Cursor;

    /// <summary>All that is known now; from any thread.</summary>
    public CatalogueModel Model => _model;

    public ValueTask ApplyAsync(IReadOnlyList<Fact> facts, CancellationToken stopping)
    {
        if (facts.Count == 0)
        {
            return ValueTask.CompletedTask;
        }

        var (before, after) = (Model, Model);
        foreach (var fact in facts)
        {
            if (fact.Kind == FactKind.Announcement && !fact.IsDamaged && Announcement.TryRead(fact.Payload.Span, out var announcement, out _))
            {
                after = after.With(announcement);
            }
        }
        _file.Save(before, after, facts[^1].Position);
        _model = after;
        return ValueTask.CompletedTask;
    }

    public ValueTask ResetAsync(CancellationToken stopping)
    {
        _file.Reset();
        _model = CatalogueModel.Empty;
        return ValueTask.CompletedTask;
    }

    public void Dispose() => _file.Dispose();

    private static (CatalogueFile File, CatalogueModel Model) Open(string path)
    {
        var file = new CatalogueFile(path);
        try
        {
            return (file, file.Load());
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
