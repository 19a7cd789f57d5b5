using MeetNet.Devices.Simulation;
using MeetNet.Hosting;

namespace MeetNet.Gateway.Commissioning;

/// <summary>What the instruments of a station play: a simulation file, read and checked.</summary>
internal sealed record Simulation
{
    /// <summary>How a played network server reaches its broker; null when the file names none.</summary>
    public BrokerOptions? NetworkServer { get; init; }

    /// <summary>What each instrument plays, by sensor.</summary>
    public required IReadOnlyDictionary<string, InstrumentScript> Instruments { get; init; }
}

/// <summary>A physical quantity over time: a sum of curves, never below its minimum. A pure function of the instant, so that whoever plays it, wherever, plays the same.</summary>
internal sealed record Quantity(string Name, IReadOnlyList<ValueCurve> Parts, double Minimum)
{
    public double At(DateTimeOffset instant)
    {
        var sum = 0.0;
        foreach (var part in Parts)
        {
            sum += part.At(instant);
        }

        return Math.Max(Minimum, sum);
    }

    /// <summary>Mean over [begin, end), sampled every minute.</summary>
    public double Mean(DateTimeOffset begin, DateTimeOffset end)
    {
        var (sum, count) = (0.0, 0);
        for (var at = begin; at < end; at = at.AddMinutes(1))
        {
            sum += At(at);
            count++;
        }

        return count == 0 ? At(begin) : sum / count;
    }
}

/// <summary>One field of an instrument: <c>native = factor × quantity + offset</c>.</summary>
internal sealed record FieldScript(Quantity Quantity, double Factor, double Offset)
{
    public double At(DateTimeOffset instant) => (Factor * Quantity.At(instant)) + Offset;

    public double Mean(DateTimeOffset begin, DateTimeOffset end) => (Factor * Quantity.Mean(begin, end)) + Offset;
}

/// <summary>What one instrument plays.</summary>
/// <param name="Fields">By field of the profile; a field that is not there has no number.</param>
/// <param name="Uplink">For a node behind a network server: when it sends.</param>
internal sealed record InstrumentScript(
    IReadOnlyDictionary<string, FieldScript> Fields, IReadOnlyList<DisturbanceScript> Disturbances, UplinkScript? Uplink);

/// <summary>When a node sends.</summary>
/// <param name="Every">At every multiple of this (UTC).</param>
/// <param name="Mean">The mean of the period that ended then, instead of the value at that instant.</param>
/// <param name="Backfill">Periods before the start that are sent first.</param>
/// <param name="Zone">The clock of the node's own stamps; null for UTC.</param>
internal sealed record UplinkScript(TimeSpan Every, bool Mean, int Backfill, TimeZoneInfo? Zone);

/// <summary>Something that goes wrong, on time.</summary>
/// <param name="Kind">What; null unplugs the line.</param>
/// <param name="Every">Again after this long, counted from midnight UTC of 1970-01-01.</param>
/// <param name="Phase">How long after.</param>
internal sealed record DisturbanceScript(Disturbance? Kind, TimeSpan Every, TimeSpan Lasts, TimeSpan Phase)
{
    public bool IsOn(DateTimeOffset instant)
    {
        var since = (instant - DateTimeOffset.UnixEpoch - Phase).Ticks;
        var within = ((since % Every.Ticks) + Every.Ticks) % Every.Ticks;
        return within < Lasts.Ticks;
    }
}
