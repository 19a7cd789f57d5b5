using System.Globalization;
using System.Text;
using System.Text.Json;
using MeetNet.Devices.Payloads;
using MeetNet.TestKit;

namespace MeetNet.Devices.Tests.Drivers;

/// <summary>The examples of RFC 8428 and of other libraries' tests: all of <c>tests/vectors/protocols/senml.json</c>.</summary>
public sealed class SenmlVectorTests
{
    private static readonly JsonElement[] All = [.. JsonDocument.Parse(RepositoryFile.Text("tests/vectors/protocols/senml.json")).RootElement.EnumerateArray()];

    public static TheoryData<string> Ids() => [.. All.Select(v => v.GetProperty("id").GetString()!)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Published_example(string id)
    {
        var vector = All.Single(v => v.GetProperty("id").GetString() == id);
        var expected = vector.GetProperty("expected");
        var message = vector.TryGetProperty("input_hex", out var hex)
            ? Convert.FromHexString(hex.GetString()!)
            : Encoding.UTF8.GetBytes(vector.GetProperty("input_text").GetString()!);
        var (records, fault) = Resolve(message);
        if (expected.TryGetProperty("error", out _) || (expected.TryGetProperty("valid", out var valid) && !valid.GetBoolean()))
        {
            Assert.NotNull(fault);
            return;
        }

        Assert.Null(fault);
        if (expected.TryGetProperty("values", out var values))
        {
            Assert.Equal(values.EnumerateArray().Select(v => v.GetDouble()), records.Select(r => r.Value!.Value), new Near());
        }
        else if (expected.TryGetProperty("records", out var resolved))
        {
            Same([.. resolved.EnumerateArray()], records, "records");
        }
        else if (expected.TryGetProperty("pack", out var pack))
        {
            Same(ResolvedPack(pack), records, "pack");
        }
    }

    private static (List<(string Name, string Unit, double Time, double? Value)> Records, string? Fault) Resolve(byte[] message)
    {
        var records = new List<(string, string, double, double?)>();
        var pack = new SenmlPack(message, new byte[SenmlPack.NameRoom]);
        while (pack.MoveNext())
        {
            records.Add((Encoding.UTF8.GetString(pack.Name), Encoding.UTF8.GetString(pack.Unit), pack.Time, pack.Value));
        }

        return (records, pack.Fault);
    }

    private static void Same(List<JsonElement> expected, List<(string Name, string Unit, double Time, double? Value)> found, string what)
    {
        Assert.Equal(expected.Count, found.Count);
        foreach (var (wanted, record) in expected.Zip(found))
        {
            Assert.Equal(wanted.GetProperty("n").GetString(), record.Name);
            Assert.Equal(wanted.TryGetProperty("u", out var unit) ? unit.GetString() : string.Empty, record.Unit);
            Assert.Equal(Number(wanted), record.Value, new NearOrNone());
            if (wanted.TryGetProperty("t", out var time))
            {
                // "now" and "now+268435455": a time relative to now is kept as the difference.
                var relative = time.ValueKind == JsonValueKind.String;
                var seconds = relative
                    ? time.GetString() is { Length: > 4 } text ? double.Parse(text[4..], CultureInfo.InvariantCulture) : 0
                    : time.GetDouble();
                Assert.True(Math.Abs(seconds - record.Time) < 1e-6, $"{what}: {record.Name} at {record.Time}, expected {seconds}");
                Assert.Equal(relative || seconds < SenmlPack.AbsoluteFrom, record.Time < SenmlPack.AbsoluteFrom);
            }
        }
    }

    /// <summary>Base fields applied by hand to the few packs that are given as they were written.</summary>
    private static List<JsonElement> ResolvedPack(JsonElement pack)
    {
        var (name, unit, time) = (string.Empty, string.Empty, 0.0);
        var resolved = new List<JsonElement>();
        foreach (var record in pack.EnumerateArray())
        {
            name = record.TryGetProperty("bn", out var bn) ? bn.GetString()! : name;
            unit = record.TryGetProperty("bu", out var bu) ? bu.GetString()! : unit;
            time = record.TryGetProperty("bt", out var bt) ? bt.GetDouble() : time;
            var members = record.EnumerateObject().Where(m => m.Name is "v" or "vs" or "vb" or "vd").ToDictionary(m => m.Name, m => (object)m.Value);
            members["n"] = name + (record.TryGetProperty("n", out var n) ? n.GetString() : string.Empty);
            members["t"] = time + (record.TryGetProperty("t", out var t) ? t.GetDouble() : 0);
            if ((record.TryGetProperty("u", out var u) ? u.GetString() : unit) is { Length: > 0 } own)
            {
                members["u"] = own;
            }

            resolved.Add(JsonSerializer.SerializeToElement(members));
        }

        return resolved;
    }

    private static double? Number(JsonElement record) =>
        record.TryGetProperty("v", out var number) ? number.GetDouble() : record.TryGetProperty("vb", out var truth) ? (truth.GetBoolean() ? 1 : 0) : null;

    private sealed class Near : IEqualityComparer<double>
    {
        public bool Equals(double a, double b) => Math.Abs(a - b) <= 1e-9 * Math.Max(1, Math.Abs(a));

        public int GetHashCode(double value) => 0;
    }

    private sealed class NearOrNone : IEqualityComparer<double?>
    {
        public bool Equals(double? a, double? b) => a is null ? b is null : b is not null && Math.Abs(a.Value - b.Value) <= 1e-9 * Math.Max(1, Math.Abs(a.Value));

        public int GetHashCode(double? value) => 0;
    }
}
