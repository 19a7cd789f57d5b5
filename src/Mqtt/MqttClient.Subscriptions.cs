using MeetNet.Mqtt.Protocol;
using MeetNet.Mqtt.Sessions;

namespace MeetNet.Mqtt;

public sealed partial class MqttClient
{
    /// <summary>
    /// Subscribes, in one SUBSCRIBE. Completes at SUBACK. What is granted is subscribed to again on every later connection, after
    /// <see cref="MqttClientOptions.Subscriptions"/>; a filter that was there before is replaced. Messages may arrive before this completes.
    /// </summary>
    /// <param name="filters">At least one; all with the same <see cref="MqttSubscription.Identifier"/>, since a SUBSCRIBE carries one.</param>
    /// <param name="properties">
    /// User Properties of this packet, and a Subscription Identifier for all of its filters that then takes the place of theirs; not sent in
    /// MQTT 3.1.1. Later connections repeat the identifier, not the User Properties.
    /// </param>
    /// <param name="cancellationToken">Takes the request back if it was not sent yet; otherwise only ends the waiting.</param>
    /// <exception cref="ArgumentException">A filter or a property is not valid.</exception>
    /// <exception cref="MqttConnectionLostException">Not connected, the connection was lost before SUBACK, or the client was stopped. Nothing was added.</exception>
    /// <exception cref="MqttSubscribeRejectedException">The server's limits don't allow it, or too many are pending; nothing was sent.</exception>
    public Task<MqttSubscribeResult> SubscribeAsync(
        IReadOnlyList<MqttSubscription> filters, MqttProperties? properties = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filters);
        Require(filters.Count > 0, nameof(filters), "SUBSCRIBE needs a filter [MQTT-3.8.3-2]");
        var given = properties ?? MqttProperties.Empty;
        var fault = PropertyRules.Check(given, PropertyPlace.Subscribe);
        Require(fault is null, nameof(properties), fault);
        var identifier = given.Number(MqttPropertyId.SubscriptionIdentifier) ?? filters[0].Identifier;
        var wanted = new MqttSubscription[filters.Count];
        for (var i = 0; i < wanted.Length; i++)
        {
            var problem = OptionsRules.CheckSubscription(filters[i]);
            Require(problem is null, nameof(filters), problem);
            Require(
                filters[i].Identifier is null || filters[i].Identifier == identifier,
                nameof(filters),
                "One SUBSCRIBE carries one subscription identifier: subscribe with another in another call");
            wanted[i] = filters[i] with { Identifier = identifier };
        }

        if (identifier is { } number && given.Number(MqttPropertyId.SubscriptionIdentifier) is null)
        {
            given = new MqttProperties([.. given, MqttProperty.Of(MqttPropertyId.SubscriptionIdentifier, number)]);
        }

        return RequestAsync(SubscriptionRequest.Subscribe(wanted, given), cancellationToken);
    }

    /// <summary>
    /// Ends subscriptions, in one UNSUBSCRIBE. Completes at UNSUBACK. Later connections don't subscribe to these filters any more, those of
    /// <see cref="MqttClientOptions.Subscriptions"/> included. Messages that are under way still arrive.
    /// </summary>
    /// <param name="filters">At least one, each as it was subscribed to, character by character.</param>
    /// <param name="properties">User Properties of this packet; not sent in MQTT 3.1.1.</param>
    /// <param name="cancellationToken">Takes the request back if it was not sent yet; otherwise only ends the waiting.</param>
    /// <exception cref="ArgumentException">A filter or a property is not valid.</exception>
    /// <exception cref="MqttConnectionLostException">Not connected, the connection was lost before UNSUBACK, or the client was stopped. Nothing was taken away.</exception>
    /// <exception cref="MqttSubscribeRejectedException">The server's Maximum Packet Size doesn't allow it, or too many are pending; nothing was sent.</exception>
    public Task<MqttSubscribeResult> UnsubscribeAsync(
        IReadOnlyList<string> filters, MqttProperties? properties = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filters);
        Require(filters.Count > 0, nameof(filters), "UNSUBSCRIBE needs a filter [MQTT-3.10.3-2]");
        foreach (var filter in filters)
        {
            var problem = TopicRules.CheckTopicFilter(filter);
            Require(problem is null, nameof(filters), $"'{filter}' {problem}");
        }

        var given = properties ?? MqttProperties.Empty;
        var fault = PropertyRules.Check(given, PropertyPlace.Unsubscribe);
        Require(fault is null, nameof(properties), fault);
        return RequestAsync(SubscriptionRequest.Unsubscribe([.. filters], given), cancellationToken);
    }

    private Task<MqttSubscribeResult> RequestAsync(SubscriptionRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_core.Gate)
        {
            if (_stopping)
            {
                return Task.FromException<MqttSubscribeResult>(StoppedException());
            }

            if (!_core.Session.IsOpen)
            {
                return Task.FromException<MqttSubscribeResult>(
                    new MqttConnectionLostException(MqttDisconnectCause.ConnectionLost, null, "not connected"));
            }

            var status = _core.Session.Subscriptions.Enqueue(request);
            if (!status.IsOk)
            {
                return Task.FromException<MqttSubscribeResult>(new MqttSubscribeRejectedException(status.Code, status.Problem!));
            }
        }

        _core.Current?.Wake();
        return cancellationToken.CanBeCanceled ? WaitAsync(request, cancellationToken) : request.Completion.Task;
    }

    private async Task<MqttSubscribeResult> WaitAsync(SubscriptionRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await request.Completion.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            lock (_core.Gate)
            {
                _core.Session.Subscriptions.Withdraw(request);
            }

            // If it was too late for that it may still fail, when nobody waits any more.
            _ = request.Completion.Task.ContinueWith(
                static task => task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw;
        }
    }

    private static void Require(bool holds, string name, string? rule)
    {
        if (!holds)
        {
            throw new ArgumentException($"{rule}.", name);
        }
    }
}
