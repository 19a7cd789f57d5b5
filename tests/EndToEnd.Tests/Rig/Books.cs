using System.Text.Json;
using MeetNet.TestKit;

namespace MeetNet.EndToEnd.Tests.Rig;

/// <summary>The books of both programs, summed up here again from their counters: every equation has to hold once all is quiet.</summary>
internal static class Books
{
    /// <summary>Waits until the system is quiet, then asserts the equations of docs/design.md, "The books". For gateways that have not been restarted.</summary>
    public static async Task BalanceAsync(MeetNetRig rig)
    {
        foreach (var gateway in rig.Gateways.Where(g => g.Process.IsRunning))
        {
            string? unbalanced = null;
            await Eventually.TrueAsync(
                () => gateway.BooksNow() is { } books && (unbalanced = Unbalanced(books)) is null,
                $"the books of {gateway.Process.Name} to balance");
            Assert.Null(unbalanced);
        }

        string? why = null;
        await Eventually.TrueAsync(() => rig.BooksNow() is { } books && (why = UnbalancedHub(books)) is null, $"the books of ingest to balance: {why}");
        AssertBalanced(rig);
    }

    /// <summary>The equations that hold at any time and after any crash.</summary>
    public static void AssertBalanced(MeetNetRig rig, bool gapsAllowed = false)
    {
        var books = rig.BooksNow() ?? throw new InvalidOperationException("ingest does not answer");
        Assert.Null(UnbalancedHub(books, gapsAllowed));
        foreach (var gateway in rig.Gateways)
        {
            if (gateway.BooksNow() is { } own)
            {
                Assert.True(OutboxBalances(own.GetProperty("outbox")), own.GetProperty("outbox").ToString());
            }
        }
    }

    private static string? Unbalanced(JsonElement books)
    {
        var readings = 0L;
        foreach (var line in books.GetProperty("lines").EnumerateArray())
        {
            var faulty = line.GetProperty("faults").EnumerateObject().Sum(f => Number(f.Value, "bytes"));
            if (Number(line, "bytesRead") != Number(line, "bytesInFrames") + Number(line, "bytesUnasked") + Number(line, "bytesEchoed") + faulty)
            {
                return $"bytes: {line}";
            }

            if (Number(line, "frames") != Number(line, "decoded") + Number(line, "notReady") + Number(line, "unexpected"))
            {
                return $"frames: {line}";
            }

            readings += Number(line, "readings");
        }

        var harmonisation = books.GetProperty("harmonisation");
        var outbox = books.GetProperty("outbox");
        return (Number(harmonisation, "readings") == readings, 
            Number(harmonisation, "readings") + Number(harmonisation, "copies") + Number(harmonisation, "corrections") == Number(harmonisation, "observations") + Number(harmonisation, "unmapped"),
            Number(harmonisation, "observations") == Number(outbox, "issued"), OutboxBalances(outbox) && Number(outbox, "pending") == 0) switch
        {
            (false, _, _, _) => $"readings: {readings} from the lines, {harmonisation}",
            (_, false, _, _) => $"mapping: {harmonisation}",
            (_, _, false, _) => $"sequences: {harmonisation} {outbox}",
            (_, _, _, false) => $"outbox: {outbox}",
            _ => null,
        };
    }

    private static bool OutboxBalances(JsonElement outbox) =>
        Number(outbox, "issued") == Number(outbox, "acknowledged") + Number(outbox, "pending") + Number(outbox, "evicted") + Number(outbox, "corrupt") + Number(outbox, "missing");

    private static string? UnbalancedHub(JsonElement books, bool gapsAllowed = false)
    {
        var intake = books.GetProperty("intake");
        if (Number(intake, "batchesReceived") != Number(intake, "batchesLogged") + Number(intake, "batchesDuplicate") + Number(intake, "batchesRejected"))
        {
            return $"batches: {intake}";
        }

        var logged = Number(books.GetProperty("log"), "observations");
        if (logged != Number(intake, "observationsLogged"))
        {
            return $"observations: {books.GetProperty("log")} {intake}";
        }

        foreach (var projection in books.GetProperty("projections").EnumerateArray().Where(p => p.TryGetProperty("projected", out _)))
        {
            if (logged != Number(projection, "projected") + Number(projection, "superseded") + Number(projection, "observationsLag"))
            {
                return $"projection: {projection}, {logged} logged";
            }
        }

        var gaps = books.GetProperty("outboxes").EnumerateArray().Where(o => o.GetProperty("gaps").GetArrayLength() > 0).ToList();
        return gapsAllowed || gaps.Count == 0 ? null : $"gaps: {gaps[0]}";
    }

    private static long Number(JsonElement parent, string name) =>
        parent.GetProperty(name).GetInt64();
}
