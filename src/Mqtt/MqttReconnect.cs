namespace MeetNet.Mqtt;

/// <summary>
/// When to connect again. The delay doubles from <see cref="Minimum"/> to <see cref="Maximum"/> with every attempt that did not
/// lead to a stable connection, and is then shortened at random by up to <see cref="Jitter"/> so that a fleet doesn't come back in step.
/// After a connection of at least <see cref="StableAfter"/> that the server ended with a DISCONNECT that invites back (0x00 normal, 0x8B
/// server shutting down, 0xA0 maximum connect time), the first attempt is made at once.
/// </summary>
public sealed record MqttReconnect
{
    /// <summary>Delay after the first loss.</summary>
    public TimeSpan Minimum { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest delay between attempts.</summary>
    public TimeSpan Maximum { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Part of the delay that is random, 0 to 1. 1 is full jitter: anything from nothing to the whole delay.</summary>
    public double Jitter { get; init; } = 1;

    /// <summary>A connection that lived this long makes the next delay start at <see cref="Minimum"/> again.</summary>
    public TimeSpan StableAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Delay after the server said no for a reason that time alone won't mend (bad credentials, banned, protocol error,
    /// client identifier in use by another). Jittered as well, never below half.
    /// </summary>
    public TimeSpan AfterRefusal { get; init; } = TimeSpan.FromSeconds(60);
}
