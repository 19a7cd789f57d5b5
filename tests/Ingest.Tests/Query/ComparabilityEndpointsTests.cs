using System.Net;
using System.Text.Json;
using MeetNet.TestKit;

namespace MeetNet.Ingest.Tests.Query;

public sealed class ComparabilityEndpointsTests : IAsyncLifetime
{
    private const string Flemish = "vmm/kalmthoutse-heide/nh3-1/nh3";
    private const string Dutch = "noord-brabant/brabantse-wal/nh3-1/nh3";
    private static readonly DateTimeOffset Start = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);
    private HubOnTrial _hub = null!;

    public async Task InitializeAsync()
    {
        _hub = await HubOnTrial.StartAsync(new ManualTimeProvider(Start));
        var (heath, ridge) = (BorderStation.Heath(_hub.Log), BorderStation.Ridge(_hub.Log));
        foreach (var station in new[] { heath, ridge })
        {
            station.Siting = "rural-background";
            station.Datastreams[2] = station.Datastreams[2] with { Method = station == heath ? "chemiluminescence" : "doas" };
            station.Announce(Start);
        }
        await _hub.ProjectAsync();
    }

    public async Task DisposeAsync() => await _hub.DisposeAsync();

    [Fact]
    public async Task A_pair_is_compared_by_what_its_owners_announced_with_every_reason_in_both_languages()
    {
        var pair = Assert.Single((await GetAsync($"a={Flemish}&b={Dutch}")).GetProperty("pairs").EnumerateArray());
        Assert.Equal("with_remarks", Text(pair, "verdict"));
        Assert.Equal(9.4, pair.GetProperty("distanceKilometres").GetDouble());
        Assert.Equal(("chemiluminescence", "doas", "rural-background"), (Text(pair.GetProperty("a"), "method"), Text(pair.GetProperty("b"), "method"), Text(pair.GetProperty("a"), "siting")));
        var reasons = pair.GetProperty("reasons").EnumerateArray().ToDictionary(reason => Text(reason, "aspect"), reason => reason);
        Assert.Equal(["averaging", "interval", "property", "simulated", "siting"], Aspects("comparable"));
        Assert.Equal(["calibration", "method", "reference"], Aspects("with_remarks"));
        Assert.Contains("no law prescribes it for ammonia", Text(reasons["reference"].GetProperty("text"), "en"), StringComparison.Ordinal);
        Assert.Equal("De meetmethoden verschillen: chemiluminescentie en differentiële optische absorptie (DOAS).", Text(reasons["method"].GetProperty("text"), "nl"));

        IEnumerable<string> Aspects(string verdict) => reasons.Where(pair => Text(pair.Value, "verdict") == verdict).Select(pair => pair.Key).Order(StringComparer.Ordinal);
    }

    [Fact]
    public async Task Levels_to_two_datums_say_how_small_a_difference_says_nothing()
    {
        var pair = Assert.Single((await GetAsync("observedProperty=water_level")).GetProperty("pairs").EnumerateArray());
        var datum = pair.GetProperty("reasons").EnumerateArray().Single(reason => Text(reason, "aspect") == "datum");
        Assert.Contains("A difference below 0.035 m says nothing.", Text(datum.GetProperty("text"), "en"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_pairs_of_a_property_are_those_of_different_owners_within_the_distance()
    {
        Assert.Equal([(Dutch, Flemish)], (await GetAsync("observedProperty=nh3")).GetProperty("pairs").EnumerateArray().Select(
            pair => (Text(pair.GetProperty("a"), "datastream"), Text(pair.GetProperty("b"), "datastream"))));
        Assert.Single((await GetAsync("observedProperty=nh3&within=10")).GetProperty("pairs").EnumerateArray());
        Assert.Empty((await GetAsync("observedProperty=nh3&within=9")).GetProperty("pairs").EnumerateArray());
    }

    [Fact]
    public async Task What_is_different_in_kind_is_not_comparable()
    {
        var pair = Assert.Single((await GetAsync($"a={Flemish}&b=noord-brabant/brabantse-wal/pm-1/pm10")).GetProperty("pairs").EnumerateArray());
        Assert.Equal(("not_comparable", 1), (Text(pair, "verdict"), pair.GetProperty("reasons").GetArrayLength()));
    }

    [Theory]
    [InlineData("", HttpStatusCode.BadRequest)]
    [InlineData("a=vmm/kalmthoutse-heide/nh3-1/nh3", HttpStatusCode.BadRequest)]
    [InlineData("a=vmm/kalmthoutse-heide/nh3-1/nh3&b=noord-brabant/brabantse-wal/nh3-1/nh3&observedProperty=nh3", HttpStatusCode.BadRequest)]
    [InlineData("observedProperty=smell", HttpStatusCode.BadRequest)]
    [InlineData("a=vmm/kalmthoutse-heide/nh3-1/nh3&b=noord-brabant/brabantse-wal/nh3-9/nh3", HttpStatusCode.NotFound)]
    public async Task What_can_not_be_answered_is_said(string query, HttpStatusCode status)
    {
        using var response = await _hub.Http.GetAsync(new Uri($"/api/comparability?{query}", UriKind.Relative));
        Assert.Equal((status, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType!.MediaType));
    }

    private async Task<JsonElement> GetAsync(string query) =>
        JsonDocument.Parse(await _hub.Http.GetStringAsync(new Uri($"/api/comparability?{query}", UriKind.Relative))).RootElement;

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
