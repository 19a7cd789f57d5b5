using Microsoft.AspNetCore.Http.Extensions;
using MeetNet.Observations;

namespace MeetNet.Ingest.Query;

/// <summary>
/// The address of the next page: the same request with the cursor, and with the range spelled out, so that pages of a request whose
/// range ended "now" belong together.
/// </summary>
internal static class NextLink
{
    public static string Of(HttpRequest request, ObservationQuery query, PageCursor cursor)
    {
        var builder = new QueryBuilder();
        foreach (var (name, values) in request.Query.Where(pair => pair.Key is not ("cursor" or "from" or "to" or "format")))
        {
            builder.Add(name, values.Select(value => value ?? ""));
        }
        builder.Add("from", Iso8601.Format(query.From));
        builder.Add("to", Iso8601.Format(query.To));
        builder.Add("format", query.Format.ToString().ToLowerInvariant());
        builder.Add("cursor", cursor.ToString());
        return $"{request.PathBase}{request.Path}{builder.ToQueryString()}";
    }
}

/// <summary>CSV written straight into the response.</summary>
internal sealed class CsvResult(Func<System.IO.Pipelines.PipeWriter, Task> write) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.ContentType = ObservationCsv.ContentType;
        return write(httpContext.Response.BodyWriter);
    }
}
