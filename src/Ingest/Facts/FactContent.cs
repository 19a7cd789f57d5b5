using MeetNet.Observations;
using MeetNet.Observations.Wire;

namespace MeetNet.Ingest.Facts;

/// <summary>What the payload of a fact says.</summary>
internal sealed partial class Fact
{
    private volatile ObservationBatch? _batch;

    /// <summary>The batch, when it was read on its way into the log; spares the projections that follow live reading it again.</summary>
    internal ObservationBatch? ReadAlready
    {
        init => _batch = value;
    }

    /// <summary>
    /// The disk gave back other bytes than were logged (the CRC of the row differs). Such a fact says nothing; it is counted, and
    /// <see cref="TryReadBatch"/> is false.
    /// </summary>
    public bool IsDamaged { get; init; }

    /// <summary>The batch of observations; false for a fact of another kind. Only rows that <see cref="Accepts"/> says yes to count.</summary>
    public bool TryReadBatch(out ObservationBatch batch)
    {
        batch = _batch!;
        if (batch is not null)
        {
            return true;
        }
        if (Kind != FactKind.Observations || IsDamaged || !BatchReader.TryRead(Payload.Span, out batch, out _))
        {
            return false;
        }
        _batch = batch;
        return true;
    }

    /// <summary>The observations that count in this fact, in the order of the message; none for a fact of another kind.</summary>
    public IEnumerable<Observation> ReadObservations()
    {
        if (!TryReadBatch(out var batch))
        {
            yield break;
        }
        foreach (var group in batch.Datastreams)
        {
            foreach (var row in group.Rows)
            {
                if (Accepts(row.Sequence))
                {
                    yield return new Observation(
                        group.Datastream, group.Procedure, row.PhenomenonTime, row.ResultTime ?? Received, row.Result, row.Quality, row.Raw, row.Revision, row.Inputs);
                }
            }
        }
    }
}
