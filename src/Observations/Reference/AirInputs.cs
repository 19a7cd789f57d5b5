namespace MeetNet.Observations.Reference;

/// <summary>The barometer that a pressure under water is compensated with: co-located, or a neighbouring one that the station reads too.</summary>
/// <param name="Datastream">Of <c>air_pressure</c>, of the same station.</param>
/// <param name="MaximumAge">How far its result may be from the phenomenon time.</param>
/// <param name="Higher">Metres that it is above the well head.</param>
/// <param name="Source">Whose it is and where, for one that is not the station's own; null for one that is.</param>
public sealed record Barometer(DatastreamId Datastream, TimeSpan MaximumAge, double Higher, string? Source = null);

/// <summary>The temperature and pressure beside an instrument that gives a mass concentration of the air as it is.</summary>
/// <param name="Temperature">Datastream of <c>air_temperature</c>, of the same station.</param>
/// <param name="Pressure">Datastream of <c>air_pressure</c>, of the same station.</param>
/// <param name="MaximumAge">How far their results may be from the phenomenon time.</param>
/// <param name="Fallback">Taken while there are none; null: then there is no result.</param>
public sealed record AmbientAir(DatastreamId Temperature, DatastreamId Pressure, TimeSpan MaximumAge, GasReference? Fallback);

/// <summary>Limits of inputs.</summary>
public static class AirInputs
{
    /// <summary>Greatest difference in height between barometer and well head, m: beyond it the air column is not that of sea level.</summary>
    public const double HighestDifference = 300;

    /// <summary>Longest time between an input and what it is used for.</summary>
    public static readonly TimeSpan LongestAge = TimeSpan.FromDays(1);

    /// <summary>What is wrong with an input, or null: it must be of the same station and of that property.</summary>
    internal static string? Check(DatastreamId input, DatastreamId of, string property, TimeSpan age)
    {
        if (input.Property != property || !input.BelongsTo(of.Owner, of.Station))
        {
            return $"'{input}' is no {property} of this station";
        }

        return age > TimeSpan.Zero && age <= LongestAge ? null : "the longest age of an input is above zero and at most a day";
    }
}
