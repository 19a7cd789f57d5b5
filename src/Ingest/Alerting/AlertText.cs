using System.Globalization;
using MeetNet.Ingest.Dashboard;
using MeetNet.Observations;
using MeetNet.Observations.Catalogue;
using NodaTime;

namespace MeetNet.Ingest.Alerting;

/// <summary>
/// An alert in a sentence, in both languages, from the texts of the page. Times are in the civil time that both sides of the
/// border share, with its name (CET or CEST) beside them.
/// </summary>
internal static class AlertText
{
    private static readonly DateTimeZone BorderZone = DateTimeZoneProviders.Tzdb["Europe/Amsterdam"];
    private static readonly CultureInfo Dutch = Decimals(",");
    private static readonly CultureInfo English = Decimals(".");

    /// <summary>What happened, or for null what is the case.</summary>
    public static LocalizedText Of(AlertView alert, AlertTransition? transition) => new(
        In(Texts.Dutch, Dutch, alert, transition),
        In(Texts.English, English, alert, transition));

    private static string In(Texts texts, CultureInfo culture, AlertView alert, AlertTransition? transition)
    {
        var (rule, state) = (alert.Rule, alert.State);
        var dutch = texts.Language == "nl";
        var property = ObservedProperties.TryGet(alert.Datastream.Property, out var known) ? known.Label : new LocalizedText(alert.Datastream.Property, alert.Datastream.Property);
        var sentence = texts.Format(
            Key(rule, state, transition),
            ("property", Capital(dutch ? property.Nl : property.En)),
            ("station", dutch ? alert.Station.Name.Nl : alert.Station.Name.En),
            ("datastream", alert.Datastream.ToString()),
            ("value", state.Measured is { } measured ? Number(measured, culture) : "–"),
            ("unit", rule.Band?.Unit ?? ""),
            ("band", rule.Band is { } band ? Band(texts, culture, band) : ""),
            ("since", Time(state.Since)),
            ("until", Time(state.ResolvedAt)));
        return alert.Station.Simulated ? $"{sentence} {texts.Format("alert.simulated")}" : sentence;
    }

    private static string Key(AlertRule rule, AlertState state, AlertTransition? transition)
    {
        if (transition == AlertTransition.Withdrawn)
        {
            return "alert.withdrawn";
        }
        var kind = rule.Band is null ? "silence" : rule.Band.Of == BandMeasure.Result ? "result" : "depth";
        var what = transition switch
        {
            AlertTransition.Fired => "fired",
            AlertTransition.Resolved => "resolved",
            _ => state.Phase switch { AlertPhase.Pending => "pending", AlertPhase.Resolved => "resolved", _ => "fired" },
        };
        return $"alert.{kind}.{what}";
    }

    private static string Band(Texts texts, CultureInfo culture, BandCondition band)
    {
        var key = band.Lower is null ? "alert.band.upper" : band.Upper is null ? "alert.band.lower" : "alert.band.range";
        return texts.Format(
            key,
            ("lower", Number(band.Lower ?? 0, culture)),
            ("upper", Number(band.Upper ?? 0, culture)),
            ("unit", band.Unit));
    }

    /// <summary>What a person reads; the exact number is beside the text. Two decimals, so that 40.02 does not read as 40.</summary>
    private static string Number(double value, CultureInfo culture) => value.ToString(Math.Abs(value) < 1 ? "0.###" : "0.##", culture);

    private static string Time(DateTimeOffset? time)
    {
        if (time is not { } utc)
        {
            return "–";
        }
        var civil = Instant.FromDateTimeOffset(utc).InZone(BorderZone);
        return $"{civil.ToString("dd-MM-uuuu HH:mm", CultureInfo.InvariantCulture)} {civil.GetZoneInterval().Name}";
    }

    private static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    private static CultureInfo Decimals(string separator)
    {
        // The program runs without the cultures of the machine, so that it writes the same everywhere: all that is needed of Dutch is its comma.
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = separator;
        return CultureInfo.ReadOnly(culture);
    }
}
