using System.Net;
using System.Net.Sockets;

namespace MeetNet.Mqtt.Transport;

/// <summary>
/// Connects to the first of several addresses that answers, so that a dead one costs a moment and not the whole connect time-out:
/// Happy Eyeballs, RFC 8305 §4 and §5, without its asynchronous name look-up.
/// </summary>
internal static class ConnectRace
{
    /// <summary>How long an address has for itself before the next is tried beside it: "Connection Attempt Delay", RFC 8305 §8.</summary>
    public static readonly TimeSpan HeadStart = TimeSpan.FromMilliseconds(250);

    /// <summary>The resolver's order with the two families taking turns (RFC 8305 §4): a station's IPv6 or IPv4 may be dead as a whole.</summary>
    public static IReadOnlyList<IPAddress> Order(IReadOnlyList<IPAddress> addresses)
    {
        var preferred = addresses.Where(address => address.AddressFamily == addresses[0].AddressFamily).ToList();
        var others = addresses.Except(preferred).ToList();
        return [.. Enumerable.Range(0, addresses.Count).SelectMany(i => preferred.Skip(i).Take(1).Concat(others.Skip(i).Take(1)))];
    }

    /// <summary>The next address is tried when the one before has failed or had its head start; the first to connect wins and the others are given up.</summary>
    /// <param name="addresses">In order of preference.</param>
    /// <param name="connect">Fails with a <see cref="TransportException"/>, ends soon when cancelled.</param>
    /// <param name="time">For the head start.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TransportException">There was none to try, or all failed: its message has all of theirs.</exception>
    public static async Task<T> RunAsync<T>(
        IReadOnlyList<IPAddress> addresses, Func<IPAddress, CancellationToken, Task<T>> connect, TimeProvider time, CancellationToken cancellationToken)
        where T : IDisposable
    {
        using var racing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var attempts = new List<Task<T>>();
        var failures = new List<TransportException>();
        var waiting = new Queue<IPAddress>(addresses);
        try
        {
            while (attempts.Count > 0 || waiting.Count > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (waiting.TryDequeue(out var address))
                {
                    attempts.Add(connect(address, racing.Token));
                }

                IEnumerable<Task> events = waiting.Count == 0 ? attempts : [.. attempts, Task.Delay(HeadStart, time, racing.Token)];
                if (await Task.WhenAny(events) is Task<T> attempt)
                {
                    attempts.Remove(attempt);
                    try
                    {
                        return await attempt;
                    }
                    catch (TransportException e)
                    {
                        failures.Add(e);
                    }
                }
            }
        }
        finally
        {
            await racing.CancelAsync();
            foreach (var loser in attempts)
            {
                await CloseAsync(loser);
            }
        }

        throw failures.Count == 1 ? failures[0] : new TransportException(
            MqttDisconnectCause.ConnectFailed, failures.Count == 0 ? "the name has no address" : string.Join("; ", failures.Select(e => e.Message)));
    }

    private static async Task CloseAsync<T>(Task<T> loser)
        where T : IDisposable
    {
        try
        {
            (await loser).Dispose();
        }
        catch (Exception e) when (e is TransportException or OperationCanceledException or SocketException)
        {
            // It lost either way.
        }
    }
}
