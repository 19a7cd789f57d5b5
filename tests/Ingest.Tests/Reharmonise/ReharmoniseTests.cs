using System.Globalization;
using System.Text.Json;
using MeetNet.Ingest.Facts;
using MeetNet.Ingest.Intake;
using MeetNet.Ingest.Tests.Facts;
using MeetNet.Ingest.Tests.Import;
using MeetNet.Ingest.Tests.Query;
using MeetNet.Mqtt;
using MeetNet.Observations;
using MeetNet.Observations.Wire;
using MeetNet.Sqlite;
using MeetNet.TestKit;

namespace MeetNet.Ingest.Tests.Reharmonise;

/// <summary>A calibration that was entered late: by the command line, on a data folder that a gateway's messages were logged to.</summary>
public sealed class ReharmoniseTests : IDisposable
{
    private const string Nh3 = "vmm/kalmthoutse-heide/nh3-1/nh3";
    private const double MicrogramsPerPpb = 17.031 * 101_300 / (8.314462618 * 293.15) / 1000;

    private static readonly DateTimeOffset Ten = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);
    private static readonly string[] Command = ["reharmonise", "--station", "vmm/kalmthoutse-heide"];

    private readonly ImportOnTrial _trial = new();
    private readonly MemoryFactLog _sent = new();
    private readonly BorderStation _heath;
    private long _logged;

    public ReharmoniseTests() => _heath = BorderStation.Heath(_sent);

    public void Dispose() => _trial.Dispose();

    [Fact]
    public async Task What_was_measured_since_is_a_second_revision_and_the_first_stays()
    {
        SendFour();
        _heath.Calibrate("nh3-1", "nh3", 1.1, Ten.AddMinutes(2));
        _heath.Announce(Ten.AddHours(1));
        Log();

        Assert.Equal(0, await _trial.RunAsync([.. Command, "--dry-run"]));
        Assert.Contains($"{Nh3} (nothing written): 2 made again, 2 the same", _trial.Output, StringComparison.Ordinal);
        Assert.Equal(0, await _trial.RunAsync(Command));
        Assert.Contains($"{Nh3}: 2 made again, 2 the same", _trial.Output, StringComparison.Ordinal);

        // And nothing is left to do.
        Assert.Equal(0, await _trial.RunAsync(Command));
        Assert.Contains($"{Nh3}: 0 made again, 4 the same", _trial.Output, StringComparison.Ordinal);

        await using var hub = await HubOnTrial.StartAsync(new ManualTimeProvider(Ten.AddHours(2)));
        await _trial.ShowAsync(hub);
        var rows = await RowsAsync(hub, "&revisions=all");
        Assert.Equal(
            [(0, 0, 10.0), (1, 0, 11), (2, 0, 12), (2, 1, 12), (3, 0, 13), (3, 1, 13)],
            rows.Select(row => (Minute(row), row.GetProperty("revision").GetInt32(), row.GetProperty("raw").GetDouble())));
        foreach (var row in rows)
        {
            // 1.02 × raw − 0.3 ppb before, 1.1 × raw ppb after.
            var ppb = row.GetProperty("revision").GetInt32() == 0 ? (1.02 * row.GetProperty("raw").GetDouble()) - 0.3 : 1.1 * row.GetProperty("raw").GetDouble();
            Assert.Equal(ppb * MicrogramsPerPpb, row.GetProperty("result").GetDouble(), 1e-9);
        }

        Assert.Equal([0, 0, 1, 1], (await RowsAsync(hub, "")).Select(row => row.GetProperty("revision").GetInt32()));

        // Both are explained, each by its own procedure.
        var (first, second) = (await ExplainAsync(hub, "&revision=0"), await ExplainAsync(hub, ""));
        Assert.Equal((true, true), (first.GetProperty("agrees").GetBoolean(), second.GetProperty("agrees").GetBoolean()));
        Assert.Equal((0, 1), (first.GetProperty("observation").GetProperty("revision").GetInt32(), second.GetProperty("observation").GetProperty("revision").GetInt32()));
        Assert.Contains("1.02 × 13", first.GetRawText(), StringComparison.Ordinal);
        Assert.Contains("certificate 2026-18", second.GetRawText(), StringComparison.Ordinal);
        var none = await hub.Http.GetAsync(new Uri($"/api/explain?datastream={Nh3}&revision=2", UriKind.Relative));
        Assert.Equal(System.Net.HttpStatusCode.NotFound, none.StatusCode);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, (await hub.Http.GetAsync(new Uri($"/api/explain?datastream={Nh3}&revision=-1", UriKind.Relative))).StatusCode);
    }

    [Fact]
    public async Task Only_the_range_that_was_asked_for_is_made_again()
    {
        SendFour();
        _heath.Calibrate("nh3-1", "nh3", 1.1, BorderStation.InService.AddDays(1));
        _heath.Announce(Ten.AddHours(1));
        Log();
        Assert.Equal(0, await _trial.RunAsync([.. Command, "--datastream", Nh3, "--from", "2026-11-21T10:01:00Z", "--to", "2026-11-21T10:03:00Z"]));
        Assert.Equal($"{Nh3}: 2 made again, 0 the same{Environment.NewLine}", _trial.Output);
    }

    [Fact]
    public async Task Only_what_the_gateway_announces_counts()
    {
        // Nothing announced anew: the procedures in force are those by which it was made.
        SendFour();
        Log();
        Assert.Equal(0, await _trial.RunAsync(Command));
        Assert.Contains($"{Nh3}: 0 made again, 4 the same", _trial.Output, StringComparison.Ordinal);

        Assert.Equal(1, await _trial.RunAsync("reharmonise", "--station", "vmm/elsewhere"));
        Assert.Equal($"vmm/elsewhere: it has announced nothing to this hub{Environment.NewLine}", _trial.Error);
        Assert.Equal(1, await _trial.RunAsync([.. Command, "--datastream", "vmm/kalmthoutse-heide/nh3-2/nh3"]));
        Assert.Contains("it announces no datastream 'vmm/kalmthoutse-heide/nh3-2/nh3'; it does: ", _trial.Error, StringComparison.Ordinal);

        Assert.Equal(0, await _trial.ImportAsync("luchtmeetnet", _trial.Write("no2.csv", "station_number,value,timestamp_measured,formula\nNL10131,20,2026-07-01T10:00:00+00:00,NO2\n")));
        Assert.Equal(1, await _trial.RunAsync("reharmonise", "--station", "rivm/imported"));
        Assert.Contains("an imported series, which is imported again instead", _trial.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--station is 'vmm'; allowed: owner/station such as vmm/kalmthoutse-heide", "--station", "vmm")]
    [InlineData("--datastream is 'vmm/other/a/nh3'; allowed: an id of the station such as vmm/heide/nh3-1/nh3", "--station", "vmm/heide", "--datastream", "vmm/other/a/nh3")]
    [InlineData("--from is 'yesterday'; allowed: an instant in UTC such as 2026-11-21T10:00:00Z", "--station", "vmm/heide", "--from", "yesterday")]
    [InlineData("--from is 2026-11-21T10:00:00Z, which is not before --to, 2026-11-21T10:00:00Z", "--station", "vmm/heide", "--from", "2026-11-21T10:00:00Z", "--to", "2026-11-21T10:00:00Z")]
    public async Task A_wrong_request_says_what_is_wrong(string message, params string[] options)
    {
        Assert.Equal(2, await _trial.RunAsync(["reharmonise", .. options]));
        Assert.Equal(message + Environment.NewLine, _trial.Error);
    }

    /// <summary>10, 11, 12 and 13 ppb at ten o'clock and the three minutes after.</summary>
    private void SendFour()
    {
        _heath.Announce(Ten);
        _heath.Send(Ten.AddMinutes(4), [.. Enumerable.Range(0, 4).Select(minute => _heath.Observe("nh3-1", "nh3", 10 + minute, Ten.AddMinutes(minute)))]);
    }

    /// <summary>What was sent goes the way of live messages into the log of the data folder.</summary>
    private void Log()
    {
        using var log = FactTransaction.Open(_trial.LogPath, SqliteSynchronous.Full, new RejectLimits());
        var facts = _sent.ReadAfter(_logged, 1_000);
        log.Commit([.. facts.Select(fact => BatchGate.Judge(
            new MqttMessage
            {
                Topic = fact.Kind == FactKind.Announcement ? WireTopics.Announcement(fact.Owner, fact.Station) : WireTopics.Obs(fact.Owner, fact.Station), Payload = fact.Payload,
            },
            fact.Received))]);
        _logged = facts[^1].Position;
    }

    private static async Task<List<JsonElement>> RowsAsync(HubOnTrial hub, string more)
    {
        using var answer = JsonDocument.Parse(await hub.Http.GetStringAsync(new Uri($"/api/observations?datastream={Nh3}&from=2026-11-21T09:00:00Z{more}", UriKind.Relative)));
        return [.. answer.RootElement.GetProperty("datastreams")[0].GetProperty("observations").EnumerateArray().Select(row => row.Clone())];
    }

    private static async Task<JsonElement> ExplainAsync(HubOnTrial hub, string more)
    {
        using var answer = JsonDocument.Parse(await hub.Http.GetStringAsync(new Uri($"/api/explain?datastream={Nh3}{more}", UriKind.Relative)));
        return answer.RootElement.Clone();
    }

    private static int Minute(JsonElement row) =>
        DateTimeOffset.Parse(row.GetProperty("phenomenonTimeBegin").GetString()!, CultureInfo.InvariantCulture).Minute;
}
