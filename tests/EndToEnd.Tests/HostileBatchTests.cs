using System.Globalization;
using System.Text;
using MeetNet.EndToEnd.Tests.Rig;
using MeetNet.Mqtt;
using MeetNet.Observations;
using MeetNet.TestKit;

namespace MeetNet.EndToEnd.Tests;

/// <summary>
/// A station that sends rubbish, on purpose or not, through a broker with the product's own access rules. Whatever comes: refused with a
/// reason, kept, and everybody else goes on.
/// </summary>
public sealed class HostileBatchTests
{
    private const string Epoch = "00112233445566aa";

    [Fact]
    public async Task Rubbish_is_refused_with_its_reason_and_the_rest_goes_on()
    {
        await using var rig = await MeetNetRig.StartAsync();
        await rig.StartIngestAsync();
        await using var station = await ClientAsync(rig, "vmm/evil", null);
        var good = Batch("vmm", "evil", 1, 3);
        (string Reason, byte[] Payload)[] rubbish =
        [
            ("not-json", "garbage"u8.ToArray()),
            ("not-json", []),
            ("not-json", Encoding.UTF8.GetBytes(new string('[', 100_000))),
            ("bad-crc", Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(good).Replace("4.5", "5.4", StringComparison.Ordinal))),
            ("unknown-version", Sealed(Text("vmm", "evil", 1, 1).Replace("\"v\":1", "\"v\":2", StringComparison.Ordinal))),
            ("contradicts-topic", Batch("noord-brabant", "brabantse-wal", 1, 1)),
            ("contradicts-topic", Sealed(Text("vmm", "evil", 10, 10).Replace("vmm/evil/a/nh3", "vmm/other/a/nh3", StringComparison.Ordinal))),
            ("bad-sequence", Sealed(Text("vmm", "evil", 20, 21).Replace("\"last\":21", "\"last\":25", StringComparison.Ordinal))),
            ("bad-value", Sealed(Text("vmm", "evil", 30, 30).Replace(",4.5,1,", ",1e999,1,", StringComparison.Ordinal))),
            ("bad-value", Sealed(Text("vmm", "evil", 40, 40).Replace("2026-01-20T10:00:00Z", "yesterday", StringComparison.Ordinal))),
            ("duplicate-member", Sealed(Text("vmm", "evil", 50, 50).Replace("\"first\":50", "\"first\":50,\"first\":50", StringComparison.Ordinal))),
            ("too-large", Batch("vmm", "evil", 100, 1_200)),
        ];
        foreach (var (_, payload) in rubbish)
        {
            await station.PublishAsync("meetnet/1/vmm/evil/up/obs", payload);
        }

        await station.PublishAsync("meetnet/1/vmm/evil/up/obs", good);
        await station.PublishAsync("meetnet/1/vmm/evil/up/obs", good);
        await Eventually.TrueAsync(
            () => rig.BooksNow() is { } now && now.GetProperty("intake").GetProperty("batchesReceived").GetInt64() == rubbish.Length + 2,
            $"every batch to be dealt with\n{rig.Story()}");

        var books = rig.BooksNow()!.Value;
        foreach (var group in rubbish.GroupBy(r => r.Reason))
        {
            Assert.True(books.GetProperty("rejects").TryGetProperty(group.Key, out var count) && count.GetInt64() == group.Count(), $"{group.Key}: {books.GetProperty("rejects")}");
        }

        Assert.Equal(1, books.GetProperty("intake").GetProperty("batchesDuplicate").GetInt64());
        Assert.Equal(3, books.GetProperty("log").GetProperty("observations").GetInt64());
        Books.AssertBalanced(rig, gapsAllowed: true);
        await rig.Ingest.StopAsync();
        rig.NoErrorLogged();
    }

    [Fact]
    public async Task The_brokers_rules_let_a_station_write_under_its_own_name_only()
    {
        using var folder = new TemporaryFolder();
        var passwords = folder.File("passwords");
        await File.WriteAllTextAsync(passwords, "");
        foreach (var user in new[] { "vmm/evil", "noord-brabant/brabantse-wal", "ingest" })
        {
            await Command.RunAsync("mosquitto_passwd", "-b", passwords, user, "secret");
        }

        var acl = Path.Combine(Programs.FirmwareConfig, "broker", "acl");
        await using var rig = await MeetNetRig.StartAsync(
            $"allow_anonymous false\npassword_file {passwords}\nacl_file {acl}\n", brokerKeys: ", user: ingest, passwordFile: broker-password");
        PasswordFile.Write(rig.IngestData, "secret");
        await rig.StartIngestAsync();
        await using var evil = await ClientAsync(rig, "vmm/evil", "secret");
        await using var own = await ClientAsync(rig, "noord-brabant/brabantse-wal", "secret");

        var foreign = await evil.PublishAsync("meetnet/1/noord-brabant/brabantse-wal/up/obs", Batch("noord-brabant", "brabantse-wal", 1, 1));
        Assert.Equal(MqttReasonCode.NotAuthorized, foreign.ReasonCode);
        var allowed = await own.PublishAsync("meetnet/1/noord-brabant/brabantse-wal/up/obs", Batch("noord-brabant", "brabantse-wal", 1, 2));
        Assert.True(allowed.Accepted, allowed.ToString());
        await Eventually.TrueAsync(
            () => rig.BooksNow() is { } books && books.GetProperty("log").GetProperty("observations").GetInt64() == 2, $"the owner's own batch\n{rig.Story()}");
        Assert.Equal(1, rig.BooksNow()!.Value.GetProperty("intake").GetProperty("batchesReceived").GetInt64());
        await rig.Ingest.StopAsync();
        rig.NoErrorLogged();
    }

    private static async Task<MqttClient> ClientAsync(MeetNetRig rig, string user, string? password)
    {
        var client = new MqttClient(
            new MqttClientOptions
            {
                Host = "127.0.0.1",
                Port = rig.Broker.Port,
                ClientId = user + "/test",
                UserName = password is null ? null : user,
                Password = Encoding.UTF8.GetBytes(password ?? ""),
            },
            TimeProvider.System);
        await client.StartAsync();
        await client.WaitConnectedAsync().WaitAsync(TimeSpan.FromSeconds(20));
        return client;
    }

    private static byte[] Batch(string owner, string station, int first, int last) => Sealed(Text(owner, station, first, last));

    private static string Text(string owner, string station, int first, int last)
    {
        var rows = string.Join(',', Enumerable.Range(first, last - first + 1)
            .Select(i => string.Create(CultureInfo.InvariantCulture, $"[{i},\"2026-01-20T10:00:00Z\",\"2026-01-20T10:00:01Z\",4.5,1,null,4.5,0]")));
        return string.Create(CultureInfo.InvariantCulture, $$"""
            {"v":1,"owner":"{{owner}}","station":"{{station}}","epoch":"{{Epoch}}","first":{{first}},"last":{{last}},"datastreams":[{"Datastream":{"@iot.id":"{{owner}}/{{station}}/a/nh3"},"procedure":"p-0123456789abcdef","components":["sequence","phenomenonTime","resultTime","result","resultQuality","qualityTests","raw","revision"],"dataArray@iot.count":{{last - first + 1}},"dataArray":[{{rows}}]}]
            """);
    }

    private static byte[] Sealed(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var crc = Crc32C.Compute(bytes);
        return [.. bytes, .. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $",\"crc\":\"{crc:x8}\"}}"))];
    }
}
