using System.Globalization;
using System.Text;
using System.Text.Json;
using MeetNet.Devices.Payloads;
using MeetNet.TestKit;

namespace MeetNet.Devices.Tests.Drivers;

/// <summary>Bytes, topics and rules of Sparkplug B: all of <c>tests/vectors/protocols/sparkplug_b.json</c>.</summary>
public sealed class SparkplugVectorTests
{
    /// <summary>What these are about a gateway does not do; each with the reason.</summary>
    private static readonly Dictionary<string, string> NotOurs = new()
    {
        ["034"] = "an array of strings has no number",
        ["053"] = "bdSeq is counted by the edge node when it connects; we are not one",
        ["054"] = "bdSeq is counted by the edge node when it connects; we are not one",
        ["055"] = "the state of a host application; the gateway follows no primary host",
    };

    private static readonly JsonElement[] All = [.. JsonDocument.Parse(RepositoryFile.Text("tests/vectors/protocols/sparkplug_b.json")).RootElement.EnumerateArray()];

    public static TheoryData<string> Ids() => [.. All.Select(v => v.GetProperty("id").GetString()![^3..]).Where(id => !NotOurs.ContainsKey(id))];

    [Fact]
    public void All_are_here() => Assert.Equal(41, All.Length);

    [Theory]
    [MemberData(nameof(Ids))]
    public void Published_or_computed_example(string id)
    {
        var vector = All.Single(v => v.GetProperty("id").GetString() == "sparkplug_b-" + id);
        var expected = vector.GetProperty("expected");
        var text = vector.TryGetProperty("input_text", out var said) ? said.GetString()! : string.Empty;
        if (expected.TryGetProperty("metrics", out var metrics))
        {
            Payload(Convert.FromHexString(vector.GetProperty("input_hex").GetString()!), expected, metrics);
        }
        else if (expected.TryGetProperty("metric", out var metric))
        {
            Assert.True(SparkplugMetric.TryRead(Convert.FromHexString(vector.GetProperty("input_hex").GetString()!), out var found));
            Metric(metric, found);
        }
        else if (expected.TryGetProperty("values", out var values))
        {
            Array(expected.GetProperty("dataType").GetString()!, Convert.FromHexString(vector.GetProperty("input_hex").GetString()!), values);
        }
        else if (expected.TryGetProperty("next_seq", out var next))
        {
            Assert.Equal(next.GetInt32(), SparkplugEdge.Next(int.Parse(text.Split('=')[1], CultureInfo.InvariantCulture)));
        }
        else if (expected.TryGetProperty("error", out _))
        {
            Assert.Null(SparkplugTopic.Parse(text, out var problem));
            Assert.NotEqual(string.Empty, problem);
        }
        else if (expected.TryGetProperty("type", out var type))
        {
            Topic(text, type.GetString()!, expected);
        }
        else if (expected.TryGetProperty("resolved", out var resolved))
        {
            Conversation(text, expected, resolved);
        }
        else
        {
            LostMessage(text);
        }
    }

    private static void Payload(byte[] bytes, JsonElement expected, JsonElement metrics)
    {
        Assert.True(SparkplugPayload.TryRead(bytes, out var payload));
        Assert.Equal(expected.GetProperty("timestamp").GetUInt64(), payload.Time);
        var sequence = expected.GetProperty("seq");
        Assert.Equal(sequence.ValueKind == JsonValueKind.Null ? null : sequence.GetInt32(), payload.Sequence);
        foreach (var wanted in metrics.EnumerateArray())
        {
            Assert.True(payload.MoveNext(out var metric));
            Metric(wanted, metric);
        }

        Assert.False(payload.MoveNext(out _));
    }

    private static void Metric(JsonElement wanted, SparkplugMetric found)
    {
        Assert.Equal(wanted.GetProperty("name").GetString(), Encoding.UTF8.GetString(found.Name));
        Assert.Equal(wanted.TryGetProperty("alias", out var alias) ? alias.GetUInt64() : null, found.Alias);
        if (wanted.TryGetProperty("timestamp", out var time))
        {
            Assert.Equal(time.GetUInt64(), found.Time);
        }

        var value = wanted.GetProperty("value");
        var isNumber = found.TryNumber(found.Datatype, 0, out var number);
        switch (value.ValueKind)
        {
            case JsonValueKind.Null:
                Assert.True(found.IsNull);
                Assert.False(isNumber);
                break;
            case JsonValueKind.String:
                Assert.False(isNumber);
                var isBytes = wanted.GetProperty("dataType").GetString() == "Bytes";
                Assert.Equal(value.GetString(), isBytes ? Convert.ToHexString(found.Bytes) : Encoding.UTF8.GetString(found.Bytes));
                break;
            case JsonValueKind.True or JsonValueKind.False:
                Assert.True(isNumber);
                Assert.Equal(value.GetBoolean() ? 1 : 0, number);
                break;
            default:
                Assert.True(isNumber);
                Assert.Equal(value.GetDouble(), number, 1e-6 * Math.Max(1, Math.Abs(number)));
                break;
        }
    }

    private static void Array(string type, byte[] bytes, JsonElement values)
    {
        // Sparkplug 3.0.0 §6.4.16: Int8Array is 22, and so on.
        string[] types = ["Int8Array", "Int16Array", "Int32Array", "Int64Array", "UInt8Array", "UInt16Array", "UInt32Array", "UInt64Array", "FloatArray", "DoubleArray", "BooleanArray", "StringArray", "DateTimeArray"];
        var datatype = 22 + System.Array.IndexOf(types, type);
        var index = 0;
        foreach (var wanted in values.EnumerateArray())
        {
            Assert.True(SparkplugMetric.TryElement(datatype, bytes, index++, out var number));
            Assert.Equal(wanted.GetDouble(), number);
        }

        Assert.False(SparkplugMetric.TryElement(datatype, bytes, index, out _));
    }

    private static void Topic(string text, string type, JsonElement expected)
    {
        var topic = SparkplugTopic.Parse(text, out var problem);
        Assert.True(topic is not null, problem);
        Assert.Equal(type, topic.Type);
        if (expected.TryGetProperty("host", out var host))
        {
            Assert.Equal(host.GetString(), topic.Edge);
            return;
        }

        Assert.Equal(expected.GetProperty("group").GetString(), topic.Group);
        Assert.Equal(expected.GetProperty("edge").GetString(), topic.Edge);
        Assert.Equal(expected.GetProperty("device").GetString(), topic.Device);
    }

    /// <summary>Data before the birth can't be resolved; after it, an alias stands for its name. The vector has the messages in words.</summary>
    private static void Conversation(string text, JsonElement expected, JsonElement resolved)
    {
        var edge = new SparkplugEdge();
        var found = new List<double>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var words = line.Split(' ').Select(w => w.Split('=', 2)).Where(w => w.Length == 2).ToDictionary(w => w[0], w => w[1]);
            var isBirth = words["topic"].Contains("/DBIRTH/", StringComparison.Ordinal);
            if (isBirth && !edge.IsKnown)
            {
                edge.Born(0);
            }

            Assert.True(SparkplugMetric.TryRead(Encode(words), out var metric));
            if (isBirth)
            {
                edge.Learn("Exp501", metric);
            }

            var name = resolved[0].GetProperty("name").GetString()!;
            if (!isBirth && words.ContainsKey("value") && edge.Is("Exp501", name, metric, out var datatype) && metric.TryNumber(datatype, 0, out var number))
            {
                found.Add(number);
            }
        }

        Assert.Equal(resolved.EnumerateArray().Select(r => (float)r.GetProperty("value").GetDouble()), found.Select(n => (float)n));
        Assert.DoesNotContain(expected.GetProperty("unresolved_before_birth").EnumerateArray().First().GetDouble(), found);
    }

    private static byte[] Encode(Dictionary<string, string> words)
    {
        var bytes = new List<byte>();
        if (words.TryGetValue("name", out var name))
        {
            bytes.AddRange([0x0A, (byte)name.Length, .. Encoding.ASCII.GetBytes(name)]);
        }

        bytes.AddRange([0x10, byte.Parse(words["alias"], CultureInfo.InvariantCulture), 0x20, byte.Parse(words["type"], CultureInfo.InvariantCulture)]);
        if (words.TryGetValue("value", out var value))
        {
            bytes.AddRange([0x65, .. BitConverter.GetBytes(float.Parse(value, CultureInfo.InvariantCulture))]);
        }

        return [.. bytes];
    }

    /// <summary>NBIRTH 0, DDATA 1, 2 and then 4: a rebirth is asked for, once.</summary>
    private static void LostMessage(string text)
    {
        var now = new DateTimeOffset(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);
        var edge = new SparkplugEdge();
        var sequences = text.Split(", ").Select(m => int.Parse(m.Split(' ')[1], CultureInfo.InvariantCulture)).ToList();
        edge.Born(sequences[0]);
        foreach (var sequence in sequences.Skip(1).SkipLast(1))
        {
            edge.Heard(sequence);
            Assert.Null(edge.AskRebirth("g", "e", now));
        }

        edge.Heard(sequences[^1]);
        Assert.Equal("spBv1.0/g/NCMD/e", edge.AskRebirth("g", "e", now)!.Topic);
        Assert.Null(edge.AskRebirth("g", "e", now + TimeSpan.FromSeconds(59)));
        Assert.NotNull(edge.AskRebirth("g", "e", now + TimeSpan.FromSeconds(60)));
    }
}
