namespace MeetNet.TestKit;

/// <summary>A real MQTT broker that a test started: it listens on the loopback address, and its files are gone when it is disposed.</summary>
public interface IBroker : IAsyncDisposable
{
    /// <summary>Port of the plain TCP listener.</summary>
    int Port { get; }

    /// <summary>Whether the process lives.</summary>
    bool IsRunning { get; }

    /// <summary>What the broker logged last, one line each.</summary>
    string Log { get; }

    /// <summary>kill -9: nothing is written any more, connections are reset.</summary>
    void Kill();

    /// <summary>SIGTERM, and waits for the end: saves what it persists.</summary>
    Task StopAsync();

    /// <summary>Starts the process again on the same ports, folder and configuration.</summary>
    Task StartAgainAsync();

    /// <summary>SIGSTOP: connections stay open and nothing answers.</summary>
    void Pause();

    /// <summary>SIGCONT: goes on after <see cref="Pause"/>.</summary>
    void Resume();
}
