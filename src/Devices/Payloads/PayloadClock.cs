namespace MeetNet.Devices.Payloads;

/// <summary>The clocks of nodes: seconds since 1970, UTC, in 32 bits.</summary>
internal static class PayloadClock
{
    /// <summary>2015-01-01, before the first LoRaWAN specification (V1.0, January 2015): a clock that says less has never been set.</summary>
    private const uint Earliest = 1_420_070_400;

    /// <summary>The stamp, or null from a clock that was never set.</summary>
    public static DeviceTime? Read(uint seconds) =>
        seconds < Earliest ? null : new DeviceTime(DateTime.SpecifyKind(DateTime.UnixEpoch.AddSeconds(seconds), DateTimeKind.Unspecified), TimeSpan.Zero);
}
