namespace MeetNet.Mqtt;

/// <summary>
/// The client's part of an enhanced authentication (MQTT 5.0 §4.12), such as SCRAM or a token that is renewed. One exchange at a time:
/// <see cref="BeginAsync"/> makes everything earlier void. An exception from any of them ends the attempt or the connection with
/// <see cref="MqttDisconnectCause.AuthenticationFailed"/>, and it is tried again later.
/// </summary>
public interface IMqttAuthentication
{
    /// <summary>Authentication Method, always the same: 1 to 65,535 bytes of UTF-8.</summary>
    string Method { get; }

    /// <summary>First Authentication Data, for CONNECT and for a re-authentication; empty for none. May take as long as <see cref="MqttClientOptions.ConnectTimeout"/>.</summary>
    ValueTask<ReadOnlyMemory<byte>> BeginAsync(CancellationToken cancellationToken);

    /// <summary>Answer to a challenge of the server. Nothing else is read from the connection meanwhile.</summary>
    ReadOnlyMemory<byte> Continue(ReadOnlyMemory<byte> challenge);

    /// <summary>The server says that the exchange succeeded. Throws if the server has not proven itself.</summary>
    /// <param name="data">Its last Authentication Data; empty for none.</param>
    void Finish(ReadOnlyMemory<byte> data);
}
