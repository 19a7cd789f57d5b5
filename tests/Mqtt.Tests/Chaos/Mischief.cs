namespace MeetNet.Mqtt.Tests.Chaos;

/// <summary>What happens to the network or the broker while messages are on their way.</summary>
internal enum Mischief
{
    /// <summary>Every connection is reset.</summary>
    Cut,

    /// <summary>Every connection is reset, and so are the next ones.</summary>
    Refuse,

    /// <summary>Every connection becomes half-open.</summary>
    Swallow,

    /// <summary>A few bytes at a time.</summary>
    Trickle,

    /// <summary>The broker stands still until the sender's window is full.</summary>
    PauseBriefly,

    /// <summary>The broker stands still until a client has given its connection up.</summary>
    Pause,

    /// <summary>The broker is stopped in an orderly way and started again.</summary>
    Restart,

    /// <summary>kill -9 for the broker, which is started again with what it had saved some time ago.</summary>
    Kill,
}
