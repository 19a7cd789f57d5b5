using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using MeetNet.Ingest.Dashboard;
using MeetNet.Ingest.Tests.Query;

namespace MeetNet.Ingest.Tests.Dashboard;

public sealed partial class PageTests : IAsyncLifetime
{
    private HubOnTrial _hub = null!;

    public async Task InitializeAsync() => _hub = await HubOnTrial.StartAsync(TimeProvider.System);

    public async Task DisposeAsync() => await _hub.DisposeAsync();

    [Fact]
    public async Task Every_file_is_served_with_its_type_and_the_policy()
    {
        foreach (var file in PageFiles.All)
        {
            using var response = await _hub.Http.GetAsync(file.Path == "index.html" ? "/" : file.Path);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(file.ContentType, response.Content.Headers.ContentType!.ToString());
            Assert.Equal(DashboardEndpoints.ContentSecurityPolicy, response.Headers.GetValues("Content-Security-Policy").Single());
            Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        }
    }

    [Fact]
    public async Task What_the_browser_has_is_not_sent_again()
    {
        using var first = await _hub.Http.GetAsync("page.js");
        using var request = new HttpRequestMessage(HttpMethod.Get, "page.js");
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var second = await _hub.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
    }

    [Theory]
    [InlineData("nl-BE", "<html lang=\"nl\">")]
    [InlineData("en", "<html lang=\"en\">")]
    public async Task The_page_comes_in_the_language_of_the_reader(string accept, string expected)
    {
        _hub.Http.DefaultRequestHeaders.AcceptLanguage.ParseAdd(accept);
        using var response = await _hub.Http.GetAsync("/");
        Assert.Contains(expected, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("Accept-Language", response.Headers.Vary);
    }

    [Theory]
    [InlineData("/index.htm")]
    [InlineData("/../Program.cs")]
    [InlineData("/wwwroot/page.js")]
    public async Task Nothing_else_is_served(string path) => Assert.Equal(HttpStatusCode.NotFound, (await _hub.Http.GetAsync(path)).StatusCode);

    [Fact]
    public void Nothing_comes_from_another_host_and_nothing_is_inline()
    {
        foreach (var file in PageFiles.All)
        {
            var text = Encoding.UTF8.GetString(file.Content.Span);
            Assert.DoesNotMatch(OtherHost(), text.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal));
            Assert.DoesNotContain("innerHTML", text, StringComparison.Ordinal);
        }
        Assert.DoesNotMatch(Inline(), Encoding.UTF8.GetString(PageFiles.Read("index.html").Content.Span));
    }

    [GeneratedRegex("(https?:)?//[a-z0-9.-]+\\.[a-z]{2,}")]
    private static partial Regex OtherHost();

    [GeneratedRegex("<script(?![^>]* src=)|<style|style=\"| on[a-z]+=\"", RegexOptions.IgnoreCase)]
    private static partial Regex Inline();
}
