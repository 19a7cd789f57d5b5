using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace MeetNet.Ingest.Series;

/// <summary>
/// The two requests that InfluxDB 1.x, 2.x (with its compatibility API) and 3.x share: <c>/write</c> with line protocol and
/// <c>/query</c> with InfluxQL. Failures are thrown as <see cref="HttpRequestException"/> with what the server said.
/// </summary>
internal sealed class InfluxHttp : IDisposable
{
    /// <summary>Bytes of a server's answer to a failed request that are told on.</summary>
    private const int ToldOn = 300;

    /// <summary>Largest answer read: a page of <see cref="SeriesRange.MaxLimit"/> rows is about 3 MB.</summary>
    private const long AnswerBytes = 64 << 20;

    private readonly InfluxOptions _options;
    private readonly HttpClient _http;
    private readonly string _write;

    public InfluxHttp(InfluxOptions options)
    {
        _options = options;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5), // follows a name that points elsewhere
            ConnectTimeout = TimeSpan.FromSeconds(5),
        };
        _http = new HttpClient(handler)
        {
            BaseAddress = new Uri(options.Url.AbsoluteUri.TrimEnd('/') + "/"),
            Timeout = options.Timeout,
            MaxResponseContentBufferSize = AnswerBytes,
        };
        if (options.User is { } user)
        {
            var secret = Convert.ToBase64String([.. Encoding.UTF8.GetBytes(user + ":"), .. options.Password.Span]);
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", secret);
        }
        _write = $"write?db={Uri.EscapeDataString(options.Database)}&precision=ns";
    }

    /// <summary>Writes lines. When it returns the server has said 204: it has them.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> lines, CancellationToken stopping)
    {
        using var content = new ReadOnlyMemoryContent(lines);
        using var answer = await SendAsync(() => _http.PostAsync(_write, content, stopping), stopping);
        if (answer.StatusCode != HttpStatusCode.NoContent)
        {
            throw await FailureAsync(answer, stopping);
        }
    }

    /// <summary>Runs a query; the series of its one statement.</summary>
    public async Task<IReadOnlyList<InfluxTable>> QueryAsync(string query, CancellationToken stopping)
    {
        using var content = new FormUrlEncodedContent([new("q", query), new("db", _options.Database), new("epoch", "ns")]);
        using var answer = await SendAsync(() => _http.PostAsync("query", content, stopping), stopping);
        if (!answer.IsSuccessStatusCode)
        {
            throw await FailureAsync(answer, stopping);
        }
        await using var body = await answer.Content.ReadAsStreamAsync(stopping);
        try
        {
            using var json = await JsonDocument.ParseAsync(body, cancellationToken: stopping);
            return Read(json.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new HttpRequestException($"{_options.Url}: the answer is not InfluxDB's: {e.Message}");
        }
    }

    public Task CreateDatabaseAsync(CancellationToken stopping) => QueryAsync($"CREATE DATABASE \"{_options.Database}\"", stopping);

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(Func<Task<HttpResponseMessage>> send, CancellationToken stopping)
    {
        try
        {
            return await send();
        }
        catch (TaskCanceledException) when (!stopping.IsCancellationRequested)
        {
            throw new HttpRequestException(string.Create(CultureInfo.InvariantCulture, $"{_options.Url}: no answer within {_options.Timeout.TotalSeconds:0} s"));
        }
    }

    private async Task<HttpRequestException> FailureAsync(HttpResponseMessage answer, CancellationToken stopping)
    {
        var said = await answer.Content.ReadAsStringAsync(stopping);
        return new HttpRequestException(
            $"{_options.Url}: {(int)answer.StatusCode}: {said[..Math.Min(said.Length, ToldOn)].Trim()}", null, answer.StatusCode);
    }

    private List<InfluxTable> Read(JsonElement root)
    {
        var result = root.GetProperty("results")[0];
        if (result.TryGetProperty("error", out var error))
        {
            throw new HttpRequestException($"{_options.Url}: {error.GetString()}");
        }
        var tables = new List<InfluxTable>();
        if (result.TryGetProperty("series", out var series))
        {
            foreach (var table in series.EnumerateArray())
            {
                var tags = table.TryGetProperty("tags", out var given)
                    ? given.EnumerateObject().ToDictionary(tag => tag.Name, tag => tag.Value.GetString() ?? "")
                    : [];
                // Copies: the document goes when this returns.
                tables.Add(new InfluxTable(tags, [.. table.GetProperty("values").EnumerateArray().Select(row => row.Clone())]));
            }
        }
        return tables;
    }
}

/// <summary>One series of an answer: the tags it is grouped by, and its rows in the order of the columns asked for, time first.</summary>
internal sealed record InfluxTable(IReadOnlyDictionary<string, string> Tags, IReadOnlyList<JsonElement> Rows);
