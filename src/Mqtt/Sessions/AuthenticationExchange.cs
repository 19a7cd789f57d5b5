using MeetNet.Mqtt.Protocol;

namespace MeetNet.Mqtt.Sessions;

/// <summary>
/// Whose turn it is in an enhanced authentication (MQTT 5.0 §4.12), at the beginning of a connection or later. What is said is not its business.
/// Pure.
/// </summary>
/// <param name="method">Authentication Method of every CONNECT; null without enhanced authentication.</param>
internal sealed class AuthenticationExchange(string? method)
{
    private TaskCompletionSource? _completion; // Of a re-authentication.
    private (MqttReasonCode Reason, MqttProperties Properties)? _due;
    private bool _serversTurn;
    private bool _opened;
    private long _since;
    private uint _maximumPacketSize;

    /// <summary>Since when an AUTH on an open connection awaits its answer; null when none does.</summary>
    public long? AwaitingSince => _opened && _serversTurn ? _since : null;

    /// <summary>Method and data as CONNECT and AUTH carry them.</summary>
    public static IEnumerable<MqttProperty> Properties(string method, ReadOnlyMemory<byte> data)
    {
        yield return MqttProperty.Of(MqttPropertyId.AuthenticationMethod, method);
        if (!data.IsEmpty)
        {
            yield return MqttProperty.Of(MqttPropertyId.AuthenticationData, data);
        }
    }

    /// <summary>CONNECT is about to go out.</summary>
    public void Connecting()
    {
        _serversTurn = method is not null;
        _opened = false;
        _due = null;
        _maximumPacketSize = uint.MaxValue; // Not known yet.
    }

    /// <summary>CONNACK says yes: with our method ([MQTT-4.12.0-5]), or with none if we have none ([MQTT-4.12.0-6]).</summary>
    public ReadStatus Accepted(MqttProperties connack)
    {
        _serversTurn = false;
        _due = null;
        return connack.Text(MqttPropertyId.AuthenticationMethod) == method
            ? ReadStatus.Ok
            : ReadStatus.ProtocolError("CONNACK with another authentication method than CONNECT [MQTT-4.12.0-5, -6]");
    }

    /// <summary>The connection is open.</summary>
    public void Open(MqttServerLimits limits)
    {
        _opened = true;
        _maximumPacketSize = limits.MaximumPacketSize;
    }

    /// <summary>AUTH came: a challenge to be answered, or the good end of a re-authentication.</summary>
    public ReadStatus Received(in ReasonPacket auth)
    {
        if (method is null)
        {
            return ReadStatus.ProtocolError("AUTH, but CONNECT had no authentication method [MQTT-4.12.0-6]");
        }

        if (!_serversTurn)
        {
            return ReadStatus.ProtocolError("AUTH out of turn");
        }

        if (auth.Properties.Text(MqttPropertyId.AuthenticationMethod) != method)
        {
            return ReadStatus.ProtocolError("AUTH with another authentication method than CONNECT [MQTT-4.12.0-5]");
        }

        // Before CONNACK success is said by CONNACK ([MQTT-4.12.0-2]); only a client re-authenticates ([MQTT-3.15.2-1]).
        var allowed = auth.ReasonCode == MqttReasonCode.ContinueAuthentication || (_opened && auth.ReasonCode == MqttReasonCode.Success);
        if (!allowed)
        {
            return ReadStatus.ProtocolError($"AUTH of a server can't say {auth.ReasonCode} here [MQTT-4.12.0-2]");
        }

        _serversTurn = false;
        return ReadStatus.Ok;
    }

    /// <summary>Our answer to a challenge ([MQTT-4.12.0-3]).</summary>
    public ReadStatus Answer(ReadOnlyMemory<byte> data) => Prepare(MqttReasonCode.ContinueAuthentication, data);

    /// <summary>Takes the one place for a re-authentication; false when one is under way.</summary>
    public bool TryReserve(TaskCompletionSource completion)
    {
        if (_completion is not null)
        {
            return false;
        }

        _completion = completion;
        return true;
    }

    /// <summary>Starts the re-authentication that was reserved ([MQTT-4.12.1-1]).</summary>
    public ReadStatus Begin(ReadOnlyMemory<byte> data) => Prepare(MqttReasonCode.ReAuthenticate, data);

    /// <summary>The reserved re-authentication won't begin.</summary>
    public void GiveUp(TaskCompletionSource completion)
    {
        if (_completion == completion)
        {
            _completion = null;
        }
    }

    /// <summary>The re-authentication has succeeded.</summary>
    public void Succeed()
    {
        _completion?.TrySetResult();
        _completion = null;
    }

    /// <summary>The connection is gone.</summary>
    public void Lose(Func<MqttException> failure)
    {
        _completion?.TrySetException(failure());
        _completion = null;
        _serversTurn = false;
        _opened = false;
        _due = null;
    }

    /// <summary>Writes the AUTH that is due.</summary>
    public void Fill(PacketBuffer output, long now)
    {
        if (_due is not { } due)
        {
            return;
        }

        PacketWriter.Auth(output, due.Reason, due.Properties);
        _due = null;
        _serversTurn = true;
        _since = now;
    }

    private ReadStatus Prepare(MqttReasonCode reason, ReadOnlyMemory<byte> data)
    {
        if (data.Length > ushort.MaxValue)
        {
            return new ReadStatus(MqttReasonCode.PacketTooLarge, $"{data.Length} bytes of authentication data, at most 65,535 are possible");
        }

        var properties = new MqttProperties([.. Properties(method!, data)]);
        var length = PacketWriter.AuthLength(properties);
        if (length > _maximumPacketSize)
        {
            return new ReadStatus(MqttReasonCode.PacketTooLarge, $"AUTH of {length} bytes, the server takes {_maximumPacketSize} [MQTT-3.2.2-15]");
        }

        _due = (reason, properties);
        return ReadStatus.Ok;
    }
}
