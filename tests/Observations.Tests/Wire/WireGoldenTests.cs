using System.Buffers;
using System.Text;
using MeetNet.Observations.Calibration;
using MeetNet.Observations.Catalogue;
using MeetNet.Observations.Procedures;
using MeetNet.Observations.Quality;
using MeetNet.Observations.Reference;
using MeetNet.Observations.Time;
using MeetNet.Observations.Wire;

namespace MeetNet.Observations.Tests.Wire;

public sealed class WireGoldenTests
{
    private const string Nh3 = "vmm/kalmthoutse-heide/nh3-1/nh3";
    private const string Level = "vmm/kalmthoutse-heide/surface-1/water_level";
    private const string Nh3Procedure = "p-54d17619e1ac84b9";
    private const string LevelProcedure = "p-99f7b61669898ca5";
    private static readonly Epoch Outbox = new(0x9f1c2a3b4d5e6f70);
    private static readonly DateTimeOffset Ten = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);
    private static readonly PhenomenonTime Hour = PhenomenonTime.Interval(Ten.AddHours(-1), Ten);

    public static TheoryData<string> Valid => [.. WireGoldens.ValidNames()];

    public static TheoryData<string> Invalid => [.. WireGoldens.InvalidNames()];

    [Theory]
    [MemberData(nameof(Valid))]
    public void A_valid_golden_is_read(string name)
    {
        var read = WireGoldens.TryRead(name, WireGoldens.Bytes(name), out var message, out var fault);
        Assert.True(read, $"{name}: {fault}");
        Assert.NotNull(message);
        Assert.Equal(default, fault);
    }

    [Theory]
    [MemberData(nameof(Invalid))]
    public void An_invalid_golden_is_refused_for_the_reason_in_its_name(string name)
    {
        var read = WireGoldens.TryRead(name, WireGoldens.Bytes(name), out var message, out var fault);
        Assert.False(read, name);
        Assert.Null(message);
        Assert.Equal(Path.GetFileName(name).Split('.')[1], fault.Reason);
        Assert.StartsWith("$", fault.Path, StringComparison.Ordinal);
        Assert.Contains(fault.Reason, WireReasons.All);
        Assert.False(string.IsNullOrWhiteSpace(fault.Message));
    }

    [Fact]
    public void Every_reason_but_that_of_the_topic_has_a_golden() => Assert.Equal(
        WireReasons.All.Where(r => r != WireReasons.ContradictsTopic).Order(StringComparer.Ordinal),
        WireGoldens.InvalidNames().Select(n => Path.GetFileName(n).Split('.')[1]).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void A_batch_is_written_byte_for_byte()
    {
        var writer = new BatchWriter("vmm", "kalmthoutse-heide");
        writer.Begin(Outbox);
        Assert.True(writer.TryAdd(1201, Nh3, Nh3Procedure, Row(new(Nh3, Nh3Procedure, Hour, Ten.AddSeconds(1), 12.31, ResultQuality.Good, 17.4, 0))));
        Assert.True(writer.TryAdd(1202, Nh3, Nh3Procedure, Row(new(
            Nh3, Nh3Procedure, PhenomenonTime.Instant(Ten), Ten.AddMilliseconds(1250), null, ResultQuality.Missing(QualityTests.DeviceWarmingUp), null, 0))));
        Assert.True(writer.TryAddLost(1203, 1203, LostReasons.Corrupt));
        Assert.True(writer.TryAdd(1204, Level, LevelProcedure, Row(new(
            Level, LevelProcedure, Hour, Ten.AddSeconds(250), 14.97, ResultQuality.Suspect("gross_range,stamp:ambiguous"), 17.3, 2))));
        AssertGolden("obs", writer);

        writer.Begin(Outbox);
        Assert.True(writer.TryAddLost(1, 900_000, LostReasons.Evicted));
        AssertGolden("obs-lost-only", writer);
    }

    [Fact]
    public void A_batch_is_read_value_for_value()
    {
        Assert.True(BatchReader.TryRead(WireGoldens.Bytes("obs"), out var batch, out _));
        Assert.Equal(("vmm", "kalmthoutse-heide", Outbox, 1201, 1204, 3), (batch.Owner, batch.Station, batch.Epoch, batch.First, batch.Last, batch.Count));
        Assert.Equal([new LostRange(1203, 1203, "corrupt")], batch.Lost);
        Assert.Equal([(Nh3, Nh3Procedure), (Level, LevelProcedure)], batch.Datastreams.Select(d => (d.Datastream, d.Procedure)));
        Assert.Equal(
            [
                new ObservationRow(1201, Hour, Ten.AddSeconds(1), 12.31, ResultQuality.Good, 17.4, 0),
                new ObservationRow(1202, PhenomenonTime.Instant(Ten), Ten.AddMilliseconds(1250), null, ResultQuality.Missing("device:warming_up"), null, 0),
                new ObservationRow(1204, Hour, Ten.AddSeconds(250), 14.97, ResultQuality.Suspect("gross_range,stamp:ambiguous"), 17.3, 2),
            ],
            batch.Datastreams.SelectMany(d => d.Rows));
    }

    [Fact]
    public void Members_and_components_may_come_in_any_order_with_others_between()
    {
        Assert.True(BatchReader.TryRead(WireGoldens.Bytes("obs-minimal"), out var batch, out _));
        var row = Assert.Single(Assert.Single(batch.Datastreams).Rows);
        Assert.Equal(new ObservationRow(7, PhenomenonTime.Instant(Ten.AddMilliseconds(500)), null, -0.001, ResultQuality.NotEvaluated, null, 0), row);
        Assert.Null(row.ResultTime);
        Assert.Null(row.Raw);
    }

    [Fact]
    public void The_small_messages_are_written_and_read_byte_for_byte()
    {
        AssertGolden("hello", new Hello("vmm", "kalmthoutse-heide", Outbox, 1201, 1300), (m, b) => m.Write(b));
        AssertGolden("hello-empty", new Hello("vmm", "kalmthoutse-heide", Outbox, 1, 0), (m, b) => m.Write(b));
        AssertGolden("ack", new Acknowledgement("demo", Outbox, 1202), (m, b) => m.Write(b));
        AssertGolden("state-online", new StationState("vmm", "kalmthoutse-heide", true, Ten), (m, b) => m.Write(b));
        AssertGolden("state-offline", new StationState("vmm", "kalmthoutse-heide", false, Ten), (m, b) => m.Write(b));
        Assert.Equal(WireGoldens.Bytes("ack"), new Acknowledgement("demo", Outbox, 1202).ToUtf8());
        Assert.Equal(WireGoldens.Bytes("hello"), new Hello("vmm", "kalmthoutse-heide", Outbox, 1201, 1300).ToUtf8());
        Assert.Equal(WireGoldens.Bytes("state-online"), new StationState("vmm", "kalmthoutse-heide", true, Ten).ToUtf8());
    }

    [Fact]
    public void An_announcement_made_from_station_facts_is_written_byte_for_byte()
    {
        var announcement = Kalmthout();
        Assert.Equal(Encoding.UTF8.GetString(WireGoldens.Bytes("announcement")), Encoding.UTF8.GetString(announcement.ToUtf8()));
        Assert.Equal([Nh3Procedure, LevelProcedure], announcement.Procedures.Select(p => p.Id));
    }

    [Fact]
    public void Every_announcement_is_written_as_it_was_read()
    {
        foreach (var name in WireGoldens.ValidNames().Where(n => n.StartsWith("announcement", StringComparison.Ordinal)))
        {
            Assert.True(Announcement.TryRead(WireGoldens.Bytes(name), out var announcement, out var fault), fault.ToString());
            Assert.Equal(WireGoldens.Bytes(name), announcement.ToUtf8());
        }
    }

    [Fact]
    public void What_was_announced_computes_what_the_gateway_computed()
    {
        Assert.True(Announcement.TryRead(WireGoldens.Bytes("announcement"), out var read, out _));
        foreach (var (here, there) in Kalmthout().Procedures.Zip(read.Procedures))
        {
            foreach (var raw in new[] { 17.4, 0, -3.25, 1e-300, 250, 1e300, 0.1 + 0.2 })
            {
                Assert.Equal(here.Apply(raw, Hour), there.Apply(raw, Hour));
                Assert.Equal(here.Apply(raw, Hour).Value, there.Explain(raw, Hour).Result);
            }
        }
    }

    [Fact]
    public void A_step_of_a_newer_gateway_is_kept_and_not_computed()
    {
        Assert.True(Announcement.TryRead(WireGoldens.Bytes("announcement-future-step"), out var read, out _));
        var procedure = Assert.Single(read.Procedures);
        Assert.False(procedure.IsComputable);
        Assert.Throws<NotSupportedException>(() => procedure.Apply(1, Hour));
        var explanation = procedure.Explain(1, Hour);
        Assert.Equal((false, null, 1), (explanation.IsComplete, explanation.Result, explanation.Steps.Count));
    }

    private static Announcement Kalmthout()
    {
        var (nh3, level) = (Id(Nh3), Id(Level));
        var from = new DateTimeOffset(2026, 1, 15, 0, 0, 0, TimeSpan.Zero);
        ProcedureVersions[] procedures =
        [
            Build(new ProcedureRequest
            {
                Datastream = nh3, RawUnit = "[ppb]", Field = "concentration", Profile = "thermo/17i", ProfileVersion = "2", ValidFrom = from,
                Gas = "nh3", GasReference = GasReference.Eu20C1013,
                Calibrations = [new LinearCalibration(1.02, -0.3, "[ppb]", from, from.AddYears(1), "certificate 2026-014")],
                GrossRange = new GrossRange(new ValueSpan(-5, 500), new ValueSpan(0, 200)),
            }),
            Build(new ProcedureRequest
            {
                Datastream = level, RawUnit = "m", Field = "level", Profile = "vega/vegapuls-air-23", ProfileVersion = "1",
                ValidFrom = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), Datum = "TAW", Transformation = "taw-const-2.33",
                Stamp = new StampConvention(StampPosition.End, StampZone.EuropeBrussels, TimeSpan.FromHours(1)),
            }),
        ];
        return new Announcement(
            "vmm", "kalmthoutse-heide", Ten,
            new Thing(
                new LocalizedText("Kalmthoutse Heide", "Kalmthoutse Heide"), new LocalizedText("Meetstation op de heide, \"proef\"", "Station on the heath"),
                true, new Location(51.39, 4.44, Location.Etrs89), new SurfaceLevel(15.27, "m", "NAP", new NativeLevel(17.6, "TAW"), "taw-const-2.33")),
            [
                new Sensor("nh3-1", "Thermo", "17i", "1173960012", "thermo/17i", "2"),
                new Sensor("surface-1", "VEGA", "VEGAPULS Air 23", "57110042", "vega/vegapuls-air-23", "1"),
            ],
            [
                Stream(nh3, TimeSpan.FromSeconds(10), procedures[0]),
                Stream(level, null, procedures[1]),
            ],
            [.. procedures.SelectMany(p => p.All)]);
    }

    private static Datastream Stream(DatastreamId id, TimeSpan? interval, ProcedureVersions procedures)
    {
        var property = ObservedProperties.Get(id.Property);
        return new Datastream(id, property.Label, property.Medium, property.UnitOfMeasurement, interval, procedures.All[^1].Id);
    }

    private static ProcedureVersions Build(ProcedureRequest request)
    {
        Assert.True(ProcedureBuilder.TryBuild(request, out var versions, out var problems), string.Join("; ", problems));
        return versions;
    }

    private static DatastreamId Id(string text) => DatastreamId.TryParse(text, out var id) ? id : throw new ArgumentException(text);

    private static byte[] Row(Observation observation)
    {
        var buffer = new ArrayBufferWriter<byte>();
        BatchRow.Write(buffer, observation);
        return buffer.WrittenSpan.ToArray();
    }

    private static void AssertGolden(string name, BatchWriter writer)
    {
        var buffer = new ArrayBufferWriter<byte>();
        writer.Complete(buffer);
        Assert.Equal(Encoding.UTF8.GetString(WireGoldens.Bytes(name)), Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private static void AssertGolden<T>(string name, T message, Action<T, IBufferWriter<byte>> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        write(message, buffer);
        Assert.Equal(Encoding.UTF8.GetString(WireGoldens.Bytes(name)), Encoding.UTF8.GetString(buffer.WrittenSpan));
        Assert.True(WireGoldens.TryRead(name, buffer.WrittenSpan, out var read, out _));
        Assert.Equal(message, (T)read!);
    }
}
