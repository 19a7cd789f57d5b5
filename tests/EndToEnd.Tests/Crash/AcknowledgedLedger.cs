using System.Globalization;
using System.Text.Json;
using MeetNet.EndToEnd.Tests.Rig;

namespace MeetNet.EndToEnd.Tests.Crash;

/// <summary>
/// What the gateway has said from outside to have on its disk, read over HTTP while it runs: the highest sequence it had issued per
/// epoch. From the moment it said so, every one up to it counts as accepted and must be in the log at the end.
/// </summary>
internal sealed class AcknowledgedLedger(GatewayRig gateway) : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(40);

    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<string, long> _highest = [];
    private Task _watching = Task.CompletedTask;

    /// <summary>Highest sequence said to be on disk, per epoch.</summary>
    public IReadOnlyDictionary<string, long> Highest
    {
        get
        {
            lock (_highest)
            {
                return new Dictionary<string, long>(_highest);
            }
        }
    }

    /// <summary>
    /// Sequences that were on disk by the gateway's word and then were not: it came back with fewer issued in the same epoch. Counted at once, because the numbers
    /// are issued again for other observations and would hide the loss.
    /// </summary>
    public long Forgotten { get; private set; }

    public void Start() => _watching = Task.Run(WatchAsync);

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _watching;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    public void Take(JsonElement books)
    {
        var outbox = books.GetProperty("outbox");
        var epoch = outbox.GetProperty("epoch").GetString()!;
        var issued = outbox.GetProperty("issued").GetInt64();
        lock (_highest)
        {
            Forgotten += Math.Max(0, _highest.GetValueOrDefault(epoch) - issued);
            _highest[epoch] = issued;
        }
    }

    private async Task WatchAsync()
    {
        using var pace = new PeriodicTimer(Pause, TimeProvider.System);
        try
        {
            while (await pace.WaitForNextTickAsync(_stop.Token))
            {
                if (await gateway.BooksAsync(_stop.Token) is { } books)
                {
                    Take(books);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    public override string ToString() =>
        string.Join(", ", Highest.Select(e => string.Create(CultureInfo.InvariantCulture, $"{e.Key}: {e.Value}")));
}
