namespace MeetNet.Mqtt.Transport;

/// <summary>Opens network connections: sockets in the product, anything that streams bytes both ways in tests.</summary>
internal interface ITransport
{
    /// <summary>
    /// Opens a new connection. One read and one write may run on the stream at a time; both may fail with a <see cref="TransportException"/> when the transport
    /// knows better than <see cref="IOException"/> what happened.
    /// </summary>
    /// <exception cref="TransportException">It did not come about.</exception>
    ValueTask<Stream> OpenAsync(CancellationToken cancellationToken);

    /// <summary>What the options ask for.</summary>
    static ITransport For(MqttClientOptions options, TimeProvider time)
    {
        var network = new SocketTransport(options, time);
        return options.WebSocketPath is { } path ? new WebSocketTransport(options, path, network) : network;
    }
}

/// <summary>No connection came about, or one ended for a reason that is known.</summary>
internal sealed class TransportException(MqttDisconnectCause cause, string message, Exception? inner = null) : Exception(message, inner)
{
    public MqttDisconnectCause Cause { get; } = cause;
}
