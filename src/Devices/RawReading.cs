namespace MeetNet.Devices;

/// <summary>What the device says about one number. Anything but <see cref="Ok"/> means: not a valid measurement, whatever the number looks like.</summary>
public enum ReadingStatus
{
    /// <summary>A measurement.</summary>
    Ok,

    /// <summary>The device has no number: a sentinel, NaN, an absent field.</summary>
    Missing,

    /// <summary>The device isn't ready yet.</summary>
    WarmingUp,

    /// <summary>Zero, span or other calibration; the air or water measured is not the outside one.</summary>
    Calibrating,

    /// <summary>The device reports a fault or marks the value as invalid.</summary>
    DeviceFault,

    /// <summary>A number outside what the device can measure according to its profile.</summary>
    OutOfRange,
}

/// <summary>One number as the device meant it, in the field's own unit, before any harmonisation.</summary>
/// <param name="Field">Index in <see cref="Profiles.DeviceProfile.Fields"/>.</param>
/// <param name="Value">
/// The number after the profile's mask, shift, scale and offset. NaN exactly when the device gave none
/// (<see cref="ReadingStatus.Missing"/>); with another bad status the device's number is kept for the record.
/// </param>
/// <param name="Status">Whether it is a measurement, and if not, why.</param>
public readonly record struct RawReading(int Field, double Value, ReadingStatus Status)
{
    /// <summary>The device's own stamp of this one number, in messages that bring several; null where <see cref="ReadingBuffer.DeviceTime"/> holds for all.</summary>
    public DeviceTime? Time { get; init; }

    /// <summary>
    /// What the device wrote about the unit of this number; null when it wrote nothing. Where the profile states the unit, the codec has compared; where the
    /// unit is a setting of the instrument, whoever knows what the station file states must compare: in another unit the number is no measurement.
    /// </summary>
    public SaidUnit? Unit { get; init; }

    /// <summary>A reading without a number.</summary>
    public static RawReading Missing(int field) => new(field, double.NaN, ReadingStatus.Missing);
}

/// <summary>A unit as the device says it in its frames.</summary>
/// <param name="Code">In UCUM.</param>
/// <param name="KindOnly">
/// The device says only the kind of unit, and <paramref name="Code"/> is one of that kind: that it is a mole fraction, say, not whether ppb or ppm.
/// </param>
public readonly record struct SaidUnit(string Code, bool KindOnly)
{
    /// <summary>Stable reason of readings that came in another unit than was stated.</summary>
    public const string OtherUnit = "other-unit";

    /// <summary>
    /// The reading with what the device said about its unit; a fault when the profile states another one. <paramref name="reason"/> is set then.
    /// </summary>
    internal static RawReading Check(RawReading reading, Profiles.FieldProfile field, SaidUnit said, ref string? reason)
    {
        if (field.Unit is null || said.KindOnly || field.Unit == said.Code)
        {
            return reading with { Unit = said };
        }

        reason = OtherUnit;
        return new RawReading(reading.Field, reading.Value, ReadingStatus.DeviceFault);
    }
}
