using MeetNet.Ingest.Facts;
using MeetNet.Observations.Wire;

namespace MeetNet.Ingest.Intake;

/// <summary>Whether a batch that comes again says the same as before.</summary>
internal static class BatchComparison
{
    /// <summary>
    /// The first sequence that stands in the log with another content than in this batch; null when all that came before is the same.
    /// </summary>
    /// <param name="logged">The logged batches that may hold these sequences, by their last sequence.</param>
    public static long? FindConflict(ReadOnlySpan<byte> payload, ObservationBatch batch, OutboxLedger outbox, IEnumerable<LoggedBatch> logged)
    {
        Dictionary<long, (string Datastream, string Procedure, ObservationRow Row)>? rows = null;
        foreach (var before in logged)
        {
            if (before.First == batch.First && before.Last == batch.Last && before.Payload.AsSpan().SequenceEqual(payload) && before.Accepted is null)
            {
                return null;
            }
            rows ??= Again(batch, outbox);
            if (rows.Count == 0)
            {
                return null;
            }
            if (!BatchReader.TryRead(before.Payload, out var old, out _))
            {
                continue;
            }
            foreach (var group in old.Datastreams)
            {
                foreach (var row in group.Rows)
                {
                    if (Counts(before, row.Sequence) && rows.Remove(row.Sequence, out var now)
                        && (now.Datastream != group.Datastream || now.Procedure != group.Procedure || now.Row != row))
                    {
                        return row.Sequence;
                    }
                }
            }
            if (rows.Count == 0)
            {
                return null;
            }
        }
        return null;
    }

    private static Dictionary<long, (string, string, ObservationRow)> Again(ObservationBatch batch, OutboxLedger outbox)
    {
        var rows = new Dictionary<long, (string, string, ObservationRow)>();
        foreach (var group in batch.Datastreams)
        {
            foreach (var row in group.Rows)
            {
                if (outbox.Logged.Contains(row.Sequence))
                {
                    rows.Add(row.Sequence, (group.Datastream, group.Procedure, row));
                }
            }
        }
        return rows;
    }

    private static bool Counts(LoggedBatch batch, long sequence)
    {
        if (batch.Accepted is null)
        {
            return true;
        }
        foreach (var range in batch.Accepted)
        {
            if (range.Contains(sequence))
            {
                return true;
            }
        }
        return false;
    }
}
