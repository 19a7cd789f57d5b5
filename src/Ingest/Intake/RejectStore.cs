using MeetNet.Sqlite;

namespace MeetNet.Ingest.Intake;

/// <summary>How much of what was refused is kept.</summary>
internal sealed record RejectLimits
{
    public int Rows { get; init; } = 10_000;

    public TimeSpan Age { get; init; } = TimeSpan.FromDays(90);

    /// <summary>Payload bytes kept of one message; a longer one is cut, and its row says so.</summary>
    public int Bytes { get; init; } = 1 << 20;
}

/// <summary>
/// Messages that were refused, with their bytes, topic and reason, so that a person can look and nothing disappears unseen. Bounded by rows and by age:
/// the oldest go. The counts by reason are for ever. Belongs to the writer's loop.
/// </summary>
internal sealed class RejectStore
{
    /// <summary>Topics and details are cut to this length: both are from outside.</summary>
    private const int TextLength = 512;

    /// <summary>Rows over the limit that are let go at once, so that not every refusal deletes.</summary>
    private const int Slack = 64;

    private readonly SqliteFile _file;
    private readonly RejectLimits _limits;
    private readonly SqliteStatement _insert;
    private readonly SqliteStatement _count;
    private long _rows;
    private long _oldest;

    public RejectStore(SqliteFile file, RejectLimits limits)
    {
        _file = file;
        _limits = limits;
        _insert = file.Prepare("INSERT INTO rejects(received, reason, detail, topic, settled, payload) VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
        _count = file.Prepare("INSERT INTO reject_counts(reason, count) VALUES(?1, 1) ON CONFLICT(reason) DO UPDATE SET count = count + 1");
        Measure();
    }

    /// <summary>Keeps a message, within the open transaction.</summary>
    /// <param name="settled">Whether the sequences of the message count as dealt with.</param>
    public void Keep(Arrival arrival, Refusal refusal, bool settled)
    {
        var payload = arrival.Message.Payload.Span;
        var detail = payload.Length > _limits.Bytes ? $"(first {_limits.Bytes} of {payload.Length} bytes kept) {refusal.Detail}" : refusal.Detail;
        _insert.Bind(1, arrival.Received.Ticks).Bind(2, refusal.Reason).Bind(3, Cut(detail)).Bind(4, Cut(arrival.Message.Topic))
            .Bind(5, settled ? 1L : 0L).Bind(6, payload[..Math.Min(payload.Length, _limits.Bytes)]);
        _insert.Run();
        _count.Bind(1, refusal.Reason);
        _count.Run();
        _rows++;
        _oldest = Math.Min(_oldest, arrival.Received.Ticks);
        if (_rows > _limits.Rows + Slack || arrival.Received.Ticks - _oldest > _limits.Age.Ticks)
        {
            Prune(arrival.Received);
        }
    }

    private void Prune(DateTimeOffset now)
    {
        using (var byAge = _file.Prepare("DELETE FROM rejects WHERE received < ?1"))
        {
            byAge.Bind(1, now.Ticks - _limits.Age.Ticks).Run();
        }
        using (var byRows = _file.Prepare("DELETE FROM rejects WHERE id <= (SELECT id FROM rejects ORDER BY id DESC LIMIT 1 OFFSET ?1)"))
        {
            byRows.Bind(1, (long)_limits.Rows).Run();
        }
        Measure();
        _oldest = Math.Max(_oldest, now.Ticks - _limits.Age.Ticks);
    }

    private void Measure()
    {
        _rows = _file.Scalar("SELECT count(*) FROM rejects");
        _oldest = _rows == 0 ? DateTimeOffset.MaxValue.Ticks : _file.Scalar("SELECT min(received) FROM rejects");
    }

    private static string Cut(string text) => text.Length <= TextLength ? text : text[..TextLength];
}
