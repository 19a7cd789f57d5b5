using MeetNet.Devices;
using MeetNet.Gateway.Lines;
using MeetNet.Gateway.Stations;
using MeetNet.Observations;

namespace MeetNet.Gateway.Acquisition;

/// <summary>What one poll, one unasked frame or one message of an instrument gave: the item of channel 1.</summary>
/// <param name="Instrument">Whose.</param>
/// <param name="SampledAt">When the (last) frame arrived.</param>
/// <param name="Readings">The device's own numbers; owned by the set.</param>
/// <param name="DeviceTime">The device's own stamp, when it gave one.</param>
/// <param name="NetworkTime">When a network server received it, for what came through one: nearer to the measurement than its arrival here.</param>
/// <param name="Reason">What the device said of the set as a whole; null for nothing.</param>
/// <param name="Receipt">Told when every observation made of the set is on the disk; null when nobody waits for it.</param>
/// <param name="Clock">What is to be said of the time by the gateway's clock; the default for nothing, missing when there is none.</param>
internal readonly record struct ReadingSet(
    Instrument Instrument,
    ArrivalTime SampledAt,
    ReadOnlyMemory<RawReading> Readings,
    DeviceTime? DeviceTime = null,
    DateTimeOffset? NetworkTime = null,
    string? Reason = null,
    Receipt? Receipt = null,
    ResultQuality Clock = default);

/// <summary>
/// Travels with what was made of one message and completes when all of it is on the disk, so that the sender can be told then and not before.
/// The stages hold it as they hold the data; nobody is called back.
/// </summary>
internal sealed class Receipt
{
    private readonly TaskCompletionSource _stored = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _open = 1;

    /// <summary>Completes when everything that was taken along has been stored.</summary>
    public Task Stored => _stored.Task;

    /// <summary>One more thing must be stored first.</summary>
    public void Take() => Interlocked.Increment(ref _open);

    /// <summary>One of them has been. The one who made the receipt calls it once too, when nothing more is to be taken along.</summary>
    public void Done()
    {
        if (Interlocked.Decrement(ref _open) == 0)
        {
            _stored.TrySetResult();
        }
    }
}
