using System.Text;

namespace MeetNet.Devices.Payloads;

/// <summary>
/// What has to be remembered of an edge node to understand its data: whether it is born, its sequence numbers, and which alias stands for which metric
/// (Sparkplug 3.0.0 §6.4.11 to §6.4.18).
/// </summary>
internal sealed class SparkplugEdge
{
    /// <summary>An edge node that was asked may need a while; asked by everyone for every message it would do nothing else.</summary>
    private static readonly TimeSpan RebirthPause = TimeSpan.FromMinutes(1);

    private const int Sequences = 256;

    private readonly Dictionary<ulong, (string Name, int? Datatype)> _aliases = [];
    private readonly Dictionary<string, int> _datatypes = new(StringComparer.Ordinal);
    private int? _sequence;
    private double? _session;
    private DateTimeOffset? _asked;

    /// <summary>Whether its births and all that came after them were seen, so that aliases can be trusted.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>The sequence number after another (§6.4.3: 0 to 255, then 0 again).</summary>
    public static int Next(int sequence) => (sequence + 1) % Sequences;

    /// <summary>A birth of the edge node: everything that was known before is void.</summary>
    /// <param name="session">Its bdSeq: the death that belongs to this birth has the same (§6.4.16).</param>
    public void Born(int? sequence, double? session = null)
    {
        _session = session;
        _aliases.Clear();
        _datatypes.Clear();
        _sequence = sequence;
        IsKnown = true;
    }

    /// <summary>A death. False when it is that of an earlier connection, which the broker published late: the edge node lives.</summary>
    public bool Dead(double? session)
    {
        var late = IsKnown && session is not null && _session is not null && session != _session;
        IsKnown &= late;
        return !late;
    }

    /// <summary>A message after the birth; a number that is left out means that a message was lost.</summary>
    public void Heard(int? sequence)
    {
        if (sequence is null || _sequence is null || sequence != Next(_sequence.Value))
        {
            IsKnown = false;
        }

        _sequence = sequence;
    }

    /// <summary>Takes name, alias and datatype of a metric in a birth.</summary>
    /// <param name="device">The device, or null for the edge node's own metrics: names are unique within each only.</param>
    public void Learn(string? device, in SparkplugMetric metric)
    {
        var name = Full(device, Encoding.UTF8.GetString(metric.Name));
        if (metric.Alias is { } alias)
        {
            _aliases[alias] = (name, metric.Datatype);
        }

        if (metric.Datatype is { } datatype)
        {
            _datatypes[name] = datatype;
        }
    }

    /// <summary>Whether a metric is the one of that name; by alias only as long as the edge node is known.</summary>
    public bool Is(string? device, string name, in SparkplugMetric metric, out int? datatype)
    {
        datatype = metric.Datatype;
        var full = Full(device, name);
        if (!metric.Name.IsEmpty)
        {
            datatype ??= _datatypes.TryGetValue(full, out var born) ? born : null;
            return Encoding.UTF8.GetByteCount(name) == metric.Name.Length && Encoding.UTF8.GetString(metric.Name) == name;
        }

        if (!IsKnown || metric.Alias is not { } alias || !_aliases.TryGetValue(alias, out var known))
        {
            return false;
        }

        datatype ??= known.Datatype;
        return known.Name == full;
    }

    /// <summary>The request for a new birth, at most one a minute; null when it is not needed or was made already.</summary>
    public OutgoingMessage? AskRebirth(string group, string edge, DateTimeOffset now)
    {
        if (IsKnown || (_asked is { } last && now - last < RebirthPause && now >= last))
        {
            return null;
        }

        _asked = now;
        return new OutgoingMessage($"{SparkplugTopic.Namespace}/{group}/NCMD/{edge}", SparkplugWriter.Rebirth(now));
    }

    private static string Full(string? device, string name) => device is null ? name : $"{device}\n{name}";
}
