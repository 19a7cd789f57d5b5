namespace MeetNet.Mqtt.Sessions;

/// <summary>What comes from the session store.</summary>
internal sealed partial class SendWindow
{
    /// <summary>Publishes of an earlier process.</summary>
    public int RestoredCount { get; private set; }

    /// <summary>
    /// Takes up what an earlier process had in flight: as if it had been written on a connection before, in front of what waits.
    /// </summary>
    /// <exception cref="MqttSessionStoreException">A packet identifier comes twice.</exception>
    public void Restore(MqttStoredSession stored)
    {
        foreach (var release in stored.Releases)
        {
            var publish = FromStore(new MqttStoredPublish(
                release.Serial, release.PacketId, "", default, MqttQualityOfService.ExactlyOnce, Retain: false, MqttProperties.Empty));
            _released.Add(publish);
        }

        foreach (var sent in stored.Publishes.Where(publish => publish.PacketId != 0))
        {
            var publish = FromStore(sent);
            publish.Stage = PublishStage.InFlight;
            _inFlight.AddLast(publish);
        }

        foreach (var unsent in stored.Publishes.Where(publish => publish.PacketId == 0).Reverse())
        {
            _waiting.AddFirst(FromStore(unsent));
        }
    }

    private PendingPublish FromStore(MqttStoredPublish stored)
    {
        var publish = PendingPublish.Of(stored);
        journal!.Continue(stored.Serial);
        if (stored.PacketId != 0)
        {
            if (!identifiers.TryTake(stored.PacketId))
            {
                throw new MqttSessionStoreException($"The stored session has packet identifier {stored.PacketId} twice.");
            }

            Register(publish);
        }

        RestoredCount++;
        Totals = Totals with { Taken = Totals.Taken + 1 };
        return publish;
    }
}
