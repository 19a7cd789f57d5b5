using MeetNet.Devices;
using MeetNet.Devices.Framing;
using MeetNet.Gateway.Lines;
using MeetNet.Gateway.Stations;
using MeetNet.Observations.Time;
using MeetNet.Observations.Units;

namespace MeetNet.Gateway.Acquisition;

/// <summary>How one frame was taken.</summary>
internal enum FrameFate
{
    /// <summary>Readings were added.</summary>
    Decoded,

    /// <summary>The device says that it can't measure now.</summary>
    NotReady,

    /// <summary>Not this device's, or not what was asked: as if it had not come.</summary>
    Unexpected,
}

/// <summary>
/// One instrument on a line: collects what its frames mean until a <see cref="ReadingSet"/> is complete, and knows a repetition when it sees one.
/// Lives as long as the gateway, so that a replugged line does not repeat the last value. Not thread-safe.
/// </summary>
internal sealed class DeviceSession
{
    /// <summary>As many frames as can wait on a line (64 KiB of the shortest, 10 bytes) are nudged apart by less than this.</summary>
    private static readonly TimeSpan LargestNudge = TimeSpan.FromMilliseconds(10);

    private readonly RawReading[] _readings;
    private readonly byte[] _request = new byte[IDeviceCodec.MaxRequest];
    private readonly RepeatFilter _repeats = new();
    private int _count;
    private DecodeStatus _worst;
    private DeviceTime? _deviceTime;
    private DateTimeOffset? _networkTime;
    private long? _counter;
    private string? _reason;
    private ArrivalTime _arrival;
    private Follow? _parked;
    private bool _otherUnit;

    public DeviceSession(Instrument instrument, ILogger log)
    {
        Instrument = instrument;
        Watch = new InstrumentWatch(instrument.Sensor, log);
        _readings = new RawReading[Math.Max(instrument.Profile.Fields.Count, instrument.Codec.MaxReadings)];
    }

    public Instrument Instrument { get; }

    public InstrumentWatch Watch { get; }

    public IFramer Framer => Instrument.Codec.Framer;

    /// <summary>Requests that make one poll; 0 for an instrument that talks unasked.</summary>
    public int Exchanges => Instrument.Codec.Exchanges;

    /// <summary>What the last frame said is to happen next; null for simply the next exchange.</summary>
    public Follow? Follow { get; private set; }

    /// <summary>The bytes of one request; valid until the next.</summary>
    public ReadOnlyMemory<byte> Request(in FrameContext context) => _request.AsMemory(0, Instrument.Codec.WriteRequest(context, _request));

    /// <summary>Whether anything has answered in this poll.</summary>
    public bool Answered { get; set; }

    /// <summary>Polls in a row that nothing has answered.</summary>
    public int SilentPolls { get; set; }

    /// <summary>What the codec wants to have published because of the last frame; null for nothing.</summary>
    private OutgoingMessage? Outgoing { get; set; }

    /// <summary>What the codec wants to have published because of the last frame, once; null for nothing.</summary>
    public OutgoingMessage? TakeOutgoing()
    {
        var outgoing = Outgoing;
        Outgoing = null;
        return outgoing;
    }

    /// <summary>Begins a set.</summary>
    public void Begin()
    {
        _count = 0;
        _worst = DecodeStatus.Ok;
        _deviceTime = null;
        _networkTime = null;
        _counter = null;
        _reason = null;
        Follow = null;
        Outgoing = null;
        Answered = false;
        _parked = null;
        _otherUnit = false;
    }

    /// <summary>Leaves the poll where it is, to be gone on with later.</summary>
    public void Park(Follow next) => _parked = next;

    /// <summary>Where a poll was left; null when none was.</summary>
    public Follow? TakeParked()
    {
        var next = _parked;
        _parked = null;
        return next;
    }

    /// <summary>Takes one frame into the set.</summary>
    public FrameFate Take(FrameContext context, ReadOnlySpan<byte> frame, ArrivalTime arrival)
    {
        var buffer = new ReadingBuffer(_readings.AsSpan(_count));
        var status = Instrument.Codec.Decode(context with { ReceivedAt = arrival.Utc }, frame, ref buffer);
        Outgoing = buffer.Outgoing;
        if (status == DecodeStatus.Unexpected || (context.Retained && status == DecodeStatus.Ok && !SaysWhen(buffer)))
        {
            return FrameFate.Unexpected;
        }

        Follow = buffer.Follow;
        _arrival = Distinct(arrival);
        _deviceTime = buffer.DeviceTime ?? _deviceTime;
        _networkTime = buffer.NetworkTime ?? _networkTime;
        _counter = buffer.Counter ?? _counter;
        _reason = buffer.Reason ?? _reason;
        if (status == DecodeStatus.Ok)
        {
            CheckUnits(_readings.AsSpan(_count, buffer.Count));
            _count += buffer.Count;
            return FrameFate.Decoded;
        }

        _worst = status;
        return FrameFate.NotReady;
    }

    /// <summary>Whether a message that the broker had kept says when its numbers applied: they may be days old, and its arrival says nothing.</summary>
    private bool SaysWhen(in ReadingBuffer buffer)
    {
        foreach (var reading in buffer.Readings)
        {
            if (reading.Time?.Offset is null && buffer.NetworkTime is null && (buffer.DeviceTime is null || Instrument.Datastreams.Any(d => d.Stamp is null)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Ends the set. False when there is nothing to hand on: no frame came, or it was the last message again. A field that gave no number because the
    /// device was not ready is in the set as such: a reader of the data should see the reason, not a hole.
    /// </summary>
    public bool TryComplete(Receipt? receipt, out ReadingSet set, out bool repeated)
    {
        set = default;
        repeated = false;
        if (_worst != DecodeStatus.Ok)
        {
            FillNotReady(_worst == DecodeStatus.WarmingUp ? ReadingStatus.WarmingUp : ReadingStatus.DeviceFault);
            Watch.NotReady(_reason ?? (_worst == DecodeStatus.WarmingUp ? "warming up" : "device fault"));
        }
        else if (_otherUnit)
        {
            Watch.NotReady(SaidUnit.OtherUnit);
        }
        else if (_count > 0)
        {
            Watch.Measures();
        }

        if (_count == 0)
        {
            return false;
        }

        if (_repeats.IsRepeat(_counter, _deviceTime, _networkTime ?? _arrival.Utc, SecondTime()))
        {
            repeated = true;
            return false;
        }

        set = new ReadingSet(Instrument, _arrival, _readings.AsSpan(0, _count).ToArray(), _deviceTime, _networkTime, _reason, receipt);
        return true;
    }

    /// <summary>A number in another unit than the station file states is no measurement: which of the two is wrong, nobody here can know.</summary>
    private void CheckUnits(Span<RawReading> readings)
    {
        foreach (ref var reading in readings)
        {
            if (reading is { Unit: { } said, Status: ReadingStatus.Ok } && Instrument.UnitOf(reading.Field) is { } stated && !Agree(said, stated))
            {
                reading = reading with { Status = ReadingStatus.DeviceFault };
                _reason = SaidUnit.OtherUnit;
                _otherUnit = true;
            }
        }
    }

    private static bool Agree(SaidUnit said, string stated) =>
        said.Code == stated || (Unit.TryParse(said.Code, out var one) && Unit.TryParse(stated, out var other)
            && (said.KindOnly ? Unit.TryConvert(one, other, out _) : one.IsEquivalentTo(other)));

    /// <summary>
    /// From when on the stamp, given again, is another one: in the night in which summer time ends, a device without a counter says 02:00 twice and means two hours. One that talks unasked
    /// may be a little early by its own clock; of one that is asked the old value is still there until the second hour has come.
    /// </summary>
    private DateTimeOffset? SecondTime() =>
        _counter is null && _deviceTime is { Offset: null } stamp && Instrument.Stamp?.SecondTime(stamp.Stamp) is { } second
            ? second.End - (Exchanges > 0 ? TimeSpan.Zero : StampConvention.ClockTolerance)
            : null;

    /// <summary>
    /// Frames that were read at once bear one stamp, and so may those after the clock was set back a little. A stamp is part of an observation's identity, so each
    /// frame of an instrument gets its own, a microsecond after the one before at least. A clock that is set back by more is another matter: then the clock is believed.
    /// </summary>
    private ArrivalTime Distinct(ArrivalTime arrival)
    {
        var earliest = _arrival.Utc + TimeSpan.FromMicroseconds(1);
        return arrival.Utc >= earliest || arrival.Utc < _arrival.Utc - LargestNudge ? arrival : arrival with { Utc = earliest };
    }

    private void FillNotReady(ReadingStatus status)
    {
        Span<bool> present = stackalloc bool[Instrument.Profile.Fields.Count];
        foreach (var reading in _readings.AsSpan(0, _count))
        {
            present[reading.Field] = true;
        }

        for (var field = 0; field < present.Length && _count < _readings.Length; field++)
        {
            if (!present[field])
            {
                _readings[_count++] = new RawReading(field, double.NaN, status);
            }
        }
    }
}

/// <summary>
/// Knows the message that was seen before by the device's own counter or stamp, never by its values: two equal measurements are two measurements.
/// </summary>
internal sealed class RepeatFilter
{
    /// <summary>
    /// A counter without a device stamp starts again when a node rejoins, so the same number later is another message. LoRaWAN repeats an unconfirmed or
    /// unacknowledged uplink within seconds (TS001-1.0.4 §4.3.1.1); network servers pass duplicates on within seconds too.
    /// </summary>
    private static readonly TimeSpan CounterLife = TimeSpan.FromMinutes(1);

    /// <summary>A message may come again after the ones behind it, through a gateway or a connection that was slow; not after many of them.</summary>
    private const int Remembered = 8;

    private readonly (long? Counter, DeviceTime? Stamp, DateTimeOffset At)[] _seen = new (long?, DeviceTime?, DateTimeOffset)[Remembered];
    private int _next;

    /// <param name="counter">The device's message counter; null when it has none.</param>
    /// <param name="stamp">The device's own stamp; null when it gave none.</param>
    /// <param name="at">When the network, or else the gateway, had it.</param>
    /// <param name="secondTime">From when on the same stamp means a second time; null for nearly all stamps.</param>
    public bool IsRepeat(long? counter, DeviceTime? stamp, DateTimeOffset at, DateTimeOffset? secondTime = null)
    {
        if (counter is null && stamp is null)
        {
            return false;
        }

        foreach (var one in _seen)
        {
            if (one.Counter == counter && one.Stamp == stamp
                && (stamp is not null ? !(one.At < secondTime && at >= secondTime) : (at - one.At).Duration() < CounterLife))
            {
                return true;
            }
        }

        _seen[_next] = (counter, stamp, at);
        _next = (_next + 1) % Remembered;
        return false;
    }
}
