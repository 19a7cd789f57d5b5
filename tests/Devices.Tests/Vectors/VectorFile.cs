using System.Globalization;
using System.Text;
using MeetNet.Devices.Framing;
using MeetNet.Yaml;

namespace MeetNet.Devices.Tests.Vectors;

/// <summary>One file of vectors; <c>tests/vectors/README.md</c> explains the keys.</summary>
internal sealed record VectorFile(DeviceAddress Address, IReadOnlyList<Vector> Vectors)
{
    public static VectorFile Read(string id)
    {
        var map = YamlReader.Load(Path.Combine(Repository.Vectors, id + ".yaml"), out var problems);
        var address = DeviceAddress.Read(map.Optional("address"));
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

internal sealed record Vector
{
    public required string Name { get; init; }

    public byte[]? Request { get; init; }

    public byte[]? Bytes { get; init; }

    public required int Frames { get; init; }

    public required IReadOnlyDictionary<FrameFault, int> Faults { get; init; }

    public required int Left { get; init; }

    public required DecodeStatus Status { get; init; }

    public string? Reason { get; init; }

    public required IReadOnlyDictionary<string, (double? Value, ReadingStatus Status)> Readings { get; init; }

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
            Request = Hex(map.Optional("request")) ?? Text(map.Optional("request-text")),
            Bytes = Hex(map.Optional("hex")) ?? Text(map.Optional("text")),
            Frames = map.Optional("frames")?.Integer(0, 100) ?? 1,
            Left = map.Optional("left")?.Integer(0, 1000) ?? 0,
            Faults = (map.Optional("faults")?.Map().Entries() ?? []).ToDictionary(
                e => Enum.Parse<FrameFault>(e.Name.Choice("noise", "bad-length", "bad-checksum", "overlong").Replace("-", "", StringComparison.Ordinal), ignoreCase: true),
                e => e.Value.Integer(1, 10_000)),
            Status = Enum.Parse<DecodeStatus>(Word(map.Optional("status")?.Choice("ok", "warming-up", "device-fault", "unexpected") ?? "ok"), ignoreCase: true),
            Reason = map.Optional("reason")?.String(),
            Readings = (map.Optional("readings")?.Map().Entries() ?? []).ToDictionary(e => e.Key, e => Reading(e.Value)),
            Counter = map.Optional("counter")?.Long(0),
            NetworkTime = map.Optional("networkTime")?.Instant(),
            DeviceTime = map.Optional("deviceTime")?.String(),
        };
        map.Done();
        return vector;
    }

    private static (double? Value, ReadingStatus Status) Reading(YamlValue value)
    {
        if (!value.IsMap)
        {
            return (value.Number(), ReadingStatus.Ok);
        }

        var map = value.Map();
        var number = map.Optional("value")?.Number();
        var status = map.Choice("status", "missing", "warming-up", "calibrating", "device-fault", "out-of-range");
        map.Done();
        return (number, Enum.Parse<ReadingStatus>(Word(status), ignoreCase: true));
    }

    private static string Word(string kebab) => kebab.Replace("-", "", StringComparison.Ordinal);

    private static byte[]? Hex(YamlValue? value)
    {
        // A run of digits is a number to YAML; the vectors may write it without quotes all the same.
        return value is null ? null : Convert.FromHexString(string.Concat(value.Raw().Where(c => c != ' ')));
    }

    private static byte[]? Text(YamlValue? value) => value is null ? null : Encoding.UTF8.GetBytes(value.String());
}
