using MeetNet.Observations.Wire;

namespace MeetNet.Gateway.Outbox;

/// <summary>What others may read of an outbox without the writer's lock: one consistent picture, replaced after every change.</summary>
internal sealed record OutboxView(
    Epoch Epoch, long Lowest, long Highest, IReadOnlyDictionary<string, long> Cursors, OutboxNames Names, OutboxCounters Counters,
    long BytesInUse)
{
    public OutboxSpan Span => new(Lowest, Highest);

    /// <summary>The file as it stands; asks the disk nothing, so that what was just committed is always shown.</summary>
    public static OutboxView Of(OutboxFile file) => new(
        file.Epoch, file.Lowest, file.Highest, new Dictionary<string, long>(file.Cursors), file.Names, file.Counters, file.BytesInUse);
}
