using System.Xml;
using System.Xml.Linq;
using MeetNet.Observations;
using MeetNet.Observations.Time;

namespace MeetNet.Ingest.Import;

/// <summary>
/// A dossier of the Dutch key register of the subsurface (BRO GLD, BROprogramma/GLD), XML in WaterML 2: groundwater levels in m NAP, each an instant with its offset and its own quality check. The
/// same time may be there as preliminary and as assessed: the more definite counts. Checks by hand are other measurements, and are passed over.
/// </summary>
internal sealed class GldFormat : ISeriesFormat
{
    private static readonly XNamespace Om = "http://www.opengis.net/om/2.0";
    private static readonly XNamespace WaterMl = "http://www.opengis.net/waterml/2.0";
    private static readonly XNamespace Swe = "http://www.opengis.net/swe/2.0";
    private static readonly XName Reference = XNamespace.Get("http://www.w3.org/1999/xlink") + "href";

    private static readonly SourceSeries Series = new("groundwater_level", "m", StampConvention.UtcInstant, "NAP", "value");

    // mateBeoordeling, the most definite first.
    private static readonly string[] Stages = ["volledigBeoordeeld", "voorlopig", "onbekend"];

    // StatusKwaliteitscontrole.
    private static readonly Dictionary<string, QartodFlag> Flags = new(StringComparer.Ordinal)
    {
        ["goedgekeurd"] = QartodFlag.Good,
        ["onbeslist"] = QartodFlag.Suspect,
        ["afgekeurd"] = QartodFlag.Fail,
        ["nogNietBeoordeeld"] = QartodFlag.NotEvaluated,
        ["onbekend"] = QartodFlag.NotEvaluated,
    };

    public string Name => "gld";

    public string Publisher => "BRO groundwater level dossier, XML";

    public void Read(TextReader text, SourceValues values)
    {
        var observations = Load(text).Descendants(Om + "OM_Observation").ToList();
        if (observations.Count == 0)
        {
            throw new ImportException(1, "expected a groundwater level dossier with observations (om:OM_Observation)");
        }
        var definite = new Dictionary<DateTime, int>();
        foreach (var (observation, stage) in observations.Select(observation => (observation, StageOf(observation))).OrderBy(pair => Array.IndexOf(Stages, pair.Item2)))
        {
            var isCheck = observation.Element(Om + "metadata")?.Descendants(Om + "value").Any(value => string.Equals(value.Value.Trim(), "controlemeting", StringComparison.OrdinalIgnoreCase));
            foreach (var point in observation.Descendants(WaterMl + "MeasurementTVP"))
            {
                if (isCheck == true)
                {
                    values.PassOver("a check by hand (controlemeting)");
                }
                else
                {
                    Take(point, stage, definite, values);
                }
            }
        }
    }

    private static XDocument Load(TextReader text)
    {
        try
        {
            // No document types: a file of measurements has none, and they can be made to grow without end.
            using var reader = XmlReader.Create(text, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            return XDocument.Load(reader, LoadOptions.SetLineInfo);
        }
        catch (XmlException fault)
        {
            throw new ImportException(fault.LineNumber, $"not XML: {fault.Message}");
        }
    }

    /// <exception cref="ImportException">The stage is not one of the register's.</exception>
    private static string StageOf(XElement observation)
    {
        var reference = observation.Element(Om + "metadata")?.Descendants(WaterMl + "status").FirstOrDefault()?.Attribute(Reference)?.Value;
        var stage = reference?[(reference.LastIndexOf(':') + 1)..] ?? "onbekend";
        return Stages.Contains(stage) ? stage : throw new ImportException(LineOf(observation), $"expected the status {string.Join(", ", Stages)}, found '{stage}'");
    }

    private static void Take(XElement point, string stage, Dictionary<DateTime, int> definite, SourceValues values)
    {
        var line = LineOf(point);
        var (stamp, value) = (point.Element(WaterMl + "time")?.Value.Trim() ?? "", point.Element(WaterMl + "value"));
        var code = point.Element(WaterMl + "metadata")?.Descendants(WaterMl + "qualifier").FirstOrDefault()?.Descendants(Swe + "value").FirstOrDefault()?.Value.Trim() ?? "";
        if (!SourceText.TryTime(stamp, out var local, out var offset) || offset is not { } ahead || local.Year < 1900)
        {
            values.Refuse(line, $"expected a time with its offset, found '{stamp}'");
        }
        else if (!SourceText.TryNumber(value?.Value.Trim() ?? "", out var raw))
        {
            values.Refuse(line, $"expected a number, found '{value?.Value.Trim()}'");
        }
        else if (raw is not null && value?.Attribute("uom")?.Value != "m")
        {
            values.Refuse(line, $"expected the unit m, found '{value?.Attribute("uom")?.Value}'");
        }
        else if (!Flags.TryGetValue(code, out var flag))
        {
            values.Refuse(line, $"expected a quality check of {string.Join(", ", Flags.Keys)}, found '{code}'");
        }
        else if (definite.TryGetValue(local - ahead, out var rank) && rank < Array.IndexOf(Stages, stage))
        {
            values.PassOver($"{stage}, and there is a more definite value for the same time");
        }
        else
        {
            definite[local - ahead] = Array.IndexOf(Stages, stage);
            var tests = $"{SourceText.Code("gld", code)},{SourceText.Code("gld-status", stage)}";
            values.Add(line, Series, local, ahead, raw, new ResultQuality(raw is null ? QartodFlag.Missing : flag, tests));
        }
    }

    private static int LineOf(XElement element) => ((IXmlLineInfo)element).LineNumber;
}
