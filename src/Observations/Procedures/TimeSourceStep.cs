using System.Text.Json;
using MeetNet.Observations.Time;

namespace MeetNet.Observations.Procedures;

/// <summary>Says whose clock the phenomenon time is of; does not change the value.</summary>
/// <param name="Rule">The rule by which it is chosen.</param>
public sealed record TimeSourceStep(TimeSource Rule) : ProcedureStep
{
    internal const string Name = "time_source";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override StepOutcome Apply(double value, PhenomenonTime time) => new(value);

    /// <inheritdoc/>
    public override LocalizedText Describe(double input, StepOutcome outcome) => Rule switch
    {
        TimeSource.DeviceStamp => new("Klok: die van het toestel, volgens zijn eigen tijdstempel.", "Clock: the device's, by its own stamp."),
        TimeSource.NetworkReception => new(
            "Klok: die van de netwerkserver, bij ontvangst; die van de gateway als de server niets zei.",
            "Clock: the network server's, at reception; the gateway's where the server did not say."),
        _ => new("Klok: die van de gateway, bij aankomst.", "Clock: the gateway's, at arrival."),
    };

    internal override void WriteMembers(Utf8JsonWriter json) => json.WriteString("rule"u8, TimeSources.NameOf(Rule));
}
