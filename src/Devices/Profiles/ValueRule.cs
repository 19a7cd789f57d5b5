namespace MeetNet.Devices.Profiles;

/// <summary>
/// From the number in the frame to the value in the field's unit, and back. The order is: sentinels (on the number as
/// transmitted), then × scale, then + offset, then the range.
/// </summary>
/// <param name="Scale">Factor.</param>
/// <param name="Offset">Added after the factor, in the field's unit.</param>
/// <param name="Sentinels">Numbers as transmitted that mean something else than a number.</param>
/// <param name="Minimum">The lowest value that the device can measure, in the field's unit; null for no limit.</param>
/// <param name="Maximum">The highest value that the device can measure, in the field's unit; null for no limit.</param>
public sealed record ValueRule(double Scale, double Offset, IReadOnlyList<Sentinel> Sentinels, double? Minimum, double? Maximum)
{
    /// <summary>More than a product of two doubles is off by, less than any device resolves.</summary>
    private const double Rounding = 1e-12;

    /// <summary>The number as it is.</summary>
    public static ValueRule Plain { get; } = new(1, 0, [], null, null);

    /// <summary>The reading for a number as transmitted. NaN and infinities are missing.</summary>
    public RawReading Read(int field, double transmitted)
    {
        for (var i = 0; i < Sentinels.Count; i++)
        {
            if (Sentinels[i].Transmitted == transmitted)
            {
                return new RawReading(field, double.NaN, Sentinels[i].Means);
            }
        }

        var value = (transmitted * Scale) + Offset;
        if (!double.IsFinite(value))
        {
            return RawReading.Missing(field);
        }

        // The ends of the range belong to it, whatever binary fractions make of a number such as 9999 × 0.1.
        var slack = Rounding * Math.Abs(value);
        var outside = value < Minimum - slack || value > Maximum + slack;
        return new RawReading(field, value, outside ? ReadingStatus.OutOfRange : ReadingStatus.Ok);
    }

    /// <summary>The number to transmit for a value.</summary>
    public double Write(double value) => (value - Offset) / Scale;
}

/// <summary>A number as transmitted, before scale and offset, that is not a measurement.</summary>
public readonly record struct Sentinel(double Transmitted, ReadingStatus Means);
