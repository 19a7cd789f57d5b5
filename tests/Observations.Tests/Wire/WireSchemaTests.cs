using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using MeetNet.Observations.Wire;
using MeetNet.TestKit;

namespace MeetNet.Observations.Tests.Wire;

/// <summary>The schemas in firmware-config/schemas accept what the readers accept, as far as a schema can say it.</summary>
public sealed class WireSchemaTests
{
    private static readonly Dictionary<string, JsonSchemaSubset> Schemas = new[] { "obs", "hello", "ack", "state", "announcement" }
        .ToDictionary(kind => kind, kind => new JsonSchemaSubset(RepositoryFile.Text($"firmware-config/schemas/wire-{kind}.schema.json")), StringComparer.Ordinal);

    /// <summary>What a schema can't say: each the beginning of the message of a fault. The list is in docs/wire.md too.</summary>
    private static readonly string[] BeyondSchema =
    [
        "expected {\"v\":1, as the first bytes",
        "expected the version of the wire, an integer",
        "expected ,\"crc\":",
        "expected last not before first",
        "expected sequences from",
        "expected each sequence",
        "expected lowest at most highest",
        "expected the components before the dataArray",
        "expected dataArray@iot.count",
        "expected at most 1000 observations",
        "expected an instant",
        "expected an integer from",
        "expected a finite number or null, found 1e999",
        "expected the id p-",
        "expected the factor",
        "expected the shift",
        "expected the density of fresh water",
        "expected at most 2 inputs",
        "expected spans that hold",
        "expected a test that holds",
        "expected a calibration that holds",
        "expected checks by time",
        "expected the drift",
        "expected a period of at most",
        "expected each sensor once",
        "expected each datastream once",
        "expected each procedure once",
        "expected datastreams of",
        "expected procedures of",
        "expected the sensor",
        "expected the procedure",
    ];

    /// <summary>The rules of rows, which the schema knows only for components in the order that gateways write.</summary>
    private static readonly string[] BeyondSchemaInAnotherOrder =
    [
        "expected a row of",
        "expected flag 9 exactly",
        "expected a QARTOD flag",
        "expected a sequence from",
        "expected a revision from",
        "expected names of tests",
        "expected a finite number or null",
        "expected null or 1 to 2 finite numbers",
    ];

    public static TheoryData<string> Valid => [.. WireGoldens.ValidNames()];

    public static TheoryData<string> Invalid => [.. WireGoldens.InvalidNames()];

    [Theory]
    [MemberData(nameof(Valid))]
    public void A_schema_accepts_the_valid_goldens(string name) => Assert.Null(Problem(name, WireGoldens.Bytes(name)));

    [Theory]
    [MemberData(nameof(Invalid))]
    public void A_schema_refuses_the_invalid_goldens_unless_it_can_not_say_why(string name)
    {
        var reason = Path.GetFileName(name).Split('.')[1];
        if (reason is WireReasons.NotJson or WireReasons.DuplicateMember)
        {
            return;
        }

        var bytes = WireGoldens.Bytes(name);
        Assert.False(WireGoldens.TryRead(name, bytes, out _, out var fault));
        if (Problem(name, bytes) is null)
        {
            Assert.True(IsBeyondSchema(bytes, fault), fault.ToString());
        }
    }

    [Fact]
    public void A_schema_and_its_reader_agree_on_changed_messages()
    {
        var goldens = WireGoldens.ValidNames().ToArray();
        var changes =
            from name in Gen.Elements(goldens)
            from edits in (from at in Gen.Choose(0, 1_000_000) from with in Gen.Choose(0, Values.Length + 2) select (at, with)).NonEmptyListOf()
            select (name, edits);
        var (accepted, refused) = (0, 0);
        Prop.ForAll(changes.ToArbitrary(), change =>
        {
            var message = JsonNode.Parse(WireGoldens.Bytes(change.name))!.AsObject();
            message.Remove("crc");
            foreach (var (at, with) in change.edits.Take(2))
            {
                Edit(message, at, with);
            }

            var bytes = Seal(message);
            var read = WireGoldens.TryRead(change.name, bytes, out _, out var fault);
            var problem = Problem(change.name, bytes);
            accepted += read ? 1 : 0;
            refused += problem is null ? 0 : 1;
            Assert.True(!read || problem is null, $"The reader accepts what the schema refuses, {problem}:\n{Encoding.UTF8.GetString(bytes)}");
            Assert.True(
                read || problem is not null || IsBeyondSchema(bytes, fault),
                $"The schema accepts what the reader refuses, {fault}:\n{Encoding.UTF8.GetString(bytes)}");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
        Assert.True(accepted > 20 && refused > 200, $"{accepted} accepted, {refused} refused");
    }

    private static readonly string[] Values =
    [
        "null", "true", "0", "1", "-1", "9", "2", "1.5", "1e300", "9007199254740992", "\"\"", "\"x\"", "\"vmm\"", "\"a b\"", "\"2026-11-21T10:00:00Z\"",
        "\"2026-11-21T10:00:00Z\\n\"", "\"2026-13-21T10:00:00Z\"", "\"2026-11-21T09:00:00Z/2026-11-21T10:00:00Z\"", "\"PT1H\"", "\"PT0S\"", "\"instant\"", "\"raw\"", "\"unit\"", "[]", "{}",
        "[1,2]", "[[1,2,\"evicted\"]]", "\"p-0123456789abcdef\"", "\"vmm/kalmthoutse-heide/nh3-1/nh3\"", "{\"nl\":\"a\",\"en\":\"b\"}", "\"gross_range\"", "300", "100000", "\"offline\"",
    ];

    private static void Edit(JsonObject message, int at, int with)
    {
        var places = new List<(JsonNode Parent, string? Member, int Index)>();
        Collect(message, places);
        if (places.Count == 0)
        {
            return;
        }

        var (parent, member, index) = places[at % places.Count];
        var remove = with == Values.Length;
        var extra = with == Values.Length + 1;
        var value = with < Values.Length ? JsonNode.Parse(Values[with]) : JsonValue.Create("extra");
        if (parent is JsonObject container)
        {
            if (remove)
            {
                container.Remove(member!);
            }
            else
            {
                container[extra ? "unknown" : member!] = value;
            }
        }
        else if (parent is JsonArray array)
        {
            if (remove)
            {
                array.RemoveAt(index);
            }
            else if (extra)
            {
                array.Add(array[index]?.DeepClone());
            }
            else
            {
                array[index] = value;
            }
        }
    }

    private static void Collect(JsonNode node, List<(JsonNode Parent, string? Member, int Index)> places)
    {
        if (node is JsonObject members)
        {
            foreach (var (name, child) in members)
            {
                places.Add((node, name, 0));
                if (child is not null)
                {
                    Collect(child, places);
                }
            }
        }
        else if (node is JsonArray items)
        {
            for (var i = 0; i < items.Count; i++)
            {
                places.Add((node, null, i));
                if (items[i] is { } child)
                {
                    Collect(child, places);
                }
            }
        }
    }

    private static byte[] Seal(JsonObject message)
    {
        // The reader asks for plain text in times and ids, so only what JSON demands is escaped.
        var text = message.ToJsonString(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        var body = Encoding.UTF8.GetBytes(text[..^1]);
        var crc = new byte[8];
        Utf8Formatter.TryFormat(Crc32C.Compute(body), crc, out _, new StandardFormat('x', 8));
        return [.. body, .. (body.Length > 1 ? ",\"crc\":\""u8 : "\"crc\":\""u8), .. crc, .. "\"}"u8];
    }

    private static bool IsBeyondSchema(byte[] message, WireFault fault) =>
        BeyondSchema.Any(text => fault.Message.StartsWith(text, StringComparison.Ordinal))
        || (!IsInWrittenOrder(message) && BeyondSchemaInAnotherOrder.Any(text => fault.Message.StartsWith(text, StringComparison.Ordinal)))
        || (fault.Reason == WireReasons.BadCrc && fault.Path == "$.crc");

    private static bool IsInWrittenOrder(byte[] message)
    {
        const string plain = """["sequence","phenomenonTime","resultTime","result","resultQuality","qualityTests","raw","revision"]""";
        const string withInputs = """["sequence","phenomenonTime","resultTime","result","resultQuality","qualityTests","raw","revision","inputs"]""";
        using var json = JsonDocument.Parse(message);
        return json.RootElement.TryGetProperty("datastreams", out var groups) && groups.EnumerateArray().All(
            group => group.TryGetProperty("components", out var components) && components.GetRawText() is plain or withInputs);
    }

    private static string? Problem(string name, byte[] message)
    {
        using var json = JsonDocument.Parse(message);
        return Schemas[Path.GetFileName(name).Split('.', '-')[0]].Problem(json.RootElement);
    }
}
