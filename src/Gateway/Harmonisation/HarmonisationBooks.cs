using MeetNet.Observations;

namespace MeetNet.Gateway.Harmonisation;

/// <summary>
/// The books of harmonisation: <c>raw readings + copies + corrections = observations + deliberately unmapped</c>, where a copy is a further datastream made of the same
/// field, and a correction an observation made again because a later one showed it to be a spike. Written by one loop, read by anyone.
/// </summary>
internal sealed class HarmonisationBooks
{
    private long _readings;
    private long _copies;
    private long _unmapped;
    private long _corrections;
    private long _observations;
    private long _missing;
    private long _suspect;
    private long _failed;

    /// <summary>One raw reading, for so many datastreams.</summary>
    public void Reading(int datastreams)
    {
        Interlocked.Increment(ref _readings);
        if (datastreams == 0)
        {
            Interlocked.Increment(ref _unmapped);
        }
        else
        {
            Interlocked.Add(ref _copies, datastreams - 1);
        }
    }

    /// <summary>An observation that is made again, with a higher revision.</summary>
    public void Corrected() => Interlocked.Increment(ref _corrections);

    public void Observed(QartodFlag flag)
    {
        Interlocked.Increment(ref _observations);
        switch (flag)
        {
            case QartodFlag.Missing:
                Interlocked.Increment(ref _missing);
                break;
            case QartodFlag.Suspect:
                Interlocked.Increment(ref _suspect);
                break;
            case QartodFlag.Fail:
                Interlocked.Increment(ref _failed);
                break;
            default:
                break;
        }
    }

    public HarmonisationCounters Read() => new(
        Volatile.Read(ref _readings), Volatile.Read(ref _copies), Volatile.Read(ref _unmapped), Volatile.Read(ref _corrections), Volatile.Read(ref _observations),
        Volatile.Read(ref _missing), Volatile.Read(ref _suspect), Volatile.Read(ref _failed));
}

/// <param name="Readings">Raw readings taken in.</param>
/// <param name="Copies">Further datastreams of a field that is mapped more than once.</param>
/// <param name="Unmapped">Readings that no datastream is made of: the station file left them out on purpose.</param>
/// <param name="Corrections">Observations made again, because a later one showed them to be spikes.</param>
/// <param name="Observations">Observations made; of which without a result, suspect and failed.</param>
internal readonly record struct HarmonisationCounters(
    long Readings, long Copies, long Unmapped, long Corrections, long Observations, long Missing, long Suspect, long Failed);
