using MeetNet.Sqlite;

namespace MeetNet.Ingest.Intake;

/// <summary>What a received message came to.</summary>
internal enum IntakeTotal
{
    /// <summary>Messages on <c>up/obs</c> topics. = logged + duplicate + rejected.</summary>
    BatchesReceived,
    BatchesLogged,

    /// <summary>Batches in which nothing was new.</summary>
    BatchesDuplicate,
    BatchesRejected,
    ObservationsLogged,

    /// <summary>Observations that came again.</summary>
    ObservationsDuplicate,

    /// <summary>Messages on <c>up/announcement</c> topics. = logged + unchanged + rejected.</summary>
    AnnouncementsReceived,
    AnnouncementsLogged,

    /// <summary>Announcements that said what the station had said before.</summary>
    AnnouncementsUnchanged,
    AnnouncementsRejected,

    /// <summary>All other messages: hello, state, and unknown topics.</summary>
    OthersReceived,
    OthersRejected,
}

/// <summary>
/// The books of the intake since the log was made, kept in the log's transactions: they balance after any crash. Belongs to the
/// writer's loop.
/// </summary>
internal sealed class IntakeTotals
{
    private static readonly IntakeTotal[] All = Enum.GetValues<IntakeTotal>();
    private readonly long[] _values = new long[All.Length];
    private readonly bool[] _changed = new bool[All.Length];
    private readonly SqliteStatement _save;

    public IntakeTotals(SqliteFile file)
    {
        _save = file.Prepare("INSERT INTO totals(name, value) VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET value = ?2");
        foreach (var (total, value) in ReadAll(file))
        {
            _values[(int)total] = value;
        }
    }

    public void Add(IntakeTotal total, long count = 1)
    {
        _values[(int)total] += count;
        _changed[(int)total] = true;
    }

    /// <summary>Writes what changed, within the open transaction.</summary>
    public void Save()
    {
        foreach (var total in All)
        {
            if (_changed[(int)total])
            {
                _save.Bind(1, total.ToString()).Bind(2, _values[(int)total]).Run();
                _changed[(int)total] = false;
            }
        }
    }

    /// <summary>The totals of the last commit; with a connection of the caller's.</summary>
    public static Dictionary<IntakeTotal, long> ReadAll(SqliteFile file)
    {
        var totals = All.ToDictionary(total => total, _ => 0L);
        using var query = file.Prepare("SELECT name, value FROM totals");
        while (query.Step())
        {
            if (Enum.TryParse<IntakeTotal>(query.Text(0), out var total))
            {
                totals[total] = query.Int64(1);
            }
        }
        return totals;
    }
}
