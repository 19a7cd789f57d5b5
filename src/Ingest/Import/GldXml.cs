using System.Xml;
using System.Xml.Linq;

namespace MeetNet.Ingest.Import;

/// <summary>The points of a groundwater level dossier as XML: WaterML 2 with the register's own metadata.</summary>
internal static class GldXml
{
    private static readonly XNamespace Om = "http://www.opengis.net/om/2.0";
    private static readonly XNamespace WaterMl = "http://www.opengis.net/waterml/2.0";
    private static readonly XNamespace Swe = "http://www.opengis.net/swe/2.0";
    private static readonly XName Reference = XNamespace.Get("http://www.w3.org/1999/xlink") + "href";

    /// <exception cref="ImportException">It is not XML, or has no observations.</exception>
    public static IEnumerable<GldPoint> Read(TextReader text)
    {
        var observations = Load(text).Descendants(Om + "OM_Observation").ToList();
        return observations.Count > 0 ? observations.SelectMany(PointsOf) : throw new ImportException(1, "expected a groundwater level dossier with observations (om:OM_Observation)");
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

    private static IEnumerable<GldPoint> PointsOf(XElement observation)
    {
        var metadata = observation.Element(Om + "metadata");
        var stage = LastWord(metadata?.Descendants(WaterMl + "status").FirstOrDefault()) ?? "onbekend";
        var kind = metadata?.Descendants(Om + "value").FirstOrDefault()?.Value.Trim() ?? "";
        foreach (var point in observation.Descendants(WaterMl + "MeasurementTVP"))
        {
            var value = point.Element(WaterMl + "value");
            var said = point.Element(WaterMl + "metadata");
            yield return new GldPoint(
                ((IXmlLineInfo)point).LineNumber,
                point.Element(WaterMl + "time")?.Value.Trim() ?? "",
                value?.Value.Trim() ?? "",
                value?.Attribute("uom")?.Value ?? "",
                said?.Descendants(WaterMl + "qualifier").FirstOrDefault()?.Descendants(Swe + "value").FirstOrDefault()?.Value.Trim() ?? "",
                Censored(LastWord(said?.Descendants(WaterMl + "censoredReason").FirstOrDefault())),
                stage,
                kind);
        }
    }

    /// <summary>WaterML 2 says by the OGC's names for no value what the register says by its censuurreden.</summary>
    private static string Censored(string? reason) => reason switch
    {
        null => "",
        "BelowDetectionRange" => "kleinerDanLimietwaarde",
        "AboveDetectionRange" => "groterDanLimietwaarde",
        _ => reason,
    };

    private static string? LastWord(XElement? element) => element?.Attribute(Reference)?.Value is { } reference ? reference[(reference.LastIndexOfAny([':', '/', '#']) + 1)..] : null;
}
