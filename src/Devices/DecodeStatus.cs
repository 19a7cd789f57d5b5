namespace MeetNet.Devices;

/// <summary>What a frame turned out to be.</summary>
public enum DecodeStatus
{
    /// <summary>Readings were added; each has its own status.</summary>
    Ok,

    /// <summary>A sound frame from a device that isn't ready: every reading that was added has that status.</summary>
    WarmingUp,

    /// <summary>
    /// The device answered that it can't measure; <see cref="ReadingBuffer.Reason"/> says how. Every field that was asked for has
    /// a reading with status <see cref="ReadingStatus.DeviceFault"/>.
    /// </summary>
    DeviceFault,

    /// <summary>A sound frame that is not what was asked, or not from this device; nothing was added.</summary>
    Unexpected,
}
