using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using MeetNet.Devices;
using MeetNet.Gateway.Lines;
using MeetNet.Gateway.Stations;
using MeetNet.Hosting;

namespace MeetNet.Gateway.Acquisition;

/// <summary>
/// A line that is an HTTP listener: nodes POST their messages to it (sensor.community's firmware to "own API"). The answer 200 is given when what was made of the message is in the
/// outbox, and not before.
/// </summary>
internal sealed class HttpNodeSession
{
    /// <summary>A node's message is below 4 KiB; what is larger is not from one.</summary>
    private const int LongestBody = 64 << 10;

    private readonly HttpStationLine _line;
    private readonly MessageTaking _messages;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private volatile StatusBox _status;
    private long _bytes;

    public HttpNodeSession(HttpStationLine line, IReadOnlyList<Instrument> instruments, ChannelWriter<ReadingSet> output, TimeProvider time, ILogger log)
    {
        _line = line;
        _messages = new MessageTaking(instruments, output, log);
        _time = time;
        _log = log;
        _status = new StatusBox(new LineStatus(line.Name, LineState.Starting, time.GetUtcNow(), null, null, 0, default));
    }

    public AcquisitionBooks Books => _messages.Books;

    public IReadOnlyList<InstrumentView> Instruments => _messages.Instruments;

    public LineStatus Status => _status.Value with { Counters = new LineCounters(Volatile.Read(ref _bytes), 0) };

    /// <summary>Where it listens; known once the state is Open.</summary>
    public IPEndPoint? Endpoint { get; private set; }

    /// <summary>Listens until cancelled; a port that is taken is tried again for ever.</summary>
    public async Task RunAsync(Backoff backoff, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                try
                {
                    await ListenAsync(stop);
                }
                catch (Exception e) when (e is IOException or SocketException)
                {
                    Change(LineState.Waiting, e.Message);
                }

                await backoff.WaitAsync(stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Change(LineState.Stopped, null);
        }
    }

    private async Task ListenAsync(CancellationToken stop)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(server =>
        {
            server.Listen(_line.Endpoint);
            server.Limits.MaxRequestBodySize = LongestBody;
            server.AddServerHeader = false;
        });
        await using var server = builder.Build();
        using var turn = new SemaphoreSlim(1, 1);
        server.Run(context => AnswerAsync(context, turn, stop));
        await server.StartAsync(stop);
        var port = new Uri(server.Urls.First()).Port;
        Endpoint = new IPEndPoint(_line.Endpoint.Address, port);
        Change(LineState.Open, null);
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, _time, stop);
        }
        finally
        {
            await server.StopAsync(CancellationToken.None);
        }
    }

    private async Task AnswerAsync(HttpContext http, SemaphoreSlim turn, CancellationToken stop)
    {
        if (http.Request.Path.Value is not { } path || (path != _line.Path && !path.StartsWith(_line.Path.TrimEnd('/') + '/', StringComparison.Ordinal)))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (!HttpMethods.IsPost(http.Request.Method))
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            http.Response.Headers.Allow = "POST";
            return;
        }

        if (await BodyAsync(http, stop) is not { } body)
        {
            return;
        }

        var taken = await TakeAsync(path, body, turn, stop);
        if (taken.IsUnderstood)
        {
            await taken.Stored.WaitAsync(stop);
            return;
        }

        http.Response.StatusCode = StatusCodes.Status400BadRequest;
        await http.Response.WriteAsync("not a message of an instrument of this station", stop);
    }

    private async Task<TakenMessage> TakeAsync(string path, byte[] body, SemaphoreSlim turn, CancellationToken stop)
    {
        await turn.WaitAsync(stop);
        try
        {
            Interlocked.Add(ref _bytes, body.Length);
            var context = new FrameContext { Topic = path.TrimStart('/') };
            return await _messages.TakeAsync(context, body, new ArrivalTime(_time.GetTimestamp(), _time.GetUtcNow()), stop);
        }
        finally
        {
            turn.Release();
        }
    }

    private static async Task<byte[]?> BodyAsync(HttpContext http, CancellationToken stop)
    {
        try
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body, stop);
            return body.ToArray();
        }
        catch (BadHttpRequestException e)
        {
            // Too long, or broken on its way.
            http.Response.StatusCode = e.StatusCode;
            return null;
        }
    }

    private void Change(LineState state, string? message)
    {
        var present = _status.Value;
        if (present.State == state && present.Message == message)
        {
            return;
        }

        var openings = present.Openings + (state == LineState.Open ? 1 : 0);
        _status = new StatusBox(present with { State = state, Message = message, Since = _time.GetUtcNow(), Openings = openings });
        if (state == LineState.Open)
        {
            Log.LineOpen(_log, _line.Name);
        }
        else if (state == LineState.Waiting)
        {
            Log.LineWaiting(_log, _line.Name, message ?? "it has ended");
        }
    }

    /// <summary>A value that is replaced as a whole, so that a reader never sees half of it.</summary>
    private sealed record StatusBox(LineStatus Value);
}
