using MeetNet.Ingest.Facts;

namespace MeetNet.Ingest.Tests.Facts;

/// <summary>A fact log in memory, for the tests of projections: what <c>FactLog</c> promises its readers, without its disk.</summary>
internal sealed class MemoryFactLog : IFactLog
{
    private readonly Lock _gate = new();
    private readonly List<Fact> _facts = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public long Head
    {
        get
        {
            lock (_gate)
            {
                return _facts.Count;
            }
        }
    }

    public long Observations => ObservationsThrough(long.MaxValue);

    /// <summary>Logs a batch payload of <paramref name="first"/> to <paramref name="last"/>, counting <paramref name="observations"/> of it.</summary>
    public Fact AddBatch(
        string owner, string station, string epoch, long first, long last, int observations, ReadOnlyMemory<byte> payload, DateTimeOffset received,
        IReadOnlyList<SequenceRange>? accepted = null) =>
        Add(FactKind.Observations, owner, station, epoch, first, last, observations, payload, received, accepted);

    public Fact AddAnnouncement(string owner, string station, ReadOnlyMemory<byte> payload, DateTimeOffset received) =>
        Add(FactKind.Announcement, owner, station, "", 0, 0, 0, payload, received, null);

    public IReadOnlyList<Fact> ReadAfter(long position, int max)
    {
        lock (_gate)
        {
            return [.. _facts.Where(fact => fact.Position > position).Take(max)];
        }
    }

    public long ObservationsThrough(long position)
    {
        lock (_gate)
        {
            return _facts.LastOrDefault(fact => fact.Position <= position)?.ObservationsThrough ?? 0;
        }
    }

    public async Task WaitBeyondAsync(long position, CancellationToken stopping)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_facts.Count > position)
                {
                    return;
                }
                changed = _changed.Task;
            }
            await changed.WaitAsync(stopping);
        }
    }

    private Fact Add(
        FactKind kind, string owner, string station, string epoch, long first, long last, int observations, ReadOnlyMemory<byte> payload,
        DateTimeOffset received, IReadOnlyList<SequenceRange>? accepted)
    {
        lock (_gate)
        {
            var fact = new Fact
            {
                Position = _facts.Count + 1,
                Kind = kind,
                Owner = owner,
                Station = station,
                Epoch = epoch,
                First = first,
                Last = last,
                Accepted = accepted,
                Received = received,
                Payload = payload,
                ObservationsThrough = (_facts.Count == 0 ? 0 : _facts[^1].ObservationsThrough) + observations,
            };
            _facts.Add(fact);
            var changed = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            changed.SetResult();
            return fact;
        }
    }
}
