using MeetNet.Ingest.Alerting;
using MeetNet.Observations;

namespace MeetNet.Ingest.Tests.Alerting;

/// <summary>Rules for the tests.</summary>
internal static class Rules
{
    /// <summary>20 to 40, hysteresis 1, both durations 30 s.</summary>
    public static readonly BandCondition Band = new()
    {
        Of = BandMeasure.DepthBelowSurface,
        Unit = "cm",
        Factor = 100,
        Offset = 0,
        Lower = 20,
        Upper = 40,
        Hysteresis = 1,
        For = TimeSpan.FromSeconds(30),
        KeepFiringFor = TimeSpan.FromSeconds(30),
    };

    public static AlertRule GroundwaterBand(BandCondition? band = null) => new()
    {
        Name = "groundwater-band",
        Kind = AlertKind.Band,
        Severity = AlertSeverity.Warning,
        Title = new LocalizedText("Grondwater buiten de band", "Groundwater outside its band"),
        Select = new AlertSelector("groundwater_level", []),
        Band = band ?? Band,
    };

    public static AlertRule Silence(int afterSeconds = 60, int intervals = 3) => new()
    {
        Name = "silence",
        Kind = AlertKind.Silence,
        Severity = AlertSeverity.Warning,
        Title = new LocalizedText("Meetreeks zwijgt", "Datastream is silent"),
        Select = new AlertSelector(null, []),
        Silence = new SilenceCondition(TimeSpan.FromSeconds(afterSeconds), intervals),
    };
}
