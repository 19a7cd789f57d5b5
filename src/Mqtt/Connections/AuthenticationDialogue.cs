using MeetNet.Mqtt.Protocol;

namespace MeetNet.Mqtt.Connections;

/// <summary>
/// Brings the server's part of an enhanced authentication to the application's <see cref="IMqttAuthentication"/> and its answers back. The
/// application is never called within the gate. Used by the receive loop alone.
/// </summary>
internal sealed class AuthenticationDialogue(ClientCore core, Connection connection)
{
    private readonly MqttClientOptions _options = core.Options;

    public static ConnectionEnd Failed(Exception e) =>
        new(MqttDisconnectCause.AuthenticationFailed, null, $"the authentication failed on our side: {e.GetType().Name}: {e.Message}");

    public static ConnectionEnd TooLong(int length) =>
        new(MqttDisconnectCause.AuthenticationFailed, null, $"{length} bytes of authentication data, at most 65,535 are possible");

    /// <summary>AUTH.</summary>
    public ConnectionEnd? Handle(ReadOnlySpan<byte> body)
    {
        var status = PacketReader.ReadAuth(body, _options.Version, out var auth);
        if (status.IsOk)
        {
            status = PropertyRules.CheckUnasked(auth.Properties, _options.RequestProblemInformation);
        }

        if (status.IsOk)
        {
            lock (core.Gate)
            {
                status = core.Session.Authentication.Received(auth);
            }
        }

        if (!status.IsOk)
        {
            return ConnectionEnd.Of(status);
        }

        var data = auth.Properties.Data(MqttPropertyId.AuthenticationData) ?? default;
        return auth.ReasonCode == MqttReasonCode.Success ? Finish(data) : Continue(data);
    }

    /// <summary>CONNACK says yes, which ends the exchange that CONNECT began.</summary>
    public ConnectionEnd? Accepted(MqttProperties connack)
    {
        ReadStatus status;
        lock (core.Gate)
        {
            status = core.Session.Authentication.Accepted(connack);
        }

        return ConnectionEnd.Of(status)
            ?? (_options.Authentication is null ? null : Finish(connack.Data(MqttPropertyId.AuthenticationData) ?? default));
    }

    private ConnectionEnd? Continue(ReadOnlyMemory<byte> challenge)
    {
        ReadStatus status;
        try
        {
            var answer = _options.Authentication!.Continue(challenge);
            lock (core.Gate)
            {
                status = core.Session.Authentication.Answer(answer);
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return Failed(e) with { Goodbye = MqttReasonCode.UnspecifiedError };
        }

        connection.Wake();
        return status.IsOk ? null : new ConnectionEnd(
            MqttDisconnectCause.AuthenticationFailed, null, status.Problem!, Goodbye: MqttReasonCode.UnspecifiedError);
    }

    private ConnectionEnd? Finish(ReadOnlyMemory<byte> data)
    {
        try
        {
            _options.Authentication!.Finish(data);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return Failed(e) with { Goodbye = MqttReasonCode.UnspecifiedError };
        }

        lock (core.Gate)
        {
            core.Session.Authentication.Succeed();
        }

        return null;
    }
}
