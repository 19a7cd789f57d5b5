using System.Diagnostics.CodeAnalysis;
using MeetNet.Observations;
using MeetNet.Observations.Quality;
using MeetNet.Observations.Time;

namespace MeetNet.Ingest.Import;

/// <summary>What a source says of one of its series, in its own terms.</summary>
/// <param name="Property">Observed property of the catalogue.</param>
/// <param name="Unit">UCUM unit of its numbers.</param>
/// <param name="Stamp">What its time stamps mean. With the phenomenon time it gives the native stamp back.</param>
/// <param name="Datum">Code of the vertical datum of heights; null for others.</param>
/// <param name="Field">Its name in the source.</param>
internal sealed record SourceSeries(string Property, string Unit, StampConvention Stamp, string? Datum, string Field);

/// <summary>One row of a source.</summary>
/// <param name="Line">Line of the file, from 1.</param>
/// <param name="Series">The series it is of.</param>
/// <param name="Time">When the value applied.</param>
/// <param name="Raw">The number as published; null when there is none.</param>
/// <param name="Native">What the source's own codes say, and the codes; null when it gave none.</param>
internal readonly record struct SourceValue(int Line, SourceSeries Series, PhenomenonTime Time, double? Raw, NativeQuality? Native);

/// <summary>The file as a whole can't be imported.</summary>
internal sealed class ImportException(int line, string message) : Exception(message)
{
    /// <summary>Line of the file, from 1; 0 when it is of no line.</summary>
    public int Line => line;
}

/// <summary>What was read of a file: the values, and every row that is wrong.</summary>
internal sealed class SourceValues(ImportOptions options)
{
    private readonly Dictionary<string, string> _sites = new(StringComparer.Ordinal);
    private string? _datum;

    public ImportOptions Options => options;

    public List<SourceValue> Values { get; } = [];

    /// <summary>Rows that can't be read, with what was expected.</summary>
    public List<(int Line, string Message)> Problems { get; } = [];

    /// <summary>What is in the file and not meant to be imported, with the number of rows.</summary>
    public SortedDictionary<string, int> PassedOver { get; } = new(StringComparer.Ordinal);

    public void Refuse(int line, string message) => Problems.Add((line, message));

    public void PassOver(string reason) => PassedOver[reason] = PassedOver.GetValueOrDefault(reason) + 1;

    /// <summary>Whether rows of this site of the source are wanted: of the one that was selected, or else of the only one.</summary>
    /// <param name="line">Line of the row.</param>
    /// <param name="site">The source's code of the station, location or sampling point.</param>
    /// <param name="property">Sites are told apart by property where a source has one site for each; else empty.</param>
    /// <exception cref="ImportException">The file has more than one, and none is selected.</exception>
    public bool IsOf(int line, string site, string property = "")
    {
        if (options.Select is { } selected)
        {
            if (selected == site)
            {
                return true;
            }
            PassOver($"'{site}' is not '{selected}'");
            return false;
        }
        if (!_sites.TryAdd(property, site) && _sites[property] != site)
        {
            throw new ImportException(line, $"the file has '{_sites[property]}' and '{site}': say with --select which of them this station is");
        }
        return true;
    }

    /// <summary>Whether rows of this vertical datum are wanted: of the one that was stated, or else of the only one.</summary>
    /// <exception cref="ImportException">The file has more than one, and none is stated.</exception>
    public bool IsTo(int line, string datum)
    {
        if (options.Datum is { } stated)
        {
            if (stated == datum)
            {
                return true;
            }
            PassOver($"a level to {datum}, not to {stated}");
            return false;
        }
        _datum ??= datum;
        return _datum == datum
            ? true
            : throw new ImportException(line, $"the file has the same levels to {_datum} and to {datum}: say with --datum which of them count");
    }

    /// <summary>Reads the codes of a row by the lists of <c>code-lists.json</c>; a row with a code that its list does not have is refused.</summary>
    public bool TryQuality(int line, string property, [NotNullWhen(true)] out NativeQuality? quality, params IReadOnlyList<NativeCode> codes)
    {
        if (NativeQuality.TryRead(property, codes, out quality, out var unknown))
        {
            return true;
        }
        var known = CodeLists.Get(unknown.Source, unknown.Kind).Codes.Where(code => code.Property is null || code.Property == property).Select(code => code.Code);
        Refuse(line, $"expected a code of {unknown.Source}.{unknown.Kind} ({string.Join(", ", known)}), found '{unknown.Code}'");
        return false;
    }

    /// <summary>Adds a row whose stamp has its offset, or is read from the convention's clock (UTC or UTC+1) when it has none.</summary>
    public void Add(int line, SourceSeries series, string stamp, double? raw, NativeQuality? native)
    {
        if (!SourceText.TryTime(stamp, out var local, out var offset))
        {
            Refuse(line, $"expected a time such as 2026-07-01T10:00:00+01:00, found '{stamp}'");
            return;
        }
        Add(line, series, local, offset ?? SourceText.OffsetOf(series.Stamp.Zone), raw, native);
    }

    /// <summary>Adds a row.</summary>
    public void Add(int line, SourceSeries series, DateTime local, TimeSpan offset, double? raw, NativeQuality? native)
    {
        if (series.Stamp.Resolve(local, offset, out var time) != StampOutcome.Certain)
        {
            Refuse(line, $"expected a time of the years 1900 to 2999, found {local:yyyy-MM-dd HH:mm:ss}");
            return;
        }
        Values.Add(new SourceValue(line, series, time, raw, native));
    }
}
