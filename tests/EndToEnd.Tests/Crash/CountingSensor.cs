using System.Globalization;
using MeetNet.EndToEnd.Tests.Instruments;
using MeetNet.TestKit;

namespace MeetNet.EndToEnd.Tests.Crash;

/// <summary>
/// A particulate sensor that sends ever higher numbers, and writes down each number before it sends it: the attempts of the
/// ledger. A number that turns up and stands not in this list was invented.
/// </summary>
internal sealed class CountingSensor(PtyPair line, string ledgerFile, int framesPerSecond) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _sending = Task.CompletedTask;
    private volatile int _sent;

    /// <summary>The highest number sent; all from 1 up to it were attempted.</summary>
    public int Sent => _sent;

    public void Start() => _sending = Task.Run(SendAsync);

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _sending;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task SendAsync()
    {
        await using var ledger = new StreamWriter(new FileStream(ledgerFile, FileMode.Append, FileAccess.Write, FileShare.Read)) { AutoFlush = true };
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / framesPerSecond), TimeProvider.System);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                var number = checked((ushort)(_sent + 1));
                await ledger.WriteLineAsync(number.ToString(CultureInfo.InvariantCulture));
                _sent = number;
                try
                {
                    await line.WriteAsync(PlantowerFrame.Of(number, number, number), TimeSpan.FromMilliseconds(200));
                }
                catch (TimeoutException)
                {
                    // Nobody reads: the gateway is dead just now. A part of the frame may have gone out, as on a real line.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }
}
