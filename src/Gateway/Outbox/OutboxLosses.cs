using MeetNet.Observations.Wire;
using MeetNet.Sqlite;

namespace MeetNet.Gateway.Outbox;

/// <summary>The lost ranges on file; every call within the writer's transaction.</summary>
internal sealed class OutboxLosses(SqliteFile file)
{
    private readonly SqliteStatement _extend = file.Prepare("UPDATE lost SET last=?2 WHERE reason=?3 AND last=?1-1 "
        + "AND first=(SELECT max(first) FROM lost WHERE first<=?1)");

    private readonly SqliteStatement _insert = file.Prepare("INSERT INTO lost (first, last, reason) VALUES (?1,?2,?3)");
    private readonly SqliteStatement _forget = file.Prepare("DELETE FROM lost WHERE last <= ?1");

    /// <summary>Adds a range, joined with the one before it where the reason is the same.</summary>
    public void Add(LostRange range)
    {
        _extend.Bind(1, range.First).Bind(2, range.Last).Bind(3, range.Reason).Run();
        if (file.Changes == 0)
        {
            _insert.Bind(1, range.First).Bind(2, range.Last).Bind(3, range.Reason).Run();
        }
    }

    /// <summary>Every hub has been told of what lies up to here.</summary>
    public void ForgetThrough(long sequence) => _forget.Bind(1, sequence).Run();
}
