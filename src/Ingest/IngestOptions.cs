using System.Net;
using MeetNet.Hosting;
using MeetNet.Ingest.Facts;
using MeetNet.Ingest.Intake;
using MeetNet.Ingest.Neighbours;
using MeetNet.Ingest.Series;
using MeetNet.Sqlite;

namespace MeetNet.Ingest;

/// <summary>Everything ingest.yaml and the command line say; checked before the program starts.</summary>
internal sealed record IngestOptions
{
    /// <summary>Name of this hub: in <c>down/HUB/ack</c>, in the MQTT client id, on the page.</summary>
    public required string Hub { get; init; }

    /// <summary>Where the log, the projections, the secrets and the lock live. Absolute.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Folder with the alert rules, absolute; null: no rules.</summary>
    public string? RulesDirectory { get; init; }

    /// <summary>Where alerts are posted as JSON; null: only to the log.</summary>
    public Uri? Webhook { get; init; }

    /// <summary>Address and port of the HTTP server.</summary>
    public required IPEndPoint Listen { get; init; }

    public BrokerOptions Broker { get; init; } = new();

    /// <summary>Messages that the broker may have delivered and ingest not yet acknowledged. A promise of the broker's that not every broker keeps.</summary>
    public int ReceiveMaximum { get; init; } = 2_000;

    /// <summary>Bytes of received messages that may wait; then the socket is not read. The bound that holds with any broker.</summary>
    public int ReceiveBufferBytes { get; init; } = 8 << 20;

    public SqliteSynchronous LogSynchronous { get; init; } = SqliteSynchronous.Full;

    public GroupLimits Groups { get; init; } = new();

    public RejectLimits Rejects { get; init; } = new();

    /// <summary>Whether the embedded series store is written; queries are answered by it when it is, else by the first InfluxDB.</summary>
    public bool EmbeddedSeries { get; init; } = true;

    /// <summary>InfluxDB servers beside or instead of the embedded store.</summary>
    public IReadOnlyList<InfluxOptions> Influx { get; init; } = [];

    /// <summary>The neighbour tests; null: none is run.</summary>
    public NeighbourOptions? Neighbours { get; init; }

    public LogOptions Log { get; init; } = new();

    /// <summary>A file of the data directory.</summary>
    public string DataFile(string name) => Path.Combine(DataDirectory, name);
}
