using System.Diagnostics.CodeAnalysis;

namespace MeetNet.Observations.Wire;

/// <summary>The kinds of message, each with its topic.</summary>
public enum WireKind
{
    /// <summary>Not a kind: the default value.</summary>
    None = 0,

    /// <summary><c>…/up/obs</c>: a batch of observations.</summary>
    Obs,

    /// <summary><c>…/up/hello</c>: what the outbox holds, said on connecting.</summary>
    Hello,

    /// <summary><c>…/up/announcement</c>, retained: the station, its sensors, datastreams and procedures.</summary>
    Announcement,

    /// <summary><c>…/up/state</c>, retained and last will: online or offline.</summary>
    State,

    /// <summary><c>…/down/{hub}/ack</c>: how far the hub has the observations on disk.</summary>
    Ack,
}

/// <summary>A topic taken apart.</summary>
/// <param name="Owner">The bronhouder.</param>
/// <param name="Station">The station.</param>
/// <param name="Kind">The kind of message.</param>
/// <param name="Hub">The hub of an acknowledgement; null for all that goes up.</param>
public readonly record struct WireTopic(string Owner, string Station, WireKind Kind, string? Hub);

/// <summary>
/// The topics <c>meetnet/1/{owner}/{station}/up/{obs|hello|announcement|state}</c> and
/// <c>meetnet/1/{owner}/{station}/down/{hub}/ack</c>.
/// </summary>
public static class WireTopics
{
    /// <summary>What a hub subscribes to: all that goes up.</summary>
    public const string AllUp = "meetnet/1/+/+/up/+";

    private const string Root = "meetnet";
    private const string VersionLevel = "1";

    /// <summary>Filter for one kind of message of all stations, for instance <c>meetnet/1/+/+/up/obs</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The kind does not go up.</exception>
    public static string All(WireKind kind) => $"{Root}/{VersionLevel}/+/+/up/{Level(kind)}";

    /// <summary>Filter for the acknowledgements that every hub sends to one station.</summary>
    public static string AllAcks(string owner, string station) => $"{Stem(owner, station)}/down/+/ack";

    /// <summary>Topic of observation batches.</summary>
    public static string Obs(string owner, string station) => Up(owner, station, WireKind.Obs);

    /// <summary>Topic of hellos.</summary>
    public static string Hello(string owner, string station) => Up(owner, station, WireKind.Hello);

    /// <summary>Topic of announcements.</summary>
    public static string Announcement(string owner, string station) => Up(owner, station, WireKind.Announcement);

    /// <summary>Topic of station states.</summary>
    public static string State(string owner, string station) => Up(owner, station, WireKind.State);

    /// <summary>Topic of a hub's acknowledgements to a station.</summary>
    public static string Ack(string owner, string station, string hub)
    {
        RequireName(hub, nameof(hub));
        return $"{Stem(owner, station)}/down/{hub}/ack";
    }

    /// <summary>Takes a topic apart; false for every topic that is not one of MeetNet's, version 1.</summary>
    public static bool TryParse([NotNullWhen(true)] string? topic, out WireTopic parsed)
    {
        parsed = default;
        Span<Range> levels = stackalloc Range[8];
        var span = topic.AsSpan();
        if (topic is null || span.Length > 256)
        {
            return false;
        }

        var count = span.Split(levels, '/');
        if (count is not (6 or 7) || !span[levels[0]].SequenceEqual(Root) || !span[levels[1]].SequenceEqual(VersionLevel)
            || !Identifiers.IsName(span[levels[2]]) || !Identifiers.IsName(span[levels[3]]))
        {
            return false;
        }

        var (owner, station) = (topic[levels[2]], topic[levels[3]]);
        if (count == 6 && span[levels[4]].SequenceEqual("up") && TryKind(span[levels[5]], out var kind))
        {
            parsed = new WireTopic(owner, station, kind, null);
            return true;
        }

        if (count == 7 && span[levels[4]].SequenceEqual("down") && Identifiers.IsName(span[levels[5]])
            && span[levels[6]].SequenceEqual("ack"))
        {
            parsed = new WireTopic(owner, station, WireKind.Ack, topic[levels[5]]);
            return true;
        }

        return false;
    }

    private static string Up(string owner, string station, WireKind kind) => $"{Stem(owner, station)}/up/{Level(kind)}";

    private static string Stem(string owner, string station)
    {
        RequireName(owner, nameof(owner));
        RequireName(station, nameof(station));
        return $"{Root}/{VersionLevel}/{owner}/{station}";
    }

    private static void RequireName(string name, string parameter)
    {
        if (!Identifiers.IsName(name))
        {
            throw new ArgumentException($"'{name}' cannot stand in a topic: expected {Identifiers.NamePattern}.", parameter);
        }
    }

    private static string Level(WireKind kind) => kind switch
    {
        WireKind.Obs => "obs",
        WireKind.Hello => "hello",
        WireKind.Announcement => "announcement",
        WireKind.State => "state",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "This kind of message does not go up."),
    };

    private static bool TryKind(ReadOnlySpan<char> level, out WireKind kind)
    {
        kind = level switch
        {
            "obs" => WireKind.Obs,
            "hello" => WireKind.Hello,
            "announcement" => WireKind.Announcement,
            "state" => WireKind.State,
            _ => WireKind.None,
        };
        return kind != WireKind.None;
    }
}
