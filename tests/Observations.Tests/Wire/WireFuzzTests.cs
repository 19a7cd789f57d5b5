using System.Buffers.Text;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using MeetNet.Observations.Wire;

namespace MeetNet.Observations.Tests.Wire;

/// <summary>Readers meet whatever a broker lets through: they answer, and never throw.</summary>
public sealed class WireFuzzTests
{
    private static readonly string[] Kinds = ["obs", "hello", "ack", "state", "announcement"];

    [Fact]
    public void Random_bytes_are_not_json() => Prop.ForAll<byte[]>(bytes =>
    {
        foreach (var kind in Kinds)
        {
            Assert.False(WireGoldens.TryRead(kind, bytes, out var message, out var fault));
            Assert.Null(message);
            Assert.Equal(WireReasons.NotJson, fault.Reason);
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_message_cut_anywhere_is_not_json()
    {
        foreach (var name in WireGoldens.ValidNames())
        {
            var whole = WireGoldens.Bytes(name);
            for (var length = 0; length < whole.Length; length++)
            {
                Assert.False(WireGoldens.TryRead(name, whole.AsSpan(0, length), out _, out var fault));
                Assert.Equal(WireReasons.NotJson, fault.Reason);
            }
        }
    }

    [Fact]
    public void Every_flipped_bit_is_noticed()
    {
        foreach (var name in new[] { "obs", "hello", "ack", "state-online" })
        {
            var whole = WireGoldens.Bytes(name);
            for (var bit = 0; bit < whole.Length * 8; bit++)
            {
                var flipped = (byte[])whole.Clone();
                flipped[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.False(WireGoldens.TryRead(name, flipped, out _, out _), $"{name} bit {bit}");
            }
        }
    }

    [Fact]
    public void A_mutated_message_with_a_right_checksum_is_read_or_refused()
    {
        var goldens = WireGoldens.ValidNames().ToArray();
        var mutations =
            from name in Gen.Elements(goldens)
            from edits in (from at in Gen.Choose(0, 1_000_000) from kind in Gen.Choose(0, Snippets.Length + 2) from with in Gen.Choose(0, 255) select (at, kind, with)).NonEmptyListOf()
            select (name, edits);
        var outcomes = new Dictionary<string, int>(StringComparer.Ordinal);
        Prop.ForAll(mutations.ToArbitrary(), mutation =>
        {
            var body = WireGoldens.Bytes(mutation.name)[..^18].ToList();
            foreach (var (at, kind, with) in mutation.edits.Take(3))
            {
                Mutate(body, at % Math.Max(1, body.Count), kind, (byte)with);
            }

            var read = WireGoldens.TryRead(mutation.name, Sealed([.. body]), out var message, out var fault);
            Assert.Equal(read, message is not null);
            Assert.Equal(read, fault.Reason is null);
            Assert.True(read || WireReasons.All.Contains(fault.Reason!));
            Assert.True(read || fault.Path.StartsWith('$'));
            var outcome = read ? "read" : fault.Reason!;
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(4000));

        // The mutations reach past the parser, into the rules behind it.
        Assert.All([WireReasons.NotJson, WireReasons.BadValue, "read"], reason => Assert.Contains(reason, outcomes.Keys));
    }

    [Theory]
    [InlineData("owner", "\"\\ud800\"")]
    [InlineData("owner", "\"\\udc00\\ud800\"")]
    [InlineData("\\ud800", "1")]
    [InlineData("x", "\"\\ud800\"")]
    [InlineData("x", "1e999")]
    [InlineData("x", "-1e999")]
    [InlineData("x", "123456789012345678901234567890")]
    [InlineData("x", "0.000000000000000000000000000000000000000000000001e-999999999")]
    public void Odd_values_of_known_and_unknown_members_do_not_throw(string member, string value)
    {
        foreach (var kind in Kinds)
        {
            var body = Encoding.UTF8.GetBytes($$"""{"v":1,"{{member}}":{{value}}""");
            Assert.False(WireGoldens.TryRead(kind, Sealed(body), out _, out var fault));
            Assert.Contains(fault.Reason, WireReasons.All);
        }
    }

    [Fact]
    public void Huge_and_deep_messages_are_refused_soon()
    {
        foreach (var kind in Kinds)
        {
            Assert.False(WireGoldens.TryRead(kind, new byte[WireLimits.AcceptedBytes + 1], out _, out var fault));
            Assert.Equal(WireReasons.TooLarge, fault.Reason);

            var deep = Sealed(Encoding.UTF8.GetBytes("{\"v\":1,\"x\":" + new string('[', 400_000) + new string(']', 400_000)));
            Assert.False(WireGoldens.TryRead(kind, deep, out _, out fault));
            Assert.Equal(WireReasons.NotJson, fault.Reason);

            var wide = Sealed(Encoding.UTF8.GetBytes("{\"v\":1" + string.Concat(Enumerable.Range(0, 60_000).Select(i => $",\"{i}\":{i}"))));
            Assert.False(WireGoldens.TryRead(kind, wide, out _, out fault));
            Assert.Equal(WireReasons.MissingMember, fault.Reason);

            var longText = Sealed(Encoding.UTF8.GetBytes("{\"v\":1,\"owner\":\"" + new string('a', 1_000_000) + "\",\"hub\":\"" + new string('a', 1000) + "\""));
            Assert.False(WireGoldens.TryRead(kind, longText, out _, out fault));
            Assert.InRange(fault.Message.Length, 1, 300);
        }
    }

    [Fact]
    public void A_batch_of_many_empty_promises_allocates_little()
    {
        // Each group says that it holds a thousand rows and holds one; the last one breaks the batch.
        const string group = """{"Datastream":{"@iot.id":"a/b/c/d"},"procedure":"p-0123456789abcdef","components":["sequence","phenomenonTime","result","resultQuality"],"dataArray@iot.count":1000,"dataArray":[[1,"2026-11-21T10:00:00Z",1,1]]}""";
        var body = """{"v":1,"owner":"a","station":"b","epoch":"0000000000000000","first":1,"last":1,"datastreams":[""" + string.Join(',', Enumerable.Repeat(group, 4000)) + "]";
        var payload = Sealed(Encoding.UTF8.GetBytes(body));
        BatchReader.TryRead(payload, out _, out var fault);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(BatchReader.TryRead(payload, out _, out fault));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2 * payload.Length);
        Assert.Equal(WireReasons.BadValue, fault.Reason);
    }

    private static readonly byte[][] Snippets =
    [
        .. new[]
        {
            "null", "true", "[]", "{}", "\"\"", "1e999", "-0", "9007199254740992", "\"\\u0000\"", ",\"v\":1", "[[[[", "1201", ":", ",", "\"", "\\", "\"p-0123456789abcdef\"", "\u00b5", "12.5", "2026-11-21T10:00:00Z",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    private static void Mutate(List<byte> body, int at, int kind, byte with)
    {
        if (body.Count == 0)
        {
            return;
        }

        switch (kind)
        {
            case 0:
                body[at] = with;
                break;
            case 1:
                body.RemoveRange(at, Math.Min(1 + (with % 40), body.Count - at));
                break;
            case 2:
                body.InsertRange(at, body.GetRange(at, Math.Min(with, body.Count - at)));
                break;
            default:
                // Put a snippet in the place of the token here, so that the JSON often stays whole.
                var end = body.FindIndex(at, b => b is (byte)',' or (byte)']' or (byte)'}');
                var start = body.FindLastIndex(at, b => b is (byte)',' or (byte)'[' or (byte)':') + 1;
                if (end > start)
                {
                    body.RemoveRange(start, end - start);
                }

                body.InsertRange(Math.Min(start, body.Count), Snippets[(kind - 3) % Snippets.Length]);
                break;
        }
    }

    private static byte[] Sealed(byte[] body)
    {
        var crc = new byte[8];
        Utf8Formatter.TryFormat(Crc32C.Compute(body), crc, out _, new System.Buffers.StandardFormat('x', 8));
        return [.. body, .. ",\"crc\":\""u8, .. crc, .. "\"}"u8];
    }
}
