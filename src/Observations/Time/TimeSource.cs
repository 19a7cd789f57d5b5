namespace MeetNet.Observations.Time;

/// <summary>The rule by which the phenomenon time of a datastream is chosen from the clocks that took part.</summary>
public enum TimeSource
{
    /// <summary>The device's own stamp, read by its convention; without a stamp that names a time there is no result.</summary>
    DeviceStamp,

    /// <summary>The reception by the network server; the arrival at the gateway for a message in which the server did not say it.</summary>
    NetworkReception,

    /// <summary>The arrival at the gateway. A number out of a device's memory that comes with an instant of its own is of that instant.</summary>
    GatewayArrival,
}

/// <summary>Names of the rules in procedures.</summary>
public static class TimeSources
{
    /// <summary>All names, in the order of <see cref="TimeSource"/>.</summary>
    public static IReadOnlyList<string> Names { get; } = ["device-stamp", "network-reception", "gateway-arrival"];

    /// <summary>The name of a rule.</summary>
    public static string NameOf(TimeSource source) => Names[(int)source];
}
