using MeetNet.Observations;
using MeetNet.Observations.Reference;
using MeetNet.Observations.Time;

namespace MeetNet.Ingest.Import;

/// <summary>What a person states of a file: all that it doesn't say itself. What a format needs and is not stated here is refused, never guessed.</summary>
internal sealed record ImportOptions
{
    public required string File { get; init; }

    /// <summary>The bronhouder of the series.</summary>
    public required string Owner { get; init; }

    /// <summary>The station it becomes: one that no gateway sends for.</summary>
    public required string Station { get; init; }

    /// <summary>The sensor of its datastreams. Series of one property that differ (hour and day) need different ones.</summary>
    public required string Sensor { get; init; }

    /// <summary>Where the station is; may be left out once it has been imported to.</summary>
    public Location? Place { get; init; }

    /// <summary>What people call the station; its id when left out.</summary>
    public string? Name { get; init; }

    /// <summary>Observed property, for formats that don't say it.</summary>
    public string? Property { get; init; }

    /// <summary>Principle of measurement; null when nobody states it.</summary>
    public string? Method { get; init; }

    /// <summary>Siting class of the station; null when nobody states it, or before.</summary>
    public string? Siting { get; init; }

    /// <summary>UCUM unit, for formats that don't say it.</summary>
    public string? Unit { get; init; }

    /// <summary>Reference conditions of gases for which no law states them.</summary>
    public GasReference? Reference { get; init; }

    /// <summary>Vertical datum, for formats that don't say it.</summary>
    public string? Datum { get; init; }

    /// <summary>Named transformation to the canonical datum.</summary>
    public string? Transformation { get; init; }

    /// <summary>What stamps mean, for formats that don't say it.</summary>
    public StampConvention? Stamp { get; init; }

    /// <summary>How far the clock of stamps without offset is ahead of UTC, for formats that don't say it.</summary>
    public TimeSpan? Clock { get; init; }

    /// <summary>Which list the quality codes are of, for formats that don't say it.</summary>
    public string? Codes { get; init; }

    /// <summary>The station, location or sampling point of the file that is meant; all of it when null.</summary>
    public string? Select { get; init; }

    /// <summary>Read, judge and compare; write nothing.</summary>
    public bool DryRun { get; init; }
}
