namespace MeetNet.Mqtt;

public sealed partial class MqttClient
{
    /// <summary>
    /// Authenticates again on the open connection with <see cref="MqttClientOptions.Authentication"/> (MQTT 5.0 §4.12.1), before what was
    /// proven runs out. Messages go on meanwhile. A server that does not accept it ends the connection.
    /// </summary>
    /// <param name="cancellationToken">Ends <see cref="IMqttAuthentication.BeginAsync"/>; after that only the waiting.</param>
    /// <exception cref="InvalidOperationException">There is no enhanced authentication, one is under way, or its data is too large for the server.</exception>
    /// <exception cref="MqttConnectionLostException">Not connected, or the connection ended before the server said yes.</exception>
    public async Task ReauthenticateAsync(CancellationToken cancellationToken = default)
    {
        var authentication = _core.Options.Authentication
            ?? throw new InvalidOperationException("A client whose CONNECT has no authentication method can't send AUTH [MQTT-4.12.0-7].");
        var completion = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_core.Gate)
        {
            if (!_core.Session.IsOpen)
            {
                throw new MqttConnectionLostException(MqttDisconnectCause.ConnectionLost, null, "not connected");
            }

            if (!_core.Session.Authentication.TryReserve(completion))
            {
                throw new InvalidOperationException("An authentication is under way.");
            }
        }

        try
        {
            var data = await authentication.BeginAsync(cancellationToken);
            lock (_core.Gate)
            {
                // If the connection was lost meanwhile, so was the reservation; the completion says why.
                if (!completion.Task.IsCompleted && _core.Session.Authentication.Begin(data) is { IsOk: false } status)
                {
                    throw new InvalidOperationException(status.Problem);
                }
            }
        }
        catch
        {
            lock (_core.Gate)
            {
                _core.Session.Authentication.GiveUp(completion);
            }

            throw;
        }

        _core.Current?.Wake();
        await completion.Task.WaitAsync(cancellationToken);
    }
}
