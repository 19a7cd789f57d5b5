using MeetNet.Mqtt.Protocol;

namespace MeetNet.Mqtt.Sessions;

/// <summary>
/// Publishes of this client: those waiting, those in flight, and how many of them the server still takes. Pure: no socket, no clock, no
/// lock; time stamps are handed in and only kept.
/// </summary>
internal sealed partial class SendWindow(MqttVersion version, PacketIdentifiers identifiers, ushort aliases = 0, SessionJournal? journal = null)
{
    /// <summary>
    /// QoS 2 exchanges at once in MQTT 3.1.1, where the server can't say how many it takes: Mosquitto cuts the connection at the 21st
    /// (mosquitto.conf(5), max_inflight_messages), after every reconnect anew. libmosquitto and Paho keep to the same number.
    /// </summary>
    private const int ExactlyOnceOf311 = 20;

    private readonly OutgoingAliases _aliases = new();
    private readonly PublishList _waiting = new();
    private readonly PublishList _inFlight = new();
    private readonly PublishList _handedOver = new(); // QoS 0, in a write that has not ended.
    private readonly ReleaseWindow _released = new(version);
    private readonly Dictionary<ushort, PendingPublish> _byId = [];

    // Next in-flight publish to be written again on this connection; null when all have been.
    private PendingPublish? _resend;
    private long _connection;
    private int _quota;
    private int _exactlyOnce; // QoS 2 exchanges that have begun and not ended.
    private long _headSince;
    private MqttServerLimits? _limits;

    /// <summary>Publishes not done.</summary>
    public int Pending => _waiting.Count + _inFlight.Count + _released.Count + _handedOver.Count;

    /// <summary>QoS 1 publishes without PUBACK and QoS 2 publishes without PUBCOMP, whichever connection they were written on.</summary>
    public int InFlight => _inFlight.Count + _released.Count;

    /// <summary>PUBRELs to be written.</summary>
    public int ReleasesDue => _released.Due;

    /// <summary>QoS 1 and 2 publishes that may still be written on this connection ([MQTT-4.9.0-1]).</summary>
    public int Quota => _quota;

    /// <summary>Total of QoS 1 and 2 publishes that the server took, and of those that it refused.</summary>
    public (long Accepted, long Refused) Ended { get; private set; }

    /// <summary>
    /// Total of publishes taken in, and of those that ended otherwise than in <see cref="Ended"/>: QoS 0 written, failed, taken back. What is left is
    /// <see cref="Pending"/>.
    /// </summary>
    public (long Taken, long Written, long Failed, long Withdrawn) Totals { get; private set; }

    /// <summary>
    /// Since when the oldest publish on this connection awaits its PUBACK, PUBREC or PUBCOMP without the line in front of it moving; null
    /// when none does.
    /// </summary>
    public long? AwaitingSince
    {
        get
        {
            var publish = _inFlight.First is { } first && first.WrittenOn == _connection && _connection != 0
                ? Math.Max(first.WrittenAt, _headSince)
                : (long?)null;
            return _released.AwaitingSince is { } release && !(publish < release) ? release : publish;
        }
    }

    /// <summary>Takes a publish in, behind all others.</summary>
    public void Enqueue(PendingPublish publish)
    {
        _waiting.AddLast(publish);
        Totals = Totals with { Taken = Totals.Taken + 1 };
    }

    /// <summary>Takes back a publish that was not written yet; false when it is too late.</summary>
    public bool Withdraw(PendingPublish publish)
    {
        if (publish.Stage != PublishStage.Waiting)
        {
            return false;
        }

        Finish(publish);
        journal?.Done(publish);
        Totals = Totals with { Withdrawn = Totals.Withdrawn + 1 };
        return true;
    }

    /// <summary>
    /// A connection is open. With the session present, everything in flight is to be written again with its own identifier, in its order
    /// and before anything new ([MQTT-4.4.0-1], [MQTT-4.6.0-1]). Without, the identifiers mean nothing to the server ([MQTT-3.2.2-5]): the
    /// same messages become new ones, in front of those that wait; but not those whose PUBREC has said that the server owns them.
    /// </summary>
    public void Open(long connection, bool sessionPresent, MqttServerLimits limits)
    {
        _connection = connection;
        _quota = limits.ReceiveMaximum;
        _aliases.Reset(Math.Min(aliases, limits.TopicAliasMaximum)); // [MQTT-3.3.2-7], [MQTT-3.2.2-17]
        _limits = limits;
        _headSince = 0;
        _released.Open(connection);
        if (sessionPresent)
        {
            _resend = _inFlight.First;
            return;
        }

        _resend = null;
        while (_released.First is { } owned)
        {
            End(owned, new MqttPublishResult(
                MqttReasonCode.PacketIdentifierNotFound, "the server lost the session between PUBREC and PUBCOMP"));
        }

        while (_inFlight.Last is { } last)
        {
            Remove(last);
            last.Stage = PublishStage.Waiting;
            last.PacketId = 0;
            last.WrittenOn = 0;
            _waiting.AddFirst(last);
        }
    }

    /// <summary>
    /// The connection is gone. QoS 0 in an unfinished write fails, since it may not be sent twice; the rest only if no session is kept.
    /// </summary>
    public void Lose(bool sessionEnds, Func<MqttException> failure)
    {
        _connection = 0;
        _quota = 0;
        _resend = null;
        _released.Lose();
        FailAll(() => _handedOver.First, failure);
        if (sessionEnds)
        {
            FailAll(() => _released.First, failure);
            FailAll(() => _inFlight.First, failure);
            FailAll(() => _waiting.First, failure);
        }
    }

    /// <summary>Writes the PUBRELs that are due; flow control doesn't hold them back ([MQTT-4.9.0-3]).</summary>
    public void FillReleases(PacketBuffer output, long now) => _released.Fill(output, now);

    /// <summary>
    /// Writes repeats, then new publishes, until <paramref name="output"/> holds <paramref name="target"/> bytes, the server's window is full
    /// or nothing is left. What the server's limits don't allow fails here and is not written.
    /// </summary>
    public void Fill(PacketBuffer output, int target, long now)
    {
        while (_resend is { } publish && _quota > 0 && output.Length < target)
        {
            _resend = publish.Next;
            if (PublishLimits.Check(publish, version, _limits!) is { } refusal)
            {
                journal?.Done(publish);
                Fail(publish, refusal);
                continue;
            }

            WriteAcknowledged(output, publish, now, duplicate: publish.WrittenOn != 0);
        }

        while (_resend is null && _waiting.First is { } publish && output.Length < target)
        {
            if (PublishLimits.Check(publish, version, _limits!) is { } refusal)
            {
                journal?.Done(publish);
                Fail(publish, refusal);
                continue;
            }

            if (publish.QualityOfService == MqttQualityOfService.AtMostOnce)
            {
                _waiting.Remove(publish);
                publish.Stage = PublishStage.InFlight;
                _handedOver.AddLast(publish);
                Write(output, publish, duplicate: false);
                continue;
            }

            if (_quota == 0 || IsOneTooMany(publish) || !identifiers.TryTake(out var id))
            {
                return;
            }

            _waiting.Remove(publish);
            publish.PacketId = id;
            publish.Stage = PublishStage.InFlight;
            Register(publish);
            _inFlight.AddLast(publish);
            journal?.Sent(publish);
            WriteAcknowledged(output, publish, now, duplicate: false);
        }
    }

    /// <summary>The last <see cref="Fill"/> is on the wire: QoS 0 is done.</summary>
    public void Flushed()
    {
        while (_handedOver.First is { } publish)
        {
            Finish(publish);
            Totals = Totals with { Written = Totals.Written + 1 };
            publish.Completion.TrySetResult(new MqttPublishResult(MqttReasonCode.Success));
        }
    }

    /// <summary>
    /// PUBACK, of success or failure: the exchange is over and is not repeated ([MQTT-4.4.0-2]). False when no such publish of QoS 1 is in flight.
    /// </summary>
    public bool Acknowledged(in ReplyPacket puback, long now)
    {
        if (!_byId.TryGetValue(puback.PacketId, out var publish) || publish.QualityOfService != MqttQualityOfService.AtLeastOnce)
        {
            return false;
        }

        LeaveLine(publish, now);
        End(publish, Result(puback));
        return true;
    }

    /// <summary>
    /// PUBREC. Of failure: the exchange is over ([MQTT-4.4.0-2]). Of success: PUBREL is due ([MQTT-4.3.3-4]) and PUBLISH is not written any
    /// more ([MQTT-4.3.3-6]). False, and answered with PUBREL 0x92, when no such publish of QoS 2 is in flight.
    /// </summary>
    public bool Received(in ReplyPacket pubrec, long now)
    {
        if (!_byId.TryGetValue(pubrec.PacketId, out var publish) || publish.QualityOfService != MqttQualityOfService.ExactlyOnce)
        {
            _released.Deny(pubrec.PacketId);
            return false;
        }

        if (publish.Stage == PublishStage.InFlight)
        {
            LeaveLine(publish, now);
            if (!pubrec.ReasonCode.IsFailure())
            {
                _inFlight.Remove(publish);
                publish.Received = pubrec.ReasonCode;
                _released.Add(publish);
                journal?.Released(publish);
                return true;
            }
        }
        else if (!pubrec.ReasonCode.IsFailure())
        {
            _released.Again(publish);
            return true;
        }

        End(publish, Result(pubrec));
        return true;
    }

    /// <summary>
    /// PUBCOMP: the exchange is over. That the server doesn't know the identifier is what is to be expected of a repeated PUBREL, and no
    /// failure then (§3.7.2.1). False when no PUBREL was written for it on this connection.
    /// </summary>
    public bool Completed(in ReplyPacket pubcomp, long now)
    {
        if (!_byId.TryGetValue(pubcomp.PacketId, out var publish) || !_released.TryComplete(publish, now))
        {
            return false;
        }

        var repeated = publish.WrittenOn != _connection;
        End(publish, pubcomp.ReasonCode.IsFailure() && !repeated ? Result(pubcomp) : new MqttPublishResult(publish.Received));
        return true;
    }

    /// <summary>An acknowledgement has come for a publish that is in flight: the line behind it has waited since now.</summary>
    private void LeaveLine(PendingPublish publish, long now)
    {
        if (publish == _resend)
        {
            _resend = publish.Next;
        }

        if (publish == _inFlight.First)
        {
            _headSince = now;
        }
    }

    private void End(PendingPublish publish, MqttPublishResult result)
    {
        if (publish.WrittenOn == _connection)
        {
            _quota++;
        }

        Ended = result.Accepted ? (Ended.Accepted + 1, Ended.Refused) : (Ended.Accepted, Ended.Refused + 1);
        Finish(publish);
        journal?.Done(publish);
        publish.Completion.TrySetResult(result);
    }

    private static MqttPublishResult Result(in ReplyPacket reply) =>
        new(reply.ReasonCode, reply.Properties.Text(MqttPropertyId.ReasonString));

    private void WriteAcknowledged(PacketBuffer output, PendingPublish publish, long now, bool duplicate)
    {
        _quota--;
        publish.WrittenOn = _connection;
        publish.WrittenAt = now;
        Write(output, publish, duplicate);
    }

    private void Write(PacketBuffer output, PendingPublish publish, bool duplicate)
    {
        var (topic, alias) = _aliases.Shorten(publish, version, _limits!.MaximumPacketSize);
        PacketWriter.Publish(
            output, version, topic, publish.Payload.Span, publish.QualityOfService, publish.Retain, duplicate, publish.PacketId, publish.Properties, alias);
    }

    private void FailAll(Func<PendingPublish?> next, Func<MqttException> failure)
    {
        while (next() is { } publish)
        {
            Fail(publish, failure());
        }
    }

    private void Fail(PendingPublish publish, MqttException failure)
    {
        Finish(publish);
        Totals = Totals with { Failed = Totals.Failed + 1 };
        publish.Completion.TrySetException(failure);
    }

    private void Finish(PendingPublish publish)
    {
        Remove(publish);
        publish.Stage = PublishStage.Done;
    }

    private bool IsOneTooMany(PendingPublish publish) =>
        version == MqttVersion.V311 && publish.QualityOfService == MqttQualityOfService.ExactlyOnce && _exactlyOnce >= ExactlyOnceOf311;

    /// <summary>It has a packet identifier now.</summary>
    private void Register(PendingPublish publish)
    {
        _byId.Add(publish.PacketId, publish);
        _exactlyOnce += publish.QualityOfService == MqttQualityOfService.ExactlyOnce ? 1 : 0;
    }

    /// <summary>Out of the list it is in; its identifier is free again.</summary>
    private void Remove(PendingPublish publish)
    {
        var list = publish.Stage switch
        {
            PublishStage.Waiting => _waiting,
            PublishStage.Released => _released.List,
            _ => publish.QualityOfService == MqttQualityOfService.AtMostOnce ? _handedOver : _inFlight,
        };
        list.Remove(publish);
        if (publish.PacketId != 0)
        {
            _exactlyOnce -= publish.QualityOfService == MqttQualityOfService.ExactlyOnce ? 1 : 0;
            _byId.Remove(publish.PacketId);
            identifiers.Release(publish.PacketId);
        }
    }
}
