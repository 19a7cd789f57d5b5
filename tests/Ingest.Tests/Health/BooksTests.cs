using System.Text.Json;
using MeetNet.Ingest.Health;
using MeetNet.Ingest.Query;

namespace MeetNet.Ingest.Tests.Health;

public sealed class BooksTests
{
    [Fact]
    public void Instants_are_written_with_Z()
    {
        var at = new DateTimeOffset(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);
        var text = JsonSerializer.Serialize(new ProjectionBooks("series", 1, 0, 0, null, at, null, null, null), QueryJson.Options);
        Assert.Equal("""{"name":"series","cursor":1,"lag":0,"observationsLag":0,"failure":null,"failingSince":"2026-11-21T10:00:00Z"}""", text);
    }
}
