using System.Runtime.InteropServices;
using MeetNet.Observations;
using MeetNet.Observations.Wire;
using MeetNet.Sqlite;

namespace MeetNet.Ingest.Facts;

/// <summary>
/// The one connection that writes <c>facts.db</c>, and the statements on facts. Belongs to the writer's loop. After a failed
/// transaction it is thrown away and opened again, so that nothing in memory can disagree with the disk.
/// </summary>
internal sealed class FactFile : IDisposable
{
    /// <summary>Pages of write-ahead log before it is copied into the file: 16 MiB, so that a busy log is not copied at every commit.</summary>
    private const int CheckpointPages = 4_096;

    private readonly SqliteStatement _insert;
    private readonly SqliteStatement _overlapping;

    private FactFile(SqliteFile connection)
    {
        Connection = connection;
        connection.Execute($"PRAGMA wal_autocheckpoint={CheckpointPages}");
        using (var last = connection.Prepare("SELECT position, observations_through FROM facts ORDER BY position DESC LIMIT 1"))
        {
            if (last.Step())
            {
                Head = last.Int64(0);
                Observations = last.Int64(1);
            }
        }
        _insert = connection.Prepare("""
            INSERT INTO facts(kind, outbox, first, last, accepted, observations_through, received, crc, payload, position)
            VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            """);
        _overlapping = connection.Prepare("""
            SELECT first, last, accepted, payload FROM facts WHERE outbox = ?1 AND last >= ?2 ORDER BY last LIMIT 4096
            """);
    }

    public SqliteFile Connection { get; }

    /// <summary>Position of the newest fact, the ones of the open transaction included.</summary>
    public long Head { get; private set; }

    /// <summary>Observations up to <see cref="Head"/>.</summary>
    public long Observations { get; private set; }

    /// <exception cref="SqliteFault">The file can't be opened, is damaged, or is not ours.</exception>
    public static FactFile Open(string path, SqliteSynchronous synchronous)
    {
        var connection = SqliteFile.OpenWriter(path, FactSchema.Options(path, synchronous));
        try
        {
            return new FactFile(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Appends a fact within the open transaction.</summary>
    /// <param name="content">What the payload says, when it was read already; saves the projections from reading it again.</param>
    public Fact Append(NewFact content)
    {
        var position = Head + 1;
        var through = Observations + content.Observations;
        var payload = content.Payload.Span;
        _insert.Bind(1, (long)content.Kind).Bind(2, content.OutboxId).Bind(3, content.First).Bind(4, content.Last);
        if (content.Accepted is null)
        {
            _insert.BindNull(5);
        }
        else
        {
            _insert.Bind(5, AcceptedBytes.Write(content.Accepted));
        }
        _insert.Bind(6, through).Bind(7, content.Received.Ticks).Bind(8, (long)Crc32C.Compute(payload)).Bind(9, payload).Bind(10, position);
        _insert.Run();
        Head = position;
        Observations = through;
        return new Fact
        {
            Position = position,
            Kind = content.Kind,
            Owner = content.Owner,
            Station = content.Station,
            Epoch = content.Epoch,
            First = content.First,
            Last = content.Last,
            Accepted = content.Accepted,
            Received = content.Received,
            Payload = content.Payload,
            ObservationsThrough = through,
            ReadAlready = content.Batch,
        };
    }

    /// <summary>
    /// The logged batches of an outbox that may hold sequences from <paramref name="sequence"/> on, by their last sequence. The reader stops when it has seen enough.
    /// </summary>
    public IEnumerable<LoggedBatch> LoggedFrom(long outboxId, long sequence)
    {
        _overlapping.Bind(1, outboxId).Bind(2, sequence);
        try
        {
            while (_overlapping.Step())
            {
                yield return new LoggedBatch(
                    _overlapping.Int64(0),
                    _overlapping.Int64(1),
                    _overlapping.IsNull(2) ? null : AcceptedBytes.Read(_overlapping.Bytes(2)),
                    _overlapping.Bytes(3).ToArray());
            }
        }
        finally
        {
            _overlapping.Reset();
        }
    }

    public void Dispose() => Connection.Dispose();
}

/// <summary>A fact to be appended.</summary>
internal readonly record struct NewFact(
    FactKind Kind,
    long OutboxId,
    string Owner,
    string Station,
    string Epoch,
    long First,
    long Last,
    IReadOnlyList<SequenceRange>? Accepted,
    long Observations,
    DateTimeOffset Received,
    ReadOnlyMemory<byte> Payload,
    ObservationBatch? Batch);

/// <summary>A batch as it stands in the log.</summary>
internal sealed record LoggedBatch(long First, long Last, IReadOnlyList<SequenceRange>? Accepted, byte[] Payload);

/// <summary>Ranges of sequences as pairs of little-endian 64-bit numbers.</summary>
internal static class AcceptedBytes
{
    public static ReadOnlySpan<byte> Write(IReadOnlyList<SequenceRange> ranges)
    {
        var numbers = new long[ranges.Count * 2];
        for (var at = 0; at < ranges.Count; at++)
        {
            numbers[at * 2] = ToLittleEndian(ranges[at].First);
            numbers[(at * 2) + 1] = ToLittleEndian(ranges[at].Last);
        }
        return MemoryMarshal.AsBytes<long>(numbers);
    }

    public static IReadOnlyList<SequenceRange> Read(ReadOnlySpan<byte> bytes)
    {
        var numbers = MemoryMarshal.Cast<byte, long>(bytes);
        var ranges = new SequenceRange[numbers.Length / 2];
        for (var at = 0; at < ranges.Length; at++)
        {
            ranges[at] = new SequenceRange(ToLittleEndian(numbers[at * 2]), ToLittleEndian(numbers[(at * 2) + 1]));
        }
        return ranges;
    }

    private static long ToLittleEndian(long number) =>
        BitConverter.IsLittleEndian ? number : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(number);
}
