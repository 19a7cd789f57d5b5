using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace MeetNet.Mqtt.Connections;

/// <summary>
/// Received messages on their way to the application, bounded by bytes: the writer is never refused, it is told to stop reading the
/// socket, and goes on when half of the limit is free.
/// </summary>
internal sealed class ReceiveQueue(int limit) : ChannelReader<MqttMessage>
{
    private readonly Channel<MqttMessage> _channel =
        Channel.CreateUnbounded<MqttMessage>(new UnboundedChannelOptions { SingleWriter = true });

    private TaskCompletionSource? _space;
    private long _bytes;

    /// <summary>Bytes waiting.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Whether the limit is reached.</summary>
    public bool IsFull => Bytes >= limit;

    /// <inheritdoc/>
    public override Task Completion => _channel.Reader.Completion;

    /// <inheritdoc/>
    public override bool CanCount => _channel.Reader.CanCount;

    /// <inheritdoc/>
    public override bool CanPeek => _channel.Reader.CanPeek;

    /// <inheritdoc/>
    public override int Count => _channel.Reader.Count;

    public void Add(MqttMessage message)
    {
        Interlocked.Add(ref _bytes, message.Cost);
        _channel.Writer.TryWrite(message);
    }

    /// <summary>No more messages will come.</summary>
    public void Complete() => _channel.Writer.TryComplete();

    /// <summary>Completes when at most half of the limit is in use. For the one writer.</summary>
    public Task WaitForSpaceAsync()
    {
        var space = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Exchange(ref _space, space);
        NoteSpace();
        return space.Task;
    }

    /// <inheritdoc/>
    public override bool TryRead([MaybeNullWhen(false)] out MqttMessage item)
    {
        if (!_channel.Reader.TryRead(out item))
        {
            return false;
        }

        Interlocked.Add(ref _bytes, -item.Cost);
        NoteSpace();
        return true;
    }

    /// <inheritdoc/>
    public override bool TryPeek([MaybeNullWhen(false)] out MqttMessage item) => _channel.Reader.TryPeek(out item);

    /// <inheritdoc/>
    public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) =>
        _channel.Reader.WaitToReadAsync(cancellationToken);

    private void NoteSpace()
    {
        if (Volatile.Read(ref _space) is { } space && Bytes <= limit / 2)
        {
            space.TrySetResult();
        }
    }
}
