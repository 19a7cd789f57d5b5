using System.Buffers;
using MeetNet.Gateway.Outbox;
using MeetNet.Gateway.Stations;
using MeetNet.Observations;
using MeetNet.Observations.Procedures;
using MeetNet.Observations.Reference;
using MeetNet.Observations.Wire;

namespace MeetNet.Gateway.Harmonisation;

/// <summary>What is to be made again.</summary>
/// <param name="Datastreams">Those meant; empty for all. What is computed with one of them is meant too.</param>
/// <param name="From">First instant, by the begin of the phenomenon time.</param>
/// <param name="To">First instant after.</param>
/// <param name="DryRun">Compare only.</param>
internal sealed record RecalibrationRequest(IReadOnlyList<string> Datastreams, DateTimeOffset From, DateTimeOffset To, bool DryRun);

/// <summary>
/// Makes what the outbox holds, delivered or not, again from its raw values, and appends what comes out different as the next revision. One datastream at a time is in memory.
/// </summary>
/// <param name="station">Whose procedures count.</param>
/// <param name="known">Every procedure that observations may name.</param>
/// <param name="outbox">Where they are, and where the new ones go.</param>
/// <param name="now">Result time of what is made again.</param>
internal sealed class Recalibration(Station station, IReadOnlyList<Procedure> known, IOutbox outbox, DateTimeOffset now)
{
    /// <summary>Rows and bytes read, and rows written, at once.</summary>
    private const int RowsAtOnce = 1000, BytesAtOnce = 512 << 10;

    /// <summary>The datastreams that were meant, each with what became of its observations.</summary>
    /// <exception cref="IOException">The outbox takes nothing, for the reason said. What it has taken stays, and the same command goes on from there.</exception>
    public IReadOnlyList<(string Datastream, RemakeCounts Counts)> Run(RecalibrationRequest request)
    {
        var work = new Reharmonisation(
            station.Datastreams.ToDictionary(d => d.Id.ToString(), d => d.Procedures, StringComparer.Ordinal), id => known.FirstOrDefault(p => p.Id == id));
        var wanted = work.WithDependents(request.Datastreams.Count == 0 ? work.Order : request.Datastreams);
        var (done, through) = (new List<(string, RemakeCounts)>(), outbox.Span.Highest);
        foreach (var datastream in work.Order.Where(id => wanted.Contains(id) || work.IsInput(id)))
        {
            var (counts, remade) = (new RemakeCounts(), new List<Observation>());
            foreach (var revisions in Held(datastream, through, request, work.IsInput(datastream)))
            {
                var begin = revisions[^1].PhenomenonTime.Begin;
                if (!wanted.Contains(datastream) || begin < request.From || begin >= request.To)
                {
                    work.Pass(revisions);
                    continue;
                }

                var outcome = work.Remake(revisions, now, out var observation);
                counts.Count(outcome);
                if (outcome == RemakeOutcome.Remade)
                {
                    remade.Add(observation);
                }
            }

            if (!request.DryRun)
            {
                Keep(remade);
            }

            if (wanted.Contains(datastream))
            {
                done.Add((datastream, counts));
            }
        }

        return done;
    }

    /// <summary>The observations of a datastream by time, each with all its revisions; of an input as far around as one may be used.</summary>
    private IEnumerable<IReadOnlyList<Observation>> Held(string datastream, long through, RecalibrationRequest request, bool isInput)
    {
        var around = isInput ? AirInputs.LongestAge : TimeSpan.Zero;
        var (from, to) = (request.From - DateTimeOffset.MinValue > around ? request.From - around : request.From, DateTimeOffset.MaxValue - request.To > around ? request.To + around : request.To);
        var held = new List<Observation>();
        for (var after = 0L; after < through;)
        {
            var read = outbox.ReadAfter(after, RowsAtOnce, BytesAtOnce);
            after = read.Through;
            held.AddRange(Read([.. read.Rows.Where(row => row.Sequence <= through && row.Datastream == datastream)])
                .Where(observation => observation.PhenomenonTime.Begin >= from && observation.PhenomenonTime.Begin < to));
            if (read.IsEmpty)
            {
                break;
            }
        }

        return held.GroupBy(observation => observation.PhenomenonTime).OrderBy(revisions => revisions.Key.Begin).ThenBy(revisions => revisions.Key.End)
            .Select(revisions => revisions.OrderBy(observation => observation.Revision).ToList());
    }

    /// <summary>Reads stored rows by the reader of the wire: as a batch that is never sent.</summary>
    private IEnumerable<Observation> Read(IReadOnlyList<OutboxRow> rows)
    {
        if (rows.Count == 0)
        {
            return [];
        }

        var writer = new BatchWriter(station.Owner, station.Name, WireLimits.AcceptedBytes);
        writer.Begin(outbox.Epoch);
        for (var i = 0; i < rows.Count; i++)
        {
            if (!writer.TryAdd(i + 1, rows[i].Datastream, rows[i].Procedure, rows[i].Fragment.Span))
            {
                throw new InvalidDataException($"{RowsAtOnce} rows of {BytesAtOnce} bytes don't fit into a batch of {WireLimits.AcceptedBytes}");
            }
        }

        var message = new ArrayBufferWriter<byte>();
        writer.Complete(message);
        if (!BatchReader.TryRead(message.WrittenSpan, out var batch, out var fault))
        {
            throw new InvalidDataException($"the outbox has a row that can't be read: {fault}");
        }

        return batch.Datastreams.SelectMany(group => group.Rows.Select(row => new Observation(
            group.Datastream, group.Procedure, row.PhenomenonTime, row.ResultTime ?? now, row.Result, row.Quality, row.Raw, row.Revision, row.Inputs)));
    }

    private void Keep(List<Observation> remade)
    {
        foreach (var chunk in remade.Chunk(RowsAtOnce))
        {
            var entries = chunk.Select(observation =>
            {
                var fragment = new ArrayBufferWriter<byte>();
                BatchRow.Write(fragment, observation);
                return new OutboxEntry(observation.DatastreamId, observation.ProcedureId, fragment.WrittenMemory);
            }).ToArray();
            var kept = outbox.Append(entries);
            if (kept.Outcome != AppendOutcome.Kept)
            {
                throw new IOException(kept.Reason);
            }
        }
    }
}
