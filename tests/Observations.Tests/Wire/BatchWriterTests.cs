using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using MeetNet.Observations.Wire;

namespace MeetNet.Observations.Tests.Wire;

public sealed class BatchWriterTests
{
    private const string Procedure = "p-0123456789abcdef";
    private static readonly DateTimeOffset Ten = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Any_observations_come_back_as_they_were()
    {
        var observations =
            from sensor in Gen.Choose(1, 4)
            from ticks in Gen.Choose(0, int.MaxValue)
            from length in Gen.Choose(0, 3)
            from result in ArbMap.Default.GeneratorFor<NormalFloat>()
            from raw in ArbMap.Default.GeneratorFor<NormalFloat?>()
            from flag in Gen.Elements(QartodFlag.Good, QartodFlag.NotEvaluated, QartodFlag.Suspect, QartodFlag.Fail, QartodFlag.Missing)
            from tests in Gen.Elements(null, "gross_range", "device:fault,clock:unsynchronised")
            from revision in Gen.Choose(0, int.MaxValue)
            let begin = Ten.AddTicks(ticks * 12_345L)
            from inputs in Gen.Elements(default, new ProcedureInputs(1013.25), new ProcedureInputs(null, 990.1), new ProcedureInputs(-3.5, 1e-300))
            select new Observation(
                $"vmm/heide/x-{sensor}/nh3", Procedure,
                length == 0 ? PhenomenonTime.Instant(begin) : PhenomenonTime.Interval(begin, begin.AddTicks(length * 7L)),
                begin.AddSeconds(1), flag == QartodFlag.Missing ? null : result.Get, new ResultQuality(flag, tests), raw?.Get, revision, inputs);

        var runs = observations.NonEmptyListOf().ToArbitrary();
        Prop.ForAll(runs, list =>
        {
            var writer = new BatchWriter("vmm", "heide");
            writer.Begin(new Epoch(7));
            var expected = new List<(string, ObservationRow)>();
            foreach (var observation in list)
            {
                var sequence = 100L + expected.Count;
                Assert.True(writer.TryAdd(sequence, observation.DatastreamId, observation.ProcedureId, Row(observation)));
                expected.Add((observation.DatastreamId, new ObservationRow(
                    sequence, observation.PhenomenonTime, observation.ResultTime, observation.Result, observation.Quality, observation.Raw, observation.Revision, observation.Inputs)));
            }

            Assert.True(BatchReader.TryRead(Complete(writer), out var batch, out var fault), fault.ToString());
            Assert.Equal(expected, batch.Datastreams.SelectMany(d => d.Rows.Select(r => (d.Datastream, r))).OrderBy(r => r.r.Sequence));
            Assert.Equal(list.Select(o => o.DatastreamId).Distinct(), batch.Datastreams.Select(d => d.Datastream).Distinct());
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_full_batch_says_so_and_is_within_its_limits()
    {
        var writer = new BatchWriter("vmm", "heide", 8 * 1024);
        var row = Row(Sample(new string('a', 200)));
        var next = 1L;
        for (var batches = 0; batches < 3; batches++)
        {
            writer.Begin(new Epoch(ulong.MaxValue));
            var first = next;
            while (writer.TryAdd(next, $"vmm/heide/x-{next % 5}/nh3", Procedure, row))
            {
                next++;
            }

            var message = Complete(writer);
            Assert.InRange(message.Length, 6 * 1024, 8 * 1024);
            Assert.True(BatchReader.TryRead(message, out var batch, out var fault), fault.ToString());
            Assert.Equal((first, next - 1), (batch.First, batch.Last));
        }
    }

    [Fact]
    public void A_thousand_rows_are_a_full_batch_and_fit()
    {
        var writer = new BatchWriter("vmm", "heide");
        writer.Begin(default);
        var row = Row(Sample(null));
        for (var sequence = 1L; sequence <= 1000; sequence++)
        {
            Assert.True(writer.TryAdd(sequence, "vmm/heide/nh3-1/nh3", Procedure, row));
        }

        Assert.False(writer.TryAdd(1001, "vmm/heide/nh3-1/nh3", Procedure, row));
        Assert.True(BatchReader.TryRead(Complete(writer), out var batch, out _));
        Assert.Equal(1000, batch.Count);
    }

    [Fact]
    public void The_worst_case_of_numbers_stays_within_the_bytes()
    {
        var writer = new BatchWriter(new string('o', 40), new string('s', 40), 4096);
        writer.Begin(new Epoch(ulong.MaxValue));
        var sequence = WireLimits.HighestSequence - 100;
        Assert.True(writer.TryAddLost(1, sequence - 1, new string('r', 40)));
        while (sequence <= WireLimits.HighestSequence && writer.TryAddLost(sequence, sequence, new string('r', 40)))
        {
            sequence++;
        }

        Assert.InRange(Complete(writer).Length, 3500, 4096);
    }

    [Fact]
    public void A_gap_is_not_sent_in_silence()
    {
        var writer = new BatchWriter("vmm", "heide");
        writer.Begin(default);
        var row = Row(Sample(null));
        Assert.True(writer.TryAdd(5, "vmm/heide/nh3-1/nh3", Procedure, row));
        Assert.Throws<ArgumentException>(() => writer.TryAdd(5, "vmm/heide/nh3-1/nh3", Procedure, row));
        Assert.Contains("lost", Assert.Throws<ArgumentException>(() => writer.TryAdd(7, "vmm/heide/nh3-1/nh3", Procedure, row)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => writer.TryAddLost(7, 8, LostReasons.Evicted));
        Assert.Throws<ArgumentException>(() => writer.TryAddLost(6, 5, LostReasons.Evicted));
        Assert.Throws<ArgumentException>(() => writer.TryAddLost(6, 6, "Not a reason"));
        Assert.True(writer.TryAddLost(6, 6, LostReasons.NotHeld));
        Assert.True(writer.TryAdd(7, "vmm/heide/nh3-1/nh3", Procedure, row));
        Assert.Equal((5, 7, 2), (writer.First, writer.Last, writer.Count));
    }

    [Fact]
    public void An_empty_batch_and_an_impossible_row_are_bugs()
    {
        var writer = new BatchWriter("vmm", "heide", 4096);
        writer.Begin(default);
        Assert.Throws<InvalidOperationException>(() => writer.Complete(new ArrayBufferWriter<byte>()));
        Assert.Throws<ArgumentException>(() => writer.TryAdd(0, "vmm/heide/nh3-1/nh3", Procedure, []));
        Assert.Throws<ArgumentException>(() => writer.TryAdd(1, "vmm/heide/nh3-1/nh3", Procedure, new byte[5000]));
        Assert.Throws<ArgumentException>(() => new BatchWriter("VMM", "heide"));
    }

    [Fact]
    public void A_row_that_breaks_a_rule_is_not_written()
    {
        Observation[] bad =
        [
            Sample(null) with { Result = double.NaN },
            Sample(null) with { Raw = double.PositiveInfinity },
            Sample(null) with { Inputs = new ProcedureInputs(double.NaN) },
            Sample(null) with { Inputs = new ProcedureInputs(1, double.NegativeInfinity) },
            Sample(null) with { Result = null },
            Sample(null) with { Quality = ResultQuality.Missing("x") },
            Sample(null) with { Quality = new ResultQuality((QartodFlag)5) },
            Sample(null) with { Quality = ResultQuality.Suspect("A") },
            Sample(null) with { Quality = ResultQuality.Suspect("") },
            Sample(null) with { Quality = ResultQuality.Suspect(new string('a', 201)) },
            Sample(null) with { Revision = -1 },
            Sample(null) with { ResultTime = Ten.ToOffset(TimeSpan.FromHours(1)) },
        ];
        foreach (var observation in bad)
        {
            Assert.NotNull(BatchRow.Check(observation));
            Assert.Throws<ArgumentException>(() => Row(observation));
        }

        Assert.Null(BatchRow.Check(Sample(null)));
    }

    [Fact]
    public void Rows_and_batches_are_written_without_allocating()
    {
        var writer = new BatchWriter("vmm", "heide");
        var (row, message) = (new ArrayBufferWriter<byte>(1024), new ArrayBufferWriter<byte>(512 * 1024));
        var observation = Sample("gross_range");
        Write();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Write();
        var perRow = (GC.GetAllocatedBytesForCurrentThread() - before) / 1000.0;
        Assert.True(perRow < 1, $"{perRow} bytes a row");

        void Write()
        {
            message.ResetWrittenCount();
            writer.Begin(default);
            for (var sequence = 1L; sequence <= 1000; sequence++)
            {
                row.ResetWrittenCount();
                BatchRow.Write(row, observation);
                Assert.True(writer.TryAdd(sequence, "vmm/heide/nh3-1/nh3", Procedure, row.WrittenSpan));
            }

            writer.Complete(message);
        }
    }

    private static Observation Sample(string? tests) => new(
        "vmm/heide/nh3-1/nh3", Procedure, PhenomenonTime.Instant(Ten), Ten.AddSeconds(1), 12.31,
        new ResultQuality(tests is null ? QartodFlag.Good : QartodFlag.Suspect, tests), 17.4, 0);

    private static byte[] Row(Observation observation)
    {
        var buffer = new ArrayBufferWriter<byte>();
        BatchRow.Write(buffer, observation);
        return buffer.WrittenSpan.ToArray();
    }

    private static byte[] Complete(BatchWriter writer)
    {
        var buffer = new ArrayBufferWriter<byte>();
        writer.Complete(buffer);
        return buffer.WrittenSpan.ToArray();
    }
}
