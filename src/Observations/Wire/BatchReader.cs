using System.Buffers;
using System.Text.Json;

namespace MeetNet.Observations.Wire;

/// <summary>
/// Reads batches of observations. Allocates per group, not per row: a row is a 64-byte value, its datastream and procedure
/// are said once, and the texts of quality tests are shared.
/// </summary>
public static class BatchReader
{
    private static readonly WireMembers Members = new(
        "v", "owner", "station", "epoch", "first", "last", "lost?", "datastreams", "crc");

    /// <summary>Reads a message; never throws.</summary>
    /// <param name="payload">The bytes of the message, as they came.</param>
    /// <param name="batch">The batch; null when this returns false.</param>
    /// <param name="fault">Why not; default when this returns true.</param>
    public static bool TryRead(ReadOnlySpan<byte> payload, out ObservationBatch batch, out WireFault fault) =>
        WireEnvelope.TryRead(payload, Read, out batch, out fault);

    private static bool Read(ref WireCursor cursor, out ObservationBatch batch)
    {
        var scratch = ArrayPool<ObservationRow>.Shared.Rent(WireLimits.BatchObservations);
        try
        {
            return Read(ref cursor, new BatchRowReader(scratch), out batch);
        }
        finally
        {
            ArrayPool<ObservationRow>.Shared.Return(scratch, clearArray: true);
        }
    }

    private static bool Read(ref WireCursor cursor, BatchRowReader rows, out ObservationBatch batch)
    {
        batch = null!;
        var (owner, station, epoch, first, last) = ("", "", default(Epoch), 0L, 0L);
        LostRange[] lost = [];
        IReadOnlyList<DatastreamRows> datastreams = [];
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(Members, ref seen)) >= 0;)
        {
            var valid = member switch
            {
                1 => cursor.Name(out owner),
                2 => cursor.Name(out station),
                3 => cursor.Epoch(out epoch),
                4 => cursor.Integer(1, WireLimits.HighestSequence, out first),
                5 => cursor.Integer(1, WireLimits.HighestSequence, out last),
                6 => ReadLost(ref cursor, out lost),
                7 => rows.ReadGroups(ref cursor, out datastreams),
                _ => cursor.Ignore(),
            };
            if (!valid)
            {
                return false;
            }
        }

        if (!cursor.Finished(Members, seen))
        {
            return false;
        }

        Span<long> sequences = stackalloc long[rows.Rows.Length];
        for (var i = 0; i < sequences.Length; i++)
        {
            sequences[i] = rows.Rows[i].Sequence;
        }

        if (!BatchCoverage.IsExact(first, last, sequences, lost, out var problem))
        {
            return cursor.Fail(WireReasons.BadSequence, problem);
        }

        batch = new ObservationBatch(owner, station, epoch, first, last, lost, datastreams);
        return true;
    }

    private static bool ReadLost(ref WireCursor cursor, out LostRange[] lost)
    {
        lost = [];
        if (!cursor.EnterArray())
        {
            return false;
        }

        var ranges = new List<LostRange>();
        while (cursor.Read() && cursor.Token != JsonTokenType.EndArray)
        {
            if (cursor.Token != JsonTokenType.StartArray)
            {
                return cursor.Expected("a range [first, last, reason]");
            }

            if (ranges.Count == WireLimits.BatchLostRanges)
            {
                return cursor.Fail(WireReasons.TooLarge, $"expected at most {WireLimits.BatchLostRanges} lost ranges");
            }

            if (!cursor.Integer(1, WireLimits.HighestSequence, out var first)
                || !cursor.Integer(first, WireLimits.HighestSequence, out var last)
                || !cursor.Name(out var reason))
            {
                return false;
            }

            if (!cursor.Read() || cursor.Token != JsonTokenType.EndArray)
            {
                return cursor.Expected("the end of a range [first, last, reason]");
            }

            ranges.Add(new LostRange(first, last, reason));
        }

        lost = [.. ranges];
        Array.Sort(lost, static (left, right) => left.First.CompareTo(right.First));
        return true;
    }
}
