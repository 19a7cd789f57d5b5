using MeetNet.Observations.Quality;
using MeetNet.Observations.Time;

namespace MeetNet.Ingest.Import;

/// <summary>One value of a groundwater level dossier, as the register writes it.</summary>
/// <param name="Line">Line of the file, from 1.</param>
/// <param name="Time">ISO 8601 with its offset.</param>
/// <param name="Value">The number; empty for none.</param>
/// <param name="Unit">UCUM; null when the file does not say it of each value.</param>
/// <param name="Check">statusKwaliteitscontrole.</param>
/// <param name="Censored">censuurreden; empty for none.</param>
/// <param name="Stage">mateBeoordeling; empty for a check by hand, which has none.</param>
/// <param name="Kind">observatietype.</param>
internal readonly record struct GldPoint(int Line, string Time, string Value, string? Unit, string Check, string Censored, string Stage, string Kind);

/// <summary>
/// A dossier of the Dutch key register of the subsurface (BRO GLD, BROprogramma/GLD), as XML in WaterML 2 or as CSV (the full report): groundwater levels in m NAP, each an instant with its
/// offset and its own quality check. The same time may be there as preliminary and as assessed: the more definite counts. Checks by hand are other measurements, and are passed over.
/// </summary>
internal sealed class GldFormat : ISeriesFormat
{
    private static readonly SourceSeries Series = new("groundwater_level", "m", StampConvention.UtcInstant, "NAP", "value");

    // The most definite first. "onbekend" (IMBRO/A) is no stage: nobody says how far it was checked.
    private static readonly string[] Stages = ["volledigBeoordeeld", "voorlopig", Unknown];

    private const string Unknown = "onbekend";

    public string Name => "gld";

    public string Publisher => "BRO groundwater level dossier, XML or the full CSV report";

    public void Read(TextReader text, SourceValues values)
    {
        var definite = new Dictionary<DateTime, int>();
        var points = text.Peek() == '<' ? GldXml.Read(text) : GldCsv.Read(text, values);
        foreach (var point in points.OrderBy(point => Array.IndexOf(Stages, point.Stage)))
        {
            // The register writes controlemeting, its CSV report controleMeting.
            if (point.Kind.Equals("controlemeting", StringComparison.OrdinalIgnoreCase))
            {
                values.PassOver("a check by hand (controlemeting)");
            }
            else
            {
                Take(point, definite, values);
            }
        }
    }

    private static void Take(in GldPoint point, Dictionary<DateTime, int> definite, SourceValues values)
    {
        var rank = Array.IndexOf(Stages, point.Stage);
        if (rank < 0)
        {
            values.Refuse(point.Line, $"expected a status of {string.Join(", ", Stages)}, found '{point.Stage}'");
        }
        else if (!SourceText.TryTime(point.Time, out var local, out var offset) || offset is not { } ahead || local.Year < 1900)
        {
            values.Refuse(point.Line, $"expected a time with its offset, found '{point.Time}'");
        }
        else if (!SourceText.TryNumber(point.Value, out var raw))
        {
            values.Refuse(point.Line, $"expected a number, found '{point.Value}'");
        }
        else if (raw is not null && point.Unit is not (null or "m"))
        {
            values.Refuse(point.Line, $"expected the unit m, found '{point.Unit}'");
        }
        else if (values.TryQuality(point.Line, Series.Property, out var quality, CodesOf(point)))
        {
            if (definite.TryGetValue(local - ahead, out var known) && known < rank)
            {
                values.PassOver($"{point.Stage}, and there is a more definite value for the same time");
                return;
            }
            definite[local - ahead] = rank;
            values.Add(point.Line, Series, local, ahead, raw, quality);
        }
    }

    private static List<NativeCode> CodesOf(in GldPoint point)
    {
        var codes = new List<NativeCode> { new("gld", "status", point.Check) };
        if (point.Censored.Length > 0)
        {
            codes.Add(new NativeCode("gld", "censuur", point.Censored));
        }
        if (point.Stage != Unknown)
        {
            codes.Add(new NativeCode("gld", "beoordeling", point.Stage));
        }
        return codes;
    }
}
