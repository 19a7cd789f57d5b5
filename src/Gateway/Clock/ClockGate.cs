using System.Runtime.CompilerServices;
using System.Threading.Channels;
using MeetNet.Gateway.Acquisition;
using MeetNet.Gateway.Lines;
using MeetNet.Observations;
using MeetNet.Sqlite;

namespace MeetNet.Gateway.Clock;

/// <summary>Readings that came to the gate and waited there, since the program started.</summary>
/// <param name="Held">Kept on the disk because the time was not known.</param>
/// <param name="Released">Given on later, with their time; of this and of earlier runs.</param>
/// <param name="Unplaced">Of instruments or fields that the station does not have any more.</param>
/// <param name="Waiting">Sets on the disk now.</param>
internal readonly record struct ClockGateBooks(long Held, long Released, long Unplaced, long Waiting);

/// <summary>
/// Between channel 1 and the harmoniser: lets through what has a time. While the time is not known, sets of readings wait on the disk, and once it is they go on with the time that follows from the
/// monotonic clock, before anything newer: calibrations, barometers and tests then see the right time, and nothing with a wrong one has left the gateway. What waited when the machine was started again
/// before its clock was set has no time that anybody knows: it goes on without a result (<see cref="QualityTests.ClockLost"/>).
/// </summary>
internal sealed class ClockGate
{
    /// <summary>Name of the file in the data folder.</summary>
    public const string FileName = "undated.db";

    /// <summary>More than two months of a set a minute, some 100 MB; what comes then goes on at once, suspect.</summary>
    public const long Limit = 100_000;

    /// <summary>Sets that are taken from the disk at a time, and are in the outbox before the next.</summary>
    private const int Step = 256;

    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly StationClock _clock;
    private readonly UndatedSets _undated;
    private readonly TimeProvider _time;
    private readonly ILogger<ClockGate> _log;
    private readonly List<(ReadingSet Set, TimeSpan Monotonic)> _arrived = new(Step);
    private long _held;
    private long _released;
    private long _unplaced;
    private long _waiting;
    private bool _toldTrouble;
    private Task<bool>? _more;

    public ClockGate(StationClock clock, UndatedSets undated, TimeProvider time, ILogger<ClockGate> log)
    {
        (_clock, _undated, _time, _log) = (clock, undated, time, log);
        _waiting = undated.Count;
        if (undated.SetAside is { } damaged)
        {
            Log.UndatedDamaged(log, damaged);
        }
    }

    public ClockGateBooks Books => new(Volatile.Read(ref _held), Volatile.Read(ref _released), Volatile.Read(ref _unplaced), Volatile.Read(ref _waiting));

    /// <summary>The sets that have a time, or can't get one, in order, until channel 1 is complete.</summary>
    public async IAsyncEnumerable<ReadingSet> ReadAsync(ChannelReader<ReadingSet> input, [EnumeratorCancellation] CancellationToken stop)
    {
        while (true)
        {
            _clock.Look();
            if (_clock.IsKnown && _undated.Count > 0)
            {
                await foreach (var set in ReleaseAsync(stop))
                {
                    yield return set;
                }
            }

            if (_clock.IsKnown && input.TryRead(out var arrived))
            {
                yield return arrived with { Clock = _clock.Judge(arrived.Instrument, arrived.SampledAt) };
            }
            else if (!_clock.IsKnown && TakeAll(input))
            {
                foreach (var set in TryHold() ? [] : _arrived)
                {
                    yield return set.Set with { Clock = _clock.Judge(set.Set.Instrument, set.Set.SampledAt) };
                }
            }
            else if (!await MoreAsync(input, stop))
            {
                yield break;
            }
        }
    }

    private bool TakeAll(ChannelReader<ReadingSet> input)
    {
        _arrived.Clear();
        while (_arrived.Count < Step && input.TryRead(out var set))
        {
            _arrived.Add((set, _clock.Monotonic(set.SampledAt)));
        }

        return _arrived.Count > 0;
    }

    /// <summary>Waits for a set; while the time is not known, also for the next look at the clock. False when channel 1 is complete.</summary>
    private async Task<bool> MoreAsync(ChannelReader<ReadingSet> input, CancellationToken stop)
    {
        _more ??= input.WaitToReadAsync(stop).AsTask();
        if (!_clock.IsKnown)
        {
            using var look = CancellationTokenSource.CreateLinkedTokenSource(stop);
            await Task.WhenAny(_more, Task.Delay(LookInterval, _time, look.Token));
            await look.CancelAsync();
            if (!_more.IsCompleted)
            {
                return true;
            }
        }

        var more = await _more;
        _more = null;
        return more;
    }

    /// <summary>False when they can't be kept here: then they go on as they are, and are suspect.</summary>
    private bool TryHold()
    {
        try
        {
            if (_undated.Count >= Limit)
            {
                throw new SqliteFault(SqliteFaultKind.DiskFull, 0, $"{Limit} sets wait already");
            }

            _undated.Keep(_clock.BootId, _arrived);
        }
        catch (SqliteFault fault) when (Outbox.OutboxDisk.IsOutside(fault))
        {
            if (!_toldTrouble)
            {
                Log.UndatedNotKept(_log, fault.Message);
            }

            _toldTrouble = true;
            return false;
        }

        foreach (var (set, _) in _arrived)
        {
            Interlocked.Add(ref _held, set.Readings.Length);
            set.Receipt?.Done();
        }

        Volatile.Write(ref _waiting, _undated.Count);
        return true;
    }

    private async IAsyncEnumerable<ReadingSet> ReleaseAsync([EnumeratorCancellation] CancellationToken stop)
    {
        _undated.Remember(_clock.BootId, _clock.Offset);
        var receipts = new List<Receipt>(Step);
        Log.UndatedReleased(_log, _undated.Count);
        for (var through = 0L; _undated.After(through, Step) is [.., var last] page; through = last.Id)
        {
            receipts.Clear();
            foreach (var undated in page)
            {
                if (undated.Set is not { } set)
                {
                    Interlocked.Increment(ref _unplaced);
                    continue;
                }

                var receipt = new Receipt();
                receipts.Add(receipt);
                Interlocked.Add(ref _released, set.Readings.Length);
                yield return Dated(undated, set) with { Receipt = receipt };
            }

            // Only what is in the outbox may leave this file.
            await Task.WhenAll(receipts.Select(r => r.Stored)).WaitAsync(stop);
            _undated.Forget(last.Id);
            Volatile.Write(ref _waiting, _undated.Count);
        }
    }

    private ReadingSet Dated(UndatedSet undated, in ReadingSet set) => _undated.OffsetOf(undated.Boot) is { } offset
        ? set with { SampledAt = new ArrivalTime(set.SampledAt.Monotonic, new DateTimeOffset((undated.Monotonic + offset).Ticks, TimeSpan.Zero)) }
        : set with { Clock = ResultQuality.Missing(QualityTests.ClockLost) };
}
