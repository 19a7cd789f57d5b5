using MeetNet.Mqtt.Transport;

namespace MeetNet.Mqtt.Sessions;

/// <summary>What <see cref="Liveness.Check"/> wants done.</summary>
internal enum LivenessVerdict
{
    /// <summary>Nothing.</summary>
    Fine,

    /// <summary>Write a PINGREQ.</summary>
    Ping,

    /// <summary>The peer is gone.</summary>
    PeerDead,

    /// <summary>The server doesn't acknowledge.</summary>
    AcknowledgementOverdue,
}

/// <summary>
/// Decides when to ping and when to give a connection up. Pure; all times are on one monotonic clock of the caller, in its own unit.
/// A PINGREQ is due when nothing was sent for the keep-alive interval ([MQTT-3.1.2-20]) or nothing received, for a peer that only
/// listens may be dead. It then has half an interval to show life: any byte. On a slow line the PINGRESP comes after what was written
/// before the PINGREQ, so while that is still being carried away it has longer: half an interval from the last progress, three intervals at most.
/// </summary>
internal sealed class Liveness(long keepAlive, long acknowledgeTimeout, long now)
{
    private long _lastSent = now;
    private long _lastReceived = now;
    private long? _pingAt;
    private long _delivered; // What the network had carried away, and when that was seen: since the ping.
    private long _deliveredAt;
    private long _carried; // The same, as of the last look.
    private long _carriedAt = now;
    private long _resumedAt = now;
    private bool _paused;

    /// <summary>A write to the socket ended.</summary>
    public void Sent(long now) => _lastSent = now;

    /// <summary>Bytes came in.</summary>
    public void Received(long now)
    {
        _lastReceived = now;
        _pingAt = null;
    }

    /// <summary>
    /// The socket is not read, so that the peer's silence and missing acknowledgements mean nothing; or it is read again.
    /// </summary>
    public void Paused(bool paused, long now)
    {
        _paused = paused;
        _resumedAt = now;
        _lastReceived = now;
        _pingAt = null;
    }

    /// <summary>What to do now, and when to ask again at the latest.</summary>
    /// <param name="now">Time.</param>
    /// <param name="awaitingSince">Since when an acknowledgement is outstanding, or null.</param>
    /// <param name="sending">How far what was written has come.</param>
    /// <param name="next">Time to ask again.</param>
    public LivenessVerdict Check(long now, long? awaitingSince, SendProgress sending, out long next)
    {
        if (sending.Delivered > _carried)
        {
            _carriedAt = sending.IsUnderWay ? now : _carriedAt; // What is awaited may be behind what is still on its way.
            _carried = sending.Delivered;
        }

        // An acknowledgement that isn't awaited yet can't be overdue earlier than this.
        next = now + acknowledgeTimeout;
        if (awaitingSince is { } since && !_paused)
        {
            next = Math.Max(since, Math.Max(_resumedAt, _carriedAt)) + acknowledgeTimeout;
            if (next <= now)
            {
                return LivenessVerdict.AcknowledgementOverdue;
            }
        }

        if (keepAlive == 0)
        {
            return LivenessVerdict.Fine;
        }

        if (_pingAt is { } ping && !_paused)
        {
            if (sending.IsUnderWay && sending.Delivered > _delivered)
            {
                (_delivered, _deliveredAt) = (sending.Delivered, now);
            }

            var dead = Math.Min(Math.Max(ping, _deliveredAt) + (keepAlive / 2), ping + (3 * keepAlive));
            if (dead <= now)
            {
                return LivenessVerdict.PeerDead;
            }

            next = Math.Min(next, dead);
        }

        var due = (_pingAt is null && !_paused ? Math.Min(_lastSent, _lastReceived) : _lastSent) + keepAlive;
        if (due <= now)
        {
            if (_pingAt is null)
            {
                _pingAt = now;
                _delivered = sending.Delivered;
            }

            _lastSent = now;
            next = Math.Min(next, now + (keepAlive / 2));
            return LivenessVerdict.Ping;
        }

        next = Math.Min(next, due);
        return LivenessVerdict.Fine;
    }
}
