using System.Collections.Concurrent;

namespace MeetNet.Gateway.Outbox;

/// <summary>
/// Notices on their way to the log. A standing trouble is told when it begins and when it ends, not at every try. Filled
/// within the outbox's locks, told outside them.
/// </summary>
internal sealed class OutboxAlarms(Action<OutboxNotice> notice)
{
    private readonly ConcurrentQueue<OutboxNotice> _waiting = new();
    private readonly HashSet<OutboxNoticeKind> _standing = [];

    /// <summary>The last trouble, for an answer to a caller.</summary>
    public string Last { get; private set; } = "the outbox is closed";

    /// <summary>Says it once, whatever stands.</summary>
    public void Say(OutboxNoticeKind kind, string message, bool isLoss = false) => _waiting.Enqueue(new OutboxNotice(kind, isLoss, message));

    /// <summary>Says that a trouble has begun; not again while it stands.</summary>
    public void Raise(OutboxNoticeKind kind, string message)
    {
        Last = message;
        if (_standing.Add(kind))
        {
            Say(kind, message, isLoss: true);
        }
    }

    /// <summary>Says that a trouble is over, where it stood.</summary>
    public void Clear(OutboxNoticeKind kind, string message)
    {
        if (_standing.Remove(kind))
        {
            Say(OutboxNoticeKind.Recovered, message);
        }
    }

    public void Tell()
    {
        while (_waiting.TryDequeue(out var next))
        {
            notice(next);
        }
    }
}
