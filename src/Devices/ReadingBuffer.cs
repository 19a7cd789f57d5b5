namespace MeetNet.Devices;

/// <summary>
/// Where a codec puts the readings of one poll or message: the caller's storage (a stack buffer) and what belongs to the set as
/// a whole. Nothing is allocated for a reading.
/// </summary>
public ref struct ReadingBuffer
{
    private readonly Span<RawReading> _storage;

    /// <summary>A buffer over the caller's storage; give it at least as many places as the profile has fields.</summary>
    public ReadingBuffer(Span<RawReading> storage) => _storage = storage;

    /// <summary>How many readings there are.</summary>
    public int Count { get; private set; }

    /// <summary>The readings so far, in the order in which they were decoded.</summary>
    public readonly ReadOnlySpan<RawReading> Readings => _storage[..Count];

    /// <summary>The time stamp that the device itself gave, when its profile names one.</summary>
    public DeviceTime? DeviceTime { get; set; }

    /// <summary>
    /// When the network had the message (UTC), for payloads that came through one: its first server, or a gateway with satellite time. Not when it was
    /// measured.
    /// </summary>
    public DateTimeOffset? NetworkTime { get; set; }

    /// <summary>The device's own message counter (LoRaWAN f_cnt). The same counter again is the same message again.</summary>
    public long? Counter { get; set; }

    /// <summary>
    /// Why the set is not, or not wholly, usable: a stable code such as <c>exception-illegal-address</c> or <c>no-payload</c>;
    /// null when there is nothing to say.
    /// </summary>
    public string? Reason { get; set; }

    /// <summary>What comes next in the poll, when that is not simply the next exchange; null when it is.</summary>
    public Follow? Follow { get; set; }

    /// <summary>A message that the codec wants to have published; null for none.</summary>
    public OutgoingMessage? Outgoing { get; set; }

    /// <summary>Adds a reading. False when the storage is full, which is a caller's mistake that loses only this reading.</summary>
    public bool Add(RawReading reading)
    {
        if (Count >= _storage.Length)
        {
            return false;
        }

        _storage[Count++] = reading;
        return true;
    }

    /// <summary>Adds a reading.</summary>
    public bool Add(int field, double value, ReadingStatus status) => Add(new RawReading(field, value, status));

    /// <summary>Takes back what was added after the first <paramref name="count"/> readings.</summary>
    internal void Truncate(int count) => Count = Math.Min(Count, count);

    /// <summary>Empties the buffer for the next set.</summary>
    public void Clear()
    {
        Count = 0;
        DeviceTime = null;
        NetworkTime = null;
        Counter = null;
        Reason = null;
        Follow = null;
        Outgoing = null;
    }
}

/// <summary>A time stamp as the device wrote it.</summary>
/// <param name="Stamp">Date and time of day (kind Unspecified).</param>
/// <param name="Offset">
/// The offset from UTC when the device wrote one (zero for UTC); null for local time without a zone, which the station file must explain.
/// </param>
public readonly record struct DeviceTime(DateTime Stamp, TimeSpan? Offset)
{
    /// <summary>Whether the device wrote an offset, so that the stamp is an instant by itself.</summary>
    public bool HasOffset => Offset is not null;
}
