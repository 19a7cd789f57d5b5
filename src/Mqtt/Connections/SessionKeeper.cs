namespace MeetNet.Mqtt.Connections;

/// <summary>Brings the session to its store and back. Used by one at a time: the start, the send loop of the current connection, the end.</summary>
internal sealed class SessionKeeper(ClientCore core, IMqttSessionStore store)
{
    // Taken from the session and not known to be stored.
    private readonly List<MqttSessionChange> _unsaved = [];

    /// <summary>The server may have the session that was stored.</summary>
    public bool Resumes { get; private set; }

    /// <summary>Takes up what was stored, before the first connection.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        var stored = await store.LoadAsync(core.Options.ClientId, cancellationToken);
        lock (core.Gate)
        {
            core.Session.Restore(stored);
        }

        Resumes = stored.Exists;
    }

    /// <summary>Stores all that has happened up to now.</summary>
    /// <exception cref="MqttSessionStoreException">It could not; the next call tries the same first.</exception>
    public async ValueTask SaveAsync()
    {
        lock (core.Gate)
        {
            core.Session.Journal!.MoveTo(_unsaved);
        }

        if (_unsaved.Count == 0)
        {
            return;
        }

        try
        {
            await store.SaveAsync(_unsaved);
        }
        catch (Exception e) when (e is not MqttSessionStoreException)
        {
            throw new MqttSessionStoreException($"The session store failed: {e.Message}", e);
        }

        _unsaved.Clear();
    }
}
