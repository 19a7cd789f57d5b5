using System.Text;
using Microsoft.Net.Http.Headers;

namespace MeetNet.Ingest.Dashboard;

/// <summary>Serves the page.</summary>
internal static class DashboardEndpoints
{
    /// <summary>Only files of this server, no script or style inside the HTML, no frames around it: text from a station can do nothing but be read.</summary>
    internal const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void MapDashboard(this WebApplication app)
    {
        foreach (var file in PageFiles.All.Where(file => file.Path != "index.html"))
        {
            app.MapGet("/" + file.Path, (HttpContext context) => Send(context, file.ContentType, file.Content, file.ETag));
        }

        var index = PageFiles.Read("index.html");
        var (dutch, english) = (InLanguage(index, "nl"), InLanguage(index, "en"));
        app.MapGet("/", (HttpContext context) =>
        {
            var language = Language.Preferred(context.Request.Headers.AcceptLanguage.ToString());
            context.Response.Headers.Vary = HeaderNames.AcceptLanguage;
            context.Response.Headers.ContentLanguage = language;
            return Send(context, index.ContentType, language == "nl" ? dutch : english, $"\"{language}-{index.ETag.AsSpan(1)}");
        });
    }

    private static IResult Send(HttpContext context, string type, ReadOnlyMemory<byte> content, string tag)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.CacheControl = "no-cache";      // asked again each time, answered by 304: a new version shows at once
        return Results.Bytes(content, type, entityTag: EntityTagHeaderValue.Parse(tag));
    }

    private static ReadOnlyMemory<byte> InLanguage(PageFile index, string language) =>
        Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(index.Content.Span).Replace("<html lang=\"en\">", $"<html lang=\"{language}\">", StringComparison.Ordinal));
}
