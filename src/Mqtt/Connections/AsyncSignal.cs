using System.Threading.Channels;

namespace MeetNet.Mqtt.Connections;

/// <summary>Wakes one waiter; setting it many times before the waiter looks wakes it once.</summary>
internal sealed class AsyncSignal
{
    private readonly Channel<byte> _one = Channel.CreateBounded<byte>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public void Set() => _one.Writer.TryWrite(0);

    /// <summary>Returns once it is set, and resets it. What was done before the setting is seen after the wait.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken) => await _one.Reader.ReadAsync(cancellationToken);
}
