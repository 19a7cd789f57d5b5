using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using MeetNet.TestKit;

namespace MeetNet.EndToEnd.Tests.Rig;

/// <summary>The other end of a webhook: keeps every POST; refuses the first few with 503, as a receiver that is just starting does.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentQueue<JsonElement> _taken = new();
    private readonly Task _serving;
    private int _refusals;

    public WebhookReceiver(int refuseFirst)
    {
        _refusals = refuseFirst;
        Address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{MosquittoBroker.FreePort()}/alerts/");
        _listener.Prefixes.Add(Address);
        _listener.Start();
        _serving = Task.Run(ServeAsync);
    }

    public string Address { get; }

    /// <summary>What was taken, in order.</summary>
    public IReadOnlyList<JsonElement> Taken => [.. _taken];

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                if (Interlocked.Decrement(ref _refusals) >= 0)
                {
                    context.Response.StatusCode = 503;
                }
                else
                {
                    _taken.Enqueue(JsonSerializer.Deserialize<JsonElement>(context.Request.InputStream));
                }

                context.Response.Close();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
