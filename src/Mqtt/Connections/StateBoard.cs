using System.Threading.Channels;

namespace MeetNet.Mqtt.Connections;

/// <summary>The connection state: now, its changes, and who waits to be connected.</summary>
internal sealed class StateBoard(DateTimeOffset madeAt)
{
    private const int ChangesKept = 256;

    private readonly Lock _lock = new();
    private readonly Channel<MqttConnectionState> _changes = Channel.CreateBounded<MqttConnectionState>(
        new BoundedChannelOptions(ChangesKept) { FullMode = BoundedChannelFullMode.DropOldest });

    private TaskCompletionSource<MqttConnectionState.Connected> _connected = NewSource();
    private MqttConnectionState _now = new MqttConnectionState.Idle(madeAt);

    public ChannelReader<MqttConnectionState> Changes => _changes.Reader;

    public MqttConnectionState Now => Volatile.Read(ref _now);

    public void Set(MqttConnectionState state)
    {
        lock (_lock)
        {
            Volatile.Write(ref _now, state);
            _changes.Writer.TryWrite(state);
            switch (state)
            {
                case MqttConnectionState.Connected connected:
                    _connected.TrySetResult(connected);
                    break;
                case MqttConnectionState.Stopped:
                    _changes.Writer.TryComplete();
                    _connected = _connected.Task.IsCompleted ? NewSource() : _connected;
                    _connected.TrySetException(new MqttConnectionLostException(MqttDisconnectCause.Requested, null, "the client was stopped"));
                    _ = _connected.Task.Exception; // Nobody may be waiting; that is not an unobserved failure.
                    break;
                case var _ when _connected.Task.IsCompleted:
                    _connected = NewSource();
                    break;
            }
        }
    }

    public Task<MqttConnectionState.Connected> WaitConnectedAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return _connected.Task.WaitAsync(cancellationToken);
        }
    }

    private static TaskCompletionSource<MqttConnectionState.Connected> NewSource() =>
        new(TaskCreationOptions.RunContinuationsAsynchronously);
}
