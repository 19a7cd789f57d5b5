namespace MeetNet.Devices.Simulation;

/// <summary>The shape of a curve.</summary>
public enum CurveKind
{
    /// <summary>The mean, always.</summary>
    Steady,

    /// <summary>From mean − amplitude up to mean + amplitude in one period, then again from below.</summary>
    Ramp,

    /// <summary>A sine around the mean.</summary>
    Sine,

    /// <summary>Mean + amplitude for the first half of the period, mean − amplitude for the second.</summary>
    Square,
}

/// <summary>
/// What a simulated quantity does: a pure function of time, so that a simulation can be started, stopped and repeated anywhere.
/// A day's course is a sine with a period of a day.
/// </summary>
/// <param name="Kind">The shape.</param>
/// <param name="Mean">Its middle, in the field's unit.</param>
/// <param name="Amplitude">How far it goes to either side, in the field's unit.</param>
/// <param name="Period">The time after which it repeats; must be positive unless steady.</param>
/// <param name="Phase">How long after the epoch (1970-01-01T00:00Z) a period starts; a sine rises through its mean there.</param>
/// <param name="Noise">Standard deviation of what is added to each second, in the field's unit.</param>
/// <param name="Seed">The same seed gives the same noise.</param>
/// <param name="Minimum">The value never goes below this; concentrations can't be negative.</param>
public sealed record ValueCurve(
    CurveKind Kind,
    double Mean,
    double Amplitude = 0,
    TimeSpan Period = default,
    TimeSpan Phase = default,
    double Noise = 0,
    ulong Seed = 0,
    double Minimum = double.NegativeInfinity)
{
    /// <summary>The value at an instant.</summary>
    public double At(DateTimeOffset time)
    {
        var since = time - DateTimeOffset.UnixEpoch;
        var value = Mean + (Amplitude * Shape(since - Phase));
        if (Noise > 0)
        {
            value += Noise * SeededNoise.Normal(Seed, (long)Math.Floor(since.TotalSeconds));
        }

        return Math.Max(Minimum, value);
    }

    /// <summary>−1 to 1.</summary>
    private double Shape(TimeSpan since)
    {
        if (Kind == CurveKind.Steady || Period <= TimeSpan.Zero)
        {
            return 0;
        }

        var turns = since.Ticks / (double)Period.Ticks;
        var within = turns - Math.Floor(turns);
        return Kind switch
        {
            CurveKind.Ramp => (2 * within) - 1,
            CurveKind.Square => within < 0.5 ? 1 : -1,
            _ => Math.Sin(Math.Tau * within),
        };
    }
}
