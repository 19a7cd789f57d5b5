using System.Globalization;
using System.Text;
using MeetNet.Devices.Framing;
using MeetNet.Yaml;

namespace MeetNet.Devices.Tests.Vectors;

/// <summary>One file of vectors; <c>tests/vectors/README.md</c> explains the keys.</summary>
internal sealed record VectorFile(DeviceAddress Address, IReadOnlyList<Vector> Vectors)
{
    public static VectorFile Read(string id) => Load(Path.Combine(Repository.Vectors, id + ".yaml"));

    public static VectorFile Load(string path)
    {
        var map = YamlReader.Load(path, out var problems);
        var address = DeviceAddress.Read(map.Optional("address")) with { Framing = map.Optional("framing")?.String() };
        var sources = map.Map("sources").Entries().ToDictionary(e => e.Key, e => e.Value.String());
        var vectors = new List<Vector>();
        foreach (var item in map.List("vectors"))
        {
            vectors.Add(Vector.Read(item.Map(), [.. sources.Keys]));
        }

        map.Done();
        Assert.True(problems.Count == 0, string.Join('\n', problems));
        return new VectorFile(address, vectors);
    }
}

/// <param name="Value">Null: no number.</param>
/// <param name="Time">The reading's own stamp as <c>yyyy-MM-ddTHH:mm:ss</c>, with <c>Z</c> or an offset when the device wrote one.</param>
/// <param name="Unit">What the device said about the unit; null: nothing.</param>
internal sealed record ExpectedReading(string Field, double? Value, ReadingStatus Status, string? Time, SaidUnit? Unit = null);

internal sealed record Vector
{
    public required string Name { get; init; }

    public byte[]? Request { get; init; }

    public byte[]? Bytes { get; init; }

    /// <summary>What the last frame answers, and how it came.</summary>
    public required FrameContext Context { get; init; }

    /// <summary>What comes next in the poll; null for simply the next exchange.</summary>
    public Follow? Follow { get; init; }

    /// <summary>The topic of the message that is to be published; null for none.</summary>
    public string? Outgoing { get; init; }

    public required int Frames { get; init; }

    public required IReadOnlyDictionary<FrameFault, int> Faults { get; init; }

    public required int Left { get; init; }

    public required DecodeStatus Status { get; init; }

    public string? Reason { get; init; }

    public required IReadOnlyList<ExpectedReading> Readings { get; init; }

    public long? Counter { get; init; }

    public DateTimeOffset? NetworkTime { get; init; }

    public string? DeviceTime { get; init; }

    public static Vector Read(YamlMap map, string[] sources)
    {
        var name = map.String("name");
        map.Choice("source", sources);
        var vector = new Vector
        {
            Name = name,
            Context = ReadContext(map),
            Follow = ReadFollow(map.Optional("follow")?.Map()),
            Outgoing = map.Optional("outgoing")?.String(),
            Request = Hex(map.Optional("request")) ?? Text(map.Optional("request-text")),
            Bytes = Hex(map.Optional("hex")) ?? Text(map.Optional("text")),
            Frames = map.Optional("frames")?.Integer(0, 100) ?? 1,
            Left = map.Optional("left")?.Integer(0, 1000) ?? 0,
            Faults = (map.Optional("faults")?.Map().Entries() ?? []).ToDictionary(
                e => Enum.Parse<FrameFault>(e.Name.Choice("noise", "bad-length", "bad-checksum", "overlong").Replace("-", "", StringComparison.Ordinal), ignoreCase: true),
                e => e.Value.Integer(1, 10_000)),
            Status = Enum.Parse<DecodeStatus>(Word(map.Optional("status")?.Choice("ok", "warming-up", "device-fault", "unexpected") ?? "ok"), ignoreCase: true),
            Reason = map.Optional("reason")?.String(),
            Readings = ReadReadings(map.Optional("readings")),
            Counter = map.Optional("counter")?.Long(0),
            NetworkTime = map.Optional("networkTime")?.Instant(),
            DeviceTime = map.Optional("deviceTime")?.String(),
        };
        map.Done();
        return vector;
    }

    private static FrameContext ReadContext(YamlMap map) => new()
    {
        Exchange = map.Optional("exchange")?.Integer(FrameContext.Waiting, 100) ?? 0,
        State = map.Optional("state")?.Integer(int.MinValue, int.MaxValue) ?? 0,
        Request = (uint)(map.Optional("requestNumber")?.Integer(0, int.MaxValue) ?? 0),
        Topic = map.Optional("topic")?.String(),
        Retained = map.Optional("retained")?.Boolean() ?? false,
        ReceivedAt = map.Optional("receivedAt")?.Instant() ?? default,
    };

    private static Follow? ReadFollow(YamlMap? map)
    {
        if (map is null)
        {
            return null;
        }

        var follow = new Follow(
            map.Integer("exchange", 0, 100),
            map.Optional("after")?.Duration() ?? TimeSpan.Zero,
            map.Optional("frameEndsWait")?.Boolean() ?? false,
            map.Optional("freesLine")?.Boolean() ?? false,
            map.Optional("state")?.Integer(int.MinValue, int.MaxValue) ?? 0);
        map.Done();
        return follow;
    }

    /// <summary>A map of field to reading; or, for messages that bring a field several times, a list of them in their order.</summary>
    private static List<ExpectedReading> ReadReadings(YamlValue? value)
    {
        if (value is not { IsList: true })
        {
            return [.. (value?.Map().Entries() ?? []).Select(e =>
                e.Value.IsMap ? Reading(e.Key, e.Value.Map()) : new ExpectedReading(e.Key, e.Value.Number(), ReadingStatus.Ok, null))];
        }

        return [.. value.List().Select(item =>
        {
            var map = item.Map();
            return Reading(map.String("field"), map);
        })];
    }

    private static ExpectedReading Reading(string field, YamlMap map)
    {
        var number = map.Optional("value")?.Number();
        var status = map.Optional("status")?.Choice("missing", "warming-up", "calibrating", "device-fault", "out-of-range");
        var time = map.Optional("time")?.String();
        var unit = map.Optional("unit")?.String();
        var like = map.Optional("like")?.String();
        SaidUnit? said = (unit ?? like) is { } code ? new SaidUnit(code, like is not null) : null;
        map.Done();
        return new ExpectedReading(field, number, status is null ? ReadingStatus.Ok : Enum.Parse<ReadingStatus>(Word(status), ignoreCase: true), time, said);
    }

    private static string Word(string kebab) => kebab.Replace("-", "", StringComparison.Ordinal);

    private static byte[]? Hex(YamlValue? value)
    {
        // A run of digits is a number to YAML; the vectors may write it without quotes all the same.
        return value is null ? null : Convert.FromHexString(string.Concat(value.Raw().Where(c => c != ' ')));
    }

    private static byte[]? Text(YamlValue? value) => value is null ? null : Encoding.UTF8.GetBytes(value.String());
}
