using System.Threading.Channels;

namespace MeetNet.Mqtt.Connections;

/// <summary>Wakes one waiter; setting it many times before the waiter looks wakes it once.</summary>
internal sealed class AsyncSignal
{
    private readonly Channel<byte> _one = Channel.CreateBounded<byte>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public void Set() => _one.Writer.TryWrite(0);

    /// <summary>
    /// Returns once it is set, and resets it. What was done before the setting is seen after the wait. It can't be cancelled, so that waiting
    /// allocates nothing; to end a wait, set it.
    /// </summary>
    public ValueTask<byte> WaitAsync() => _one.Reader.ReadAsync(CancellationToken.None);
}
