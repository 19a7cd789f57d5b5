namespace MeetNet.Gateway.Uplink;

/// <summary>What limits an uplink. Rows are outbox rows; times are elapsed times.</summary>
internal sealed record UplinkLimits
{
    /// <summary>Rows in one batch at most (wire v1).</summary>
    public int BatchRows { get; init; } = 1_000;

    /// <summary>Bytes in one batch at most (wire v1).</summary>
    public int BatchBytes { get; init; } = 256 * 1024;

    /// <summary>Batches whose PUBACK is outstanding at most.</summary>
    public int InFlight { get; init; } = 16;

    /// <summary>
    /// Rows sent ahead of the hub's acknowledgement at most. Without it an absent hub behind a living broker would be sent the whole outbox, into
    /// the broker's queue.
    /// </summary>
    public int AheadRows { get; init; } = 16_000;

    /// <summary>Rows sent ahead while the hub has not answered: enough to make it say something, little enough to be repeated for weeks.</summary>
    public int ProbeRows { get; init; } = 10;

    /// <summary>A batch leaves at once when this many rows wait …</summary>
    public int LingerRows { get; init; } = 500;

    /// <summary>… or when the oldest of them has waited this long: at most 40 messages a second, however many values, and a delay that nobody sees.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromMilliseconds(25);

    /// <summary>No acknowledgement progress for this long: the hub is asked, and what follows the cursor goes again.</summary>
    public TimeSpan Resend { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>A hub that does not answer is asked again after this long, which doubles …</summary>
    public TimeSpan Ask { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>… up to this.</summary>
    public TimeSpan AskMaximum { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Pause after the broker refused a batch (PUBACK reason 0x80 and above): its rules change slowly.</summary>
    public TimeSpan RefusedPause { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Pause after the broker said that nobody listens: the hub is away and the broker has forgotten its session.</summary>
    public TimeSpan UnheardPause { get; init; } = TimeSpan.FromSeconds(2);
}

/// <summary>What to do now.</summary>
/// <param name="After">Send: the batch begins after this sequence. Wait: rows issued above this one are a reason to ask again; <see cref="long.MaxValue"/>: no row is.</param>
/// <param name="Rows">Send: at most so many.</param>
/// <param name="Wait">Wait: ask again after this long at the latest; infinite: only when something has happened.</param>
internal readonly record struct UplinkStep(UplinkAction Action, long After = long.MaxValue, int Rows = 0, TimeSpan Wait = default);

internal enum UplinkAction
{
    /// <summary>Nothing until a row, an answer or <see cref="UplinkStep.Wait"/>.</summary>
    Wait,

    /// <summary>Compose a batch of at most <see cref="UplinkStep.Rows"/> rows after <see cref="UplinkStep.After"/> and publish it.</summary>
    Send,

    /// <summary>The hub made no progress: say hello (it answers with its acknowledgement) and ask again for the next step.</summary>
    Hello,
}

/// <summary>What the broker said to a batch.</summary>
internal enum UplinkAnswer
{
    /// <summary>It has taken the batch. That frees its slot and means nothing else.</summary>
    Taken,

    /// <summary>It has taken the batch and dropped it: nobody listens (MQTT 5.0 PUBACK 0x10).</summary>
    Unheard,

    /// <summary>It refuses the batch (PUBACK 0x80 and above).</summary>
    Refused,
}

/// <summary>
/// Decides what an uplink sends and when; knows no socket and no disk. Two positions after the hub's durable cursor matter: <see cref="Sent"/>, where
/// the next batch starts, and <see cref="Acknowledged"/>, what the hub itself has said to hold. A PUBACK frees a slot and nothing else
/// (measured: a broker forgets what it has PUBACKed), the hub's acknowledgement moves the cursor, and no progress in time sends again from there.
/// </summary>
/// <remarks>
/// While the hub has not answered (after every connect, and after it made no progress) the window is closed to a few rows, and the hub is asked: an absent hub behind
/// a living broker is not sent the same thing again and again, and one that is there is not sent what it has. Its first acknowledgement opens the window.
/// Not thread-safe: one loop asks and tells.
/// </remarks>
internal sealed class UplinkPolicy
{
    private readonly UplinkLimits _limits;
    private readonly TimeProvider _time;

    private bool _connected;
    private bool _asking;
    private int _inFlight;
    private int _generation;
    private TimeSpan _patience;
    private long _progressAt;
    private long _waitingSince;
    private bool _waiting;
    private long _pausedUntil;
    private bool _refused;

    /// <param name="acknowledged">The hub's durable cursor.</param>
    public UplinkPolicy(UplinkLimits limits, TimeProvider time, long acknowledged)
    {
        _limits = limits;
        _time = time;
        Acknowledged = acknowledged;
        Sent = acknowledged;
        _patience = limits.Ask;
    }

    /// <summary>Highest sequence the hub has acknowledged end to end.</summary>
    public long Acknowledged { get; private set; }

    /// <summary>Highest sequence sent since the last rewind; never below <see cref="Acknowledged"/>.</summary>
    public long Sent { get; private set; }

    public int InFlight => _inFlight;

    /// <summary>The hub has been asked how far it is and has not answered.</summary>
    public bool Asking => _asking;

    /// <summary>The broker refused a batch and has taken none since.</summary>
    public bool Refused => _refused;

    /// <summary>A new connection, on which a hello has been said: nothing is in flight any more, and the hub's answer tells from where to go on.</summary>
    public void Connected()
    {
        _connected = true;
        _inFlight = 0;
        _generation++;
        _refused = false;
        _pausedUntil = 0;
        BeginAsking();
    }

    public void Disconnected()
    {
        _connected = false;
        _inFlight = 0;
        _generation++;
    }

    /// <summary>Says what to do, given the highest sequence the outbox holds.</summary>
    public UplinkStep Next(long highest)
    {
        if (!_connected)
        {
            return new UplinkStep(UplinkAction.Wait, Wait: Timeout.InfiniteTimeSpan);
        }

        var pause = Pause();
        if (pause > TimeSpan.Zero)
        {
            return new UplinkStep(UplinkAction.Wait, Wait: pause);
        }

        var untilAsked = Timeout.InfiniteTimeSpan;
        if (Sent > Acknowledged)
        {
            untilAsked = _patience - _time.GetElapsedTime(_progressAt);
            if (untilAsked <= TimeSpan.Zero)
            {
                Ask();
                return new UplinkStep(UplinkAction.Hello);
            }
        }

        if (highest <= Sent)
        {
            _waiting = false;
            return new UplinkStep(UplinkAction.Wait, After: Sent, Wait: untilAsked);
        }

        var rows = Room(highest);
        if (rows <= 0)
        {
            return new UplinkStep(UplinkAction.Wait, Wait: untilAsked);
        }

        var linger = LingerLeft(highest - Sent);
        return linger > TimeSpan.Zero
            ? new UplinkStep(UplinkAction.Wait, After: Sent + _limits.LingerRows - 1, Wait: Shorter(linger, untilAsked))
            : new UplinkStep(UplinkAction.Send, After: Sent, Rows: rows);
    }

    /// <summary>A batch that covers everything up to <paramref name="last"/> is being published; returns the ticket to hand to <see cref="Answered"/>.</summary>
    public int Sending(long last)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(last, Sent);
        if (Sent == Acknowledged && !_asking)
        {
            _progressAt = _time.GetTimestamp();
        }

        Sent = last;
        _inFlight++;
        _waiting = false;
        return _generation;
    }

    /// <summary>The broker answered a batch. Nothing happens when the connection it was sent on has gone.</summary>
    public void Answered(int ticket, UplinkAnswer answer)
    {
        if (ticket != _generation)
        {
            return;
        }

        _inFlight--;
        _refused = answer == UplinkAnswer.Refused;
        switch (answer)
        {
            case UplinkAnswer.Refused:
                _pausedUntil = _time.GetTimestamp() + Ticks(_limits.RefusedPause);
                Rewind(Acknowledged);
                break;
            case UplinkAnswer.Unheard:
                _pausedUntil = _time.GetTimestamp() + Ticks(_limits.UnheardPause);
                BeginAsking();
                break;
            default:
                break;
        }
    }

    /// <summary>
    /// The hub says what it has on disk. Returns true when that is more than before. Less means that the hub has lost data (restored or rebuilt): what the
    /// outbox still holds after it goes again, and the rest is declared lost by the batch.
    /// </summary>
    public bool HubHolds(long sequence)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sequence);
        var progress = sequence > Acknowledged;
        var lost = sequence < Acknowledged;
        var answered = _asking;
        Acknowledged = sequence;
        Sent = Math.Max(Sent, sequence);
        if (answered || lost)
        {
            // What was sent before it fell silent may have died with the broker: from where it is, with the whole window.
            _asking = false;
            _patience = _limits.Resend;
            _pausedUntil = _refused ? _pausedUntil : 0;
            Rewind(sequence);
        }

        if (progress || answered || lost)
        {
            _progressAt = _time.GetTimestamp();
        }

        return progress;
    }

    private void BeginAsking()
    {
        _asking = true;
        _patience = _limits.Ask;
        _progressAt = _time.GetTimestamp();
        Rewind(Acknowledged);
    }

    /// <summary>Time is up: ask the hub (again), and let a few rows go with the question.</summary>
    private void Ask()
    {
        var patience = _asking ? TimeSpan.FromTicks(Math.Min(_limits.AskMaximum.Ticks, _patience.Ticks * 2)) : _limits.Ask;
        BeginAsking();
        _patience = patience;
    }

    private void Rewind(long to)
    {
        Sent = to;
        _waiting = false;
    }

    /// <summary>Rows that may be sent now, by the slots, the window and what there is.</summary>
    private int Room(long highest)
    {
        if (_inFlight >= _limits.InFlight)
        {
            return 0;
        }

        var window = (_asking ? _limits.ProbeRows : _limits.AheadRows) - (Sent - Acknowledged);
        // One lost range may be far longer than the window.
        return (int)Math.Clamp(Math.Min(window, highest - Sent), 0, _limits.BatchRows);
    }

    /// <summary>Live values wait a moment for company; a backlog, a probe or what is sent again does not.</summary>
    private TimeSpan LingerLeft(long pending)
    {
        if (pending >= _limits.LingerRows || _asking)
        {
            return TimeSpan.Zero;
        }

        if (!_waiting)
        {
            _waiting = true;
            _waitingSince = _time.GetTimestamp();
        }

        return _limits.Linger - _time.GetElapsedTime(_waitingSince);
    }

    private TimeSpan Pause() =>
        _pausedUntil == 0 ? TimeSpan.Zero : _time.GetElapsedTime(_time.GetTimestamp(), _pausedUntil);

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => b == Timeout.InfiniteTimeSpan || a < b ? a : b;
}
