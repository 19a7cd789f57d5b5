using MeetNet.Devices.Decoding;

namespace MeetNet.Devices.Profiles;

/// <summary>What a model's bytes mean: one file <c>profiles/&lt;maker&gt;/&lt;model&gt;.yaml</c>. Facts about hardware with their sources.</summary>
public sealed record DeviceProfile
{
    /// <summary><c>maker/model</c>, from the file's place.</summary>
    public required string Id { get; init; }

    /// <summary>The maker's name as people write it.</summary>
    public required string Maker { get; init; }

    /// <summary>The model as people write it.</summary>
    public required string Model { get; init; }

    /// <summary>Raised with every change that can change a number. Travels with the data.</summary>
    public required int Version { get; init; }

    /// <summary>Where each statement in the profile comes from: manuals with sections, public code, captures.</summary>
    public required IReadOnlyList<string> Sources { get; init; }

    /// <summary>The name of the driver.</summary>
    public required string Driver { get; init; }

    /// <summary>How the line is set when the device comes from the factory; null for devices that are not on a serial line.</summary>
    public SerialSettings? Serial { get; init; }

    /// <summary>The times that the device needs.</summary>
    public required DeviceTiming Timing { get; init; }

    /// <summary>The numbers in the device's frames, in the order that <see cref="RawReading.Field"/> indexes.</summary>
    public required IReadOnlyList<FieldProfile> Fields { get; init; }

    /// <summary>The driver's own settings for the whole device.</summary>
    public required DriverSettings Settings { get; init; }

    /// <summary>The index of a field by name, or -1.</summary>
    public int FieldIndex(string name)
    {
        for (var i = 0; i < Fields.Count; i++)
        {
            if (Fields[i].Name == name)
            {
                return i;
            }
        }

        return -1;
    }
}

/// <summary>One number in a device's frames.</summary>
public sealed record FieldProfile
{
    /// <summary>The name that station files use.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// The UCUM unit of the number after scale and offset; null when the profile says <c>unit: configured</c>: the unit is a
    /// setting of the instrument and not in its frames, so the station file must state it.
    /// </summary>
    public required string? Unit { get; init; }

    /// <summary>The observed property this usually is, as a suggestion to the station file; null for none.</summary>
    public string? Property { get; init; }

    /// <summary>Frame → value: number, scale, offset, sentinels, range.</summary>
    public required ValueRule Value { get; init; }

    /// <summary>The driver's own settings for the field.</summary>
    public required FieldSettings Settings { get; init; }
}

/// <summary>A driver's settings for a whole device; each driver has its own record.</summary>
public abstract record DriverSettings;

/// <summary>A driver's settings for one field; each driver has its own record.</summary>
public abstract record FieldSettings
{
    /// <summary>How the number is stored, for drivers that read it from bytes; null for text.</summary>
    public NumberLayout? Layout { get; init; }
}

/// <summary>How a serial line must be set. None of these has a default.</summary>
public sealed record SerialSettings(int Baud, int DataBits, LineParity Parity, int StopBits);

/// <summary>Parity of a serial line.</summary>
public enum LineParity
{
    /// <summary>No parity bit.</summary>
    None,

    /// <summary>Even parity.</summary>
    Even,

    /// <summary>Odd parity.</summary>
    Odd,
}

/// <summary>The times that a device needs.</summary>
/// <param name="ReplyTimeout">One deadline for a whole exchange, from the request's last byte to the answer's last; for a device that talks unasked, zero.</param>
/// <param name="QuietTime">Silence on the line before the next request.</param>
/// <param name="Interval">Polled: the shortest sensible time between polls. Unasked: how often it talks.</param>
/// <param name="WarmUp">How long after power-up its numbers mean nothing although it may send some; zero for none.</param>
public sealed record DeviceTiming(TimeSpan ReplyTimeout, TimeSpan QuietTime, TimeSpan Interval, TimeSpan WarmUp);

/// <summary>A profile, an address and a driver that don't fit together.</summary>
public sealed class ProfileException(string message) : Exception(message);
