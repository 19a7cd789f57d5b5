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

    /// <summary>What a technician can tell the device to do; none for most.</summary>
    public IReadOnlyList<CommandProfile> Commands { get; init; } = [];

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

/// <summary>Something that a device can be told to do: go to zero gas, clean its fan, sleep.</summary>
/// <param name="Name">The word by which a technician gives it.</param>
/// <param name="Description">What it does, in a sentence.</param>
/// <param name="Settle">How long after it the numbers mean nothing.</param>
/// <param name="Minimum">The lowest number that goes with it; null for a command without one.</param>
/// <param name="Maximum">The highest number that goes with it.</param>
/// <param name="Settings">How it is written.</param>
public sealed record CommandProfile(string Name, string Description, TimeSpan Settle, double? Minimum, double? Maximum, CommandSettings Settings);

/// <summary>A driver's settings for one command; each driver has its own record.</summary>
/// <param name="Answered">Whether the device answers it.</param>
public abstract record CommandSettings(bool Answered);

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
/// <param name="Tries">How often a request is sent before the turn passes.</param>
/// <param name="Latency">How long after a change in the air or water the number shows it (T90, or the delay of the sampling); zero when not stated.</param>
/// <param name="Averaging">Over how long the device averages; zero for an instantaneous number, or when not stated.</param>
public sealed record DeviceTiming(
    TimeSpan ReplyTimeout, TimeSpan QuietTime, TimeSpan Interval, TimeSpan WarmUp, int Tries = DeviceTiming.UsualTries, TimeSpan Latency = default,
    TimeSpan Averaging = default)
{
    /// <summary>One repetition costs less than a hole in the data; a second one is for devices that sleep or lines that are bad.</summary>
    public const int UsualTries = 2;
}

/// <summary>A profile, an address and a driver that don't fit together.</summary>
public sealed class ProfileException(string message) : Exception(message);
