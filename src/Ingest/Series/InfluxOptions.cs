namespace MeetNet.Ingest.Series;

/// <summary>One InfluxDB server, or an engine that speaks its <c>/write</c> and <c>/query</c>.</summary>
internal sealed record InfluxOptions
{
    /// <summary>Name of the projection: in <c>rebuild NAME</c>, the books and the name of its cursor file.</summary>
    public required string Name { get; init; }

    /// <summary>Base address, for instance <c>http://127.0.0.1:8086/</c>.</summary>
    public required Uri Url { get; init; }

    public required string Database { get; init; }

    /// <summary>Makes the database when it is missing.</summary>
    public bool CreateDatabase { get; init; }

    public string? User { get; init; }

    public ReadOnlyMemory<byte> Password { get; init; }

    /// <summary>Deadline of one request.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);
}
