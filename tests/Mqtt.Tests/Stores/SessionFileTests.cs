using MeetNet.Mqtt.Protocol;
using MeetNet.Mqtt.Stores;
using MeetNet.TestKit;

namespace MeetNet.Mqtt.Tests.Stores;

public sealed class SessionFileTests
{
    private static readonly MqttSessionChange[] Changes =
    [
        new MqttSessionChange.Begun(),
        Sent(1, 11, MqttQualityOfService.AtLeastOnce, "a", "one"),
        Sent(2, 12, MqttQualityOfService.ExactlyOnce, "b/ü", "two", retain: true),
        Sent(3, 13, MqttQualityOfService.ExactlyOnce, "c", "three"),
        Sent(4, 14, MqttQualityOfService.ExactlyOnce, "d", ""),
        new MqttSessionChange.Released(4),
        new MqttSessionChange.Released(3),
        new MqttSessionChange.Received(21),
        new MqttSessionChange.Received(22),
        new MqttSessionChange.Done(1),
        new MqttSessionChange.Forgotten(21),
    ];

    [Fact]
    public void What_is_written_is_read()
    {
        Assert.Null(SessionFile.Read(Bytes(Changes), "me", out var state, out var torn, out _));
        Assert.Equal(0, torn);
        Assert.Equal("exists; 2:12 b/ü two QoS 2 retain [UserProperty=v]; releases 4:14 3:13; received 22", Describe(state));
    }

    [Fact]
    public void After_a_new_session_publishes_have_no_identifier_until_they_are_sent_again()
    {
        MqttSessionChange[] lost = [.. Changes, new MqttSessionChange.Begun()];
        Assert.Null(SessionFile.Read(Bytes(lost), "me", out var state, out _, out _));
        Assert.Equal("exists; 2:0 b/ü two QoS 2 retain [UserProperty=v]; releases; received", Describe(state));
        Assert.Null(SessionFile.Read(Bytes([.. lost, Sent(2, 7, MqttQualityOfService.ExactlyOnce, "b", "two")]), "me", out state, out _, out _));
        Assert.Equal("exists; 2:7 b two QoS 2 [UserProperty=v]; releases; received", Describe(state));
    }

    [Fact]
    public void The_shortest_changes_come_to_the_same_and_so_do_changes_that_come_twice()
    {
        for (var length = 0; length <= Changes.Length; length++)
        {
            var (once, twice, again) = (new StoredState(), new StoredState(), new StoredState());
            Apply(once, Changes[..length]);
            Apply(twice, Changes[..length]);
            Apply(twice, Changes[(length / 2)..length]);
            Assert.Equal(Describe(once), Describe(twice));
            Assert.Null(SessionFile.Read(Bytes([.. once.Shortest()]), "me", out again, out _, out _));
            Assert.Equal(Describe(once), Describe(again));
        }
    }

    [Fact]
    public void A_file_that_ends_anywhere_is_read_up_to_its_last_whole_record()
    {
        var bytes = Bytes(Changes);
        var ends = Enumerable.Range(0, Changes.Length + 1).Select(n => Bytes(Changes[..n]).Length).ToList();
        for (var length = ends[0]; length < bytes.Length; length++)
        {
            Assert.Null(SessionFile.Read(bytes.AsSpan(0, length), "me", out var state, out var torn, out _));
            var whole = ends.FindLastIndex(end => end <= length);
            Assert.Equal(length - ends[whole], torn);
            var expected = new StoredState();
            Apply(expected, Changes[..whole]);
            Assert.Equal(Describe(expected), Describe(state));
            byte[] zeros = [.. bytes[..length], .. new byte[100]]; // A length that reached the disk before the bytes did.
            Assert.Null(SessionFile.Read(zeros, "me", out state, out torn, out _));
            Assert.Equal((Describe(expected), length + 100 - ends[whole]), (Describe(state), torn));
        }
    }

    [Fact]
    public void A_byte_that_changed_anywhere_is_found()
    {
        var bytes = Bytes(Changes);
        var last = Bytes(Changes[..^1]).Length;
        for (var at = 0; at < bytes.Length; at++)
        {
            var damaged = bytes.ToArray();
            damaged[at] ^= 0x10;
            var problem = SessionFile.Read(damaged, "me", out _, out var torn, out var offset);
            Assert.True(at < last ? problem is not null && offset <= at : problem is null && torn == bytes.Length - last, $"byte {at}: {problem}");
        }
    }

    [Fact]
    public void The_session_of_another_client_is_not_taken() =>
        Assert.Contains("'me'", SessionFile.Read(Bytes(Changes), "you", out _, out _, out _), StringComparison.Ordinal);

    [Fact]
    public async Task The_store_keeps_what_it_is_given_and_drops_a_torn_end_with_a_count()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "session");
        using (var store = new MqttFileSessionStore(path))
        {
            Assert.False((await store.LoadAsync("me", CancellationToken.None)).Exists);
            await store.SaveAsync(Changes);
            Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(path) == (UnixFileMode.UserRead | UnixFileMode.UserWrite), "it holds messages");
        }

        using (var torn = File.Open(path, FileMode.Append))
        {
            torn.Write([0, 0, 0, 9, 1]);
        }

        using var again = new MqttFileSessionStore(path) { FlushesToDisk = false };
        var session = await again.LoadAsync("me", CancellationToken.None);
        Assert.Equal(5, again.TornBytes);
        Assert.Equal(["two"], session.Publishes.Select(p => System.Text.Encoding.UTF8.GetString(p.Payload.Span)));
        Assert.Equal([4L, 3L], session.Releases.Select(r => r.Serial));
    }

    [Fact]
    public async Task Damage_and_another_user_are_errors_that_name_the_file()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "session");
        using var store = new MqttFileSessionStore(path);
        await store.LoadAsync("me", CancellationToken.None);
        await store.SaveAsync(Changes);
        using var second = new MqttFileSessionStore(path);
        var e = await Assert.ThrowsAsync<MqttSessionStoreException>(async () => await second.LoadAsync("me", CancellationToken.None));
        Assert.Contains(path, e.Message, StringComparison.Ordinal);
        store.Dispose();

        var bytes = File.ReadAllBytes(path);
        bytes[60] ^= 1;
        File.WriteAllBytes(path, bytes);
        e = await Assert.ThrowsAsync<MqttSessionStoreException>(async () => await second.LoadAsync("me", CancellationToken.None));
        Assert.Matches($"{path}.*damaged.*offset [0-9]+", e.Message);
        Assert.Equal(bytes, File.ReadAllBytes(path)); // Nothing was done to it.

        using var nowhere = new MqttFileSessionStore(Path.Combine(path, "session"));
        await Assert.ThrowsAsync<MqttSessionStoreException>(async () => await nowhere.LoadAsync("me", CancellationToken.None));
    }

    [Fact]
    public async Task The_file_stays_small_whatever_passes_through_it()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "session");
        using var store = new MqttFileSessionStore(path) { FlushesToDisk = false };
        await store.LoadAsync("me", CancellationToken.None);
        await store.SaveAsync(Changes);
        var payload = new string('x', 10_000);
        for (var i = 0; i < 1_000; i++)
        {
            await store.SaveAsync([Sent(100 + i, 30, MqttQualityOfService.AtLeastOnce, "t", payload)]);
            await store.SaveAsync([new MqttSessionChange.Done(100 + i)]);
            Assert.InRange(store.Length, 0, 1_100_000);
        }

        Assert.Equal(store.Length, new FileInfo(path).Length);
        store.Dispose();
        using var again = new MqttFileSessionStore(path);
        var session = await again.LoadAsync("me", CancellationToken.None);
        Assert.Equal((1, 2, 1), (session.Publishes.Count, session.Releases.Count, session.Received.Count));
    }

    private static MqttSessionChange.Sent Sent(long serial, ushort id, MqttQualityOfService qos, string topic, string payload, bool retain = false) =>
        new(new MqttStoredPublish(serial, id, topic, System.Text.Encoding.UTF8.GetBytes(payload), qos, retain, new(MqttProperty.User("n", "v"))));

    private static byte[] Bytes(MqttSessionChange[] changes)
    {
        using var output = new PacketBuffer();
        SessionFile.Begin(output, "me");
        foreach (var change in changes)
        {
            SessionFile.Append(output, change);
        }

        return output.Written.ToArray();
    }

    private static void Apply(StoredState state, MqttSessionChange[] changes)
    {
        foreach (var change in changes)
        {
            state.Apply(change);
        }
    }

    private static string Describe(StoredState state)
    {
        var session = state.Session;
        return (session.Exists ? "exists" : "new")
            + string.Concat(session.Publishes.Select(p =>
                $"; {p.Serial}:{p.PacketId} {p.Topic} {System.Text.Encoding.UTF8.GetString(p.Payload.Span)} QoS {(int)p.QualityOfService}{(p.Retain ? " retain" : "")} [{string.Join(",", p.Properties.Select(x => $"{x.Id}={x.Text}"))}]"))
            + "; releases" + string.Concat(session.Releases.Select(r => $" {r.Serial}:{r.PacketId}"))
            + "; received" + string.Concat(session.Received.Select(id => $" {id}"));
    }
}
