using MeetNet.Gateway.Acquisition;
using MeetNet.Gateway.Clock;
using MeetNet.Gateway.Harmonisation;
using MeetNet.Gateway.Outbox;
using MeetNet.Gateway.Stations;
using MeetNet.Gateway.Uplink;

namespace MeetNet.Gateway.Health;

/// <summary>What <c>/api/books</c> says: counters that have to balance, from a byte on a line to a hub's acknowledgement.</summary>
internal sealed record GatewayBooks(
    string Station, IReadOnlyList<LineBooks> Lines, ClockGateBooks Clock, HarmonisationCounters Harmonisation, WriterBooks Writer, OutboxPage Outbox, IReadOnlyList<UplinkStatus> Hubs)
{
    public static GatewayBooks Read(Station station, AcquisitionHost acquisition, ClockGate gate, Harmoniser harmoniser, OutboxWriter writer, IOutbox outbox, Uplinks uplinks) => new(
        station.FullName,
        [.. acquisition.Lines.Select(LineBooks.Of)],
        gate.Books,
        harmoniser.Books.Read(),
        WriterBooks.Of(writer.Books),
        OutboxPage.Of(outbox),
        uplinks.Statuses);
}

/// <summary>
/// One line: <c>bytesRead = bytesInFrames + bytesUnasked + bytesEchoed + the bytes of all faults + bytesWaiting</c> and <c>frames = decoded + notReady + unexpected</c>.
/// </summary>
internal sealed record LineBooks(
    string Line, string Kind, string State, long Openings, long BytesRead, long BytesWritten, long BytesInFrames, long BytesUnasked, long BytesEchoed, long BytesWaiting,
    IReadOnlyDictionary<string, FaultCounter> Faults, long Frames, long Decoded, long NotReady, long Unexpected, long Repeats, long Sets, long Readings,
    long Requests, long Timeouts, long PollsSkipped, long PollsPlanned, long PollsAchieved)
{
    public static LineBooks Of(LineView view)
    {
        var counters = view.Counters;
        return new LineBooks(
            view.Status.Name, view.Kind, Words.Of(view.Status.State), view.Status.Openings, view.Status.Counters.BytesRead, view.Status.Counters.BytesWritten,
            counters.FrameBytes, counters.UnaskedBytes, counters.EchoBytes, view.Status.Counters.BytesRead - counters.AccountedBytes, counters.Faults, counters.Frames,
            counters.Decoded, counters.NotReady, counters.Unexpected, counters.Repeats, counters.Sets, counters.Readings, counters.Requests, counters.Timeouts,
            counters.Skipped, view.Instruments.Sum(i => i.Planned), view.Instruments.Sum(i => i.Achieved));
    }
}

/// <summary>Between channel 2 and the outbox: <c>taken = kept + refused + waiting</c>.</summary>
internal sealed record WriterBooks(long Taken, long Kept, long Refused, long Waiting)
{
    public static WriterBooks Of(OutboxWriterBooks books) => new(books.Taken, books.Kept, books.Refused, books.Waiting);
}

/// <summary>The outbox: <c>issued = acknowledged + pending + evicted + corrupt + missing</c>.</summary>
internal sealed record OutboxPage(
    string Epoch, long Lowest, long Highest, long Issued, long Acknowledged, long Pending, long Evicted, long Corrupt, long Missing, long Bytes, bool Balanced)
{
    public static OutboxPage Of(IOutbox outbox)
    {
        var (books, span) = (outbox.Books, outbox.Span);
        return new OutboxPage(
            outbox.Epoch.ToString(), span.Lowest, span.Highest, books.Issued, books.Acknowledged, books.Pending, books.Evicted, books.Corrupt, books.Missing,
            books.Bytes, books.Balanced);
    }
}

/// <summary>Names of states as JSON and metrics write them.</summary>
internal static class Words
{
    public static string Of(Lines.LineState state) => state switch
    {
        Lines.LineState.Starting => "starting",
        Lines.LineState.Open => "open",
        Lines.LineState.Waiting => "waiting",
        _ => "stopped",
    };

    public static string Of(InstrumentState state) => state switch
    {
        InstrumentState.Unheard => "unheard",
        InstrumentState.Measures => "measures",
        InstrumentState.NotReady => "not-ready",
        _ => "silent",
    };
}
