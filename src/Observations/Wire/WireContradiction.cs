namespace MeetNet.Observations.Wire;

/// <summary>
/// A message says who it is from and so does its topic; the broker vouches for the topic only. What differs is refused.
/// </summary>
internal static class WireContradiction
{
    public static bool Find(WireTopic topic, WireKind kind, string? owner, string? station, string? hub, out WireFault fault)
    {
        if (topic.Kind != kind)
        {
            fault = Fault("$", $"the topic is for {topic.Kind}, the message is {kind}");
        }
        else if (owner is not null && !Same(owner, topic.Owner))
        {
            fault = Fault("$.owner", $"expected '{topic.Owner}' as in the topic, found '{owner}'");
        }
        else if (station is not null && !Same(station, topic.Station))
        {
            fault = Fault("$.station", $"expected '{topic.Station}' as in the topic, found '{station}'");
        }
        else if (hub is not null && !Same(hub, topic.Hub))
        {
            fault = Fault("$.hub", $"expected '{topic.Hub}' as in the topic, found '{hub}'");
        }
        else
        {
            fault = default;
            return false;
        }

        return true;
    }

    public static bool FindDatastream(WireTopic topic, string datastream, string path, out WireFault fault)
    {
        var (owner, station) = (topic.Owner, topic.Station);
        if (datastream.Length > owner.Length + station.Length + 1
            && datastream.StartsWith(owner, StringComparison.Ordinal) && datastream[owner.Length] == '/'
            && datastream.AsSpan(owner.Length + 1).StartsWith(station, StringComparison.Ordinal)
            && datastream[owner.Length + 1 + station.Length] == '/')
        {
            fault = default;
            return false;
        }

        fault = Fault(path, $"expected a datastream of '{owner}/{station}' as in the topic, found '{datastream}'");
        return true;
    }

    private static bool Same(string left, string? right) => string.Equals(left, right, StringComparison.Ordinal);

    private static WireFault Fault(string path, string message) => new(WireReasons.ContradictsTopic, path, -1, message);
}
