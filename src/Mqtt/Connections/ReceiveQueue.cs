using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace MeetNet.Mqtt.Connections;

/// <summary>
/// Received messages on their way to the application, bounded by bytes: the writer is never refused, it is told to stop reading the
/// socket, and goes on when half of the limit is free. What one read brought is handed over at once.
/// Whoever takes a message lets <paramref name="taken"/> know first.
/// </summary>
internal sealed class ReceiveQueue(int limit, Action<MqttMessage>? taken = null) : ChannelReader<MqttMessage>
{
    private readonly Lock _gate = new();
    private readonly Queue<MqttMessage> _messages = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource<bool>? _arrival; // What the readers of an empty queue wait for.
    private TaskCompletionSource? _space; // What the writer to a full one waits for.
    private long _bytes;
    private bool _completed;

    /// <summary>Bytes waiting.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Whether the limit is reached.</summary>
    public bool IsFull => Bytes >= limit;

    /// <inheritdoc/>
    public override Task Completion => _drained.Task;

    /// <inheritdoc/>
    public override bool CanCount => true;

    /// <inheritdoc/>
    public override bool CanPeek => true;

    /// <inheritdoc/>
    public override int Count
    {
        get
        {
            lock (_gate)
            {
                return _messages.Count;
            }
        }
    }

    /// <summary>Adds messages in their order.</summary>
    public void Add(ReadOnlySpan<MqttMessage> messages)
    {
        TaskCompletionSource<bool>? arrival;
        lock (_gate)
        {
            foreach (var message in messages)
            {
                _bytes += message.Cost;
                _messages.Enqueue(message);
            }

            arrival = _arrival;
            _arrival = null;
        }

        arrival?.SetResult(true); // May find nothing any more: who reads looks again.
    }

    /// <summary>No more messages will come.</summary>
    public void Complete()
    {
        TaskCompletionSource<bool>? arrival;
        bool drained;
        lock (_gate)
        {
            _completed = true;
            drained = _messages.Count == 0;
            arrival = _arrival;
            _arrival = null;
        }

        arrival?.SetResult(false);
        if (drained)
        {
            _drained.TrySetResult();
        }
    }

    /// <summary>Completes when at most half of the limit is in use. For the one writer.</summary>
    public Task WaitForSpaceAsync()
    {
        lock (_gate)
        {
            if (_bytes <= limit / 2)
            {
                return Task.CompletedTask;
            }

            _space = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _space.Task;
        }
    }

    /// <inheritdoc/>
    public override bool TryRead([MaybeNullWhen(false)] out MqttMessage item)
    {
        TaskCompletionSource? space = null;
        bool drained;
        lock (_gate)
        {
            if (!_messages.TryDequeue(out item))
            {
                return false;
            }

            _bytes -= item.Cost;
            drained = _completed && _messages.Count == 0;
            if (_space is not null && _bytes <= limit / 2)
            {
                (space, _space) = (_space, null);
            }
        }

        taken?.Invoke(item);
        space?.SetResult();
        if (drained)
        {
            _drained.TrySetResult();
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool TryPeek([MaybeNullWhen(false)] out MqttMessage item)
    {
        lock (_gate)
        {
            return _messages.TryPeek(out item);
        }
    }

    /// <inheritdoc/>
    public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<bool>(cancellationToken);
        }

        Task<bool> arrival;
        lock (_gate)
        {
            if (_messages.Count > 0 || _completed)
            {
                return ValueTask.FromResult(_messages.Count > 0);
            }

            _arrival ??= new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            arrival = _arrival.Task;
        }

        return new ValueTask<bool>(arrival.WaitAsync(cancellationToken));
    }
}
