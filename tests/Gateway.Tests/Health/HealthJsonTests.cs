using System.Text.Json;
using MeetNet.Gateway.Health;

namespace MeetNet.Gateway.Tests.Health;

public sealed class HealthJsonTests
{
    [Fact]
    public void Instants_are_written_with_Z()
    {
        var since = new DateTimeOffset(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);
        var text = JsonSerializer.Serialize(new HubHealth("demo", true, since, null, 0), HealthJson.Options);
        Assert.Equal("""{"hub":"demo","connected":true,"since":"2026-11-21T10:00:00Z","message":null,"behind":0}""", text);
    }
}
