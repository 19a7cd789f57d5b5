namespace MeetNet.Mqtt.Transport;

/// <summary>Opens network connections: TCP or TLS in the product, anything that streams bytes both ways in tests.</summary>
internal interface ITransport
{
    /// <summary>Opens a new connection. One read and one write may run on the stream at a time.</summary>
    /// <exception cref="TransportException">It did not come about.</exception>
    ValueTask<Stream> OpenAsync(CancellationToken cancellationToken);
}

/// <summary>No connection came about.</summary>
internal sealed class TransportException(MqttDisconnectCause cause, string message, Exception inner) : Exception(message, inner)
{
    public MqttDisconnectCause Cause { get; } = cause;
}
