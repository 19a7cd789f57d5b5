using System.Security.Cryptography;
using System.Text;
using MeetNet.Mqtt.Protocol;

namespace MeetNet.Mqtt;

/// <summary>Checks options before anything is done with them.</summary>
internal static class OptionsRules
{
    /// <summary>sun_path has 108 bytes with its closing zero: unix(7).</summary>
    public const int LongestSocketPath = 107;

    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(1);

    /// <exception cref="ArgumentException">Says which option and what is allowed.</exception>
    public static void Check(MqttClientOptions options)
    {
        CheckPlace(options);
        Require(Enum.IsDefined(options.Version), nameof(options.Version), "must be V311 or V500");
        CheckIdentity(options);
        CheckConnect(options);
        Require(options.SessionStore is null || !options.CleanStart, nameof(options.SessionStore), "needs a session that is kept (CleanStart false)");
        Require(options.ReceiveMaximum > 0, nameof(options.ReceiveMaximum), "must not be 0");
        // 16 bytes hold any CONNACK of MQTT 3.1.1 and most of 5.0; below it no server could answer.
        Require(options.MaximumPacketSize is >= 16 and <= int.MaxValue / 2, nameof(options.MaximumPacketSize), "must be 16 to 1,073,741,823 bytes");
        Require(options.ReceiveBufferBytes > 0, nameof(options.ReceiveBufferBytes), "must be above 0");
        Require(options.MaximumPendingPublishes > 0, nameof(options.MaximumPendingPublishes), "must be above 0");
        CheckTime(options.ConnectTimeout, nameof(options.ConnectTimeout));
        CheckTime(options.AcknowledgeTimeout, nameof(options.AcknowledgeTimeout));
        CheckReconnect(options.Reconnect);
        CheckWill(options.Will);
        foreach (var subscription in options.Subscriptions)
        {
            var problem = CheckSubscription(subscription);
            Require(problem is null, nameof(options.Subscriptions), problem ?? "");
        }
    }

    /// <summary>Null, or what is wrong with a subscription.</summary>
    public static string? CheckSubscription(MqttSubscription subscription)
    {
        var problem = TopicRules.CheckTopicFilter(subscription.Filter, subscription.NoLocal)
            ?? (!Enum.IsDefined(subscription.QualityOfService) ? "has no QoS of 0, 1 or 2 [MQTT-3.8.3-5]" : null)
            ?? (!Enum.IsDefined(subscription.RetainHandling) ? "has an unknown retain handling" : null)
            ?? (subscription.Identifier is 0 or > VariableByteInteger.Maximum ? "has an identifier that is not 1 to 268,435,455" : null);
        return problem is null ? null : $"'{subscription.Filter}' {problem}";
    }

    private static void CheckPlace(MqttClientOptions options)
    {
        Require(options.Host.Length > 0, nameof(options.Host), "must not be empty");
        Require(options.Port is > 0 and <= ushort.MaxValue, nameof(options.Port), "must be 1 to 65,535");
        Require(options.WebSocketPath is null || (options.WebSocketPath.StartsWith('/') && !options.WebSocketPath.Contains('#')), nameof(options.WebSocketPath), "must begin with / and have no #");
        Require(
            options.UnixSocket is null || (Path.IsPathFullyQualified(options.UnixSocket) && Encoding.UTF8.GetByteCount(options.UnixSocket) <= LongestSocketPath),
            nameof(options.UnixSocket),
            $"must be an absolute path of at most {LongestSocketPath} bytes");
        foreach (var pin in options.Tls?.PinnedPublicKeys ?? [])
        {
            var hash = new byte[SHA256.HashSizeInBytes];
            Require(
                Convert.TryFromBase64String(pin, hash, out var length) && length == hash.Length,
                nameof(MqttTlsOptions.PinnedPublicKeys),
                $"has '{pin}', which is not the base64 of a SHA-256 (44 characters)");
        }
    }

    private static void CheckIdentity(MqttClientOptions options)
    {
        CheckText(options.ClientId, nameof(options.ClientId));
        var keepsSession = !options.CleanStart || options.SessionExpiryInterval > 0;
        Require(
            !keepsSession || options.ClientId.Length > 0,
            nameof(options.ClientId),
            "must not be empty when a session is kept (CleanStart false or SessionExpiryInterval above 0): it is the session's name");
        Require(
            !keepsSession || !options.RandomizesClientId,
            nameof(options.RandomizesClientId),
            "can't be combined with a kept session (CleanStart false or SessionExpiryInterval above 0): nobody would come back to it");
        Require(
            options.CleanStart || options.Version == MqttVersion.V311 || options.SessionExpiryInterval > 0,
            nameof(options.SessionExpiryInterval),
            "must be above 0 when a session is kept (CleanStart false): with 0 the server drops it with the connection");
        if (options.UserName is not null)
        {
            CheckText(options.UserName, nameof(options.UserName));
        }

        Require(options.Password.Length <= ushort.MaxValue, nameof(options.Password), "must be at most 65,535 bytes");
        Require(
            options.Version == MqttVersion.V500 || options.Password.IsEmpty || options.UserName is not null,
            nameof(options.Password),
            "needs a user name in MQTT 3.1.1 [MQTT-3.1.2-22]");
    }

    private static void CheckConnect(MqttClientOptions options)
    {
        var fault = PropertyRules.Check(options.ConnectProperties, PropertyPlace.Connect)
            ?? (options.ConnectProperties.Any(item => item.Id != MqttPropertyId.UserProperty) ? "may hold User Properties alone; the rest has options" : null);
        Require(fault is null, nameof(options.ConnectProperties), fault ?? "");
        if (options.Authentication is { } authentication)
        {
            Require(options.Version == MqttVersion.V500, nameof(options.Authentication), "does not exist in MQTT 3.1.1");
            Require(authentication.Method.Length > 0, nameof(options.Authentication), "has an empty method");
            CheckText(authentication.Method, nameof(options.Authentication));
        }
    }

    private static void CheckReconnect(MqttReconnect reconnect)
    {
        CheckTime(reconnect.Minimum, nameof(reconnect.Minimum));
        CheckTime(reconnect.Maximum, nameof(reconnect.Maximum));
        CheckTime(reconnect.AfterRefusal, nameof(reconnect.AfterRefusal));
        Require(reconnect.Maximum >= reconnect.Minimum, nameof(reconnect.Maximum), "must not be below Minimum");
        Require(reconnect.Jitter is >= 0 and <= 1, nameof(reconnect.Jitter), "must be 0 to 1");
        Require(reconnect.StableAfter >= TimeSpan.Zero, nameof(reconnect.StableAfter), "must not be negative");
    }

    private static void CheckWill(MqttWill? will)
    {
        if (will is null)
        {
            return;
        }

        var problem = TopicRules.CheckTopicName(will.Topic);
        Require(problem is null, nameof(MqttClientOptions.Will), $"topic '{will.Topic}' {problem}");
        Require(Enum.IsDefined(will.QualityOfService), nameof(MqttClientOptions.Will), "has no QoS of 0, 1 or 2 [MQTT-3.1.2-12]");
        Require(will.Payload.Length <= ushort.MaxValue, nameof(MqttClientOptions.Will), "payload must be at most 65,535 bytes");
        var fault = PropertyRules.Check(will.Properties, PropertyPlace.Will);
        Require(fault is null, nameof(MqttClientOptions.Will), fault ?? "");
    }

    private static void CheckTime(TimeSpan time, string name) =>
        Require(time > TimeSpan.Zero && time <= LongestTime, name, "must be above 0 and at most a day");

    private static void CheckText(string text, string name)
    {
        var problem = TopicRules.CheckText(text);
        Require(problem is null, name, problem ?? "");
    }

    private static void Require(bool holds, string name, string rule)
    {
        if (!holds)
        {
            throw new ArgumentException($"{name} {rule}.", $"options.{name}");
        }
    }
}
