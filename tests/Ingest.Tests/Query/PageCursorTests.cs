using FsCheck;
using FsCheck.Fluent;
using MeetNet.Ingest.Query;
using MeetNet.Ingest.Series;

namespace MeetNet.Ingest.Tests.Query;

public sealed class PageCursorTests
{
    [Fact]
    public void It_comes_back_as_it_was()
    {
        var at = new DateTimeOffset(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);
        foreach (var cursor in new[] { new PageCursor(0, null), new PageCursor(19, new SeriesKey(at, at.AddTicks(1), int.MaxValue)) })
        {
            Assert.True(PageCursor.TryParse(cursor.ToString(), out var back));
            Assert.Equal(cursor, back);
        }
    }

    [Fact]
    public void Nothing_that_anybody_types_throws() =>
        Prop.ForAll(ArbMap.Default.ArbFor<string>(), text => PageCursor.TryParse(text ?? "", out _) || true).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("")]
    [InlineData("AQ")]
    [InlineData("AQAB____________________________")]
    [InlineData("AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void What_it_did_not_write_it_does_not_read(string text) => Assert.False(PageCursor.TryParse(text, out _));
}
