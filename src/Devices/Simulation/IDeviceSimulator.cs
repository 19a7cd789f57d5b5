using MeetNet.Devices.Framing;

namespace MeetNet.Devices.Simulation;

/// <summary>
/// A device run backwards: values in, bytes out. What is played, when, and what goes wrong comes in with each call; it remembers at most what its protocol
/// makes it remember (which measurement was started). Decoding what comes out gives the values again, within the quantisation of the device.
/// </summary>
public interface IDeviceSimulator
{
    /// <summary>The room that an answer or a frame needs at most.</summary>
    int MaxFrame { get; }

    /// <summary>Unasked: how many different messages it takes to say every field once; they take turns by <see cref="SimulatedState.Counter"/>.</summary>
    int Messages => 1;

    /// <summary>Cuts the master's requests out of the stream; null for a device that talks unasked.</summary>
    IFramer? Requests { get; }

    /// <summary>The topics that a message device talks on, one message each per turn; empty when whoever plays it says the topic.</summary>
    IReadOnlyList<string> Topics => [];

    /// <summary>The answer to one request.</summary>
    /// <returns>The bytes written; 0 when the device keeps silent (not its address, not understood, or <see cref="Disturbance.Silence"/>).</returns>
    int Answer(ReadOnlySpan<byte> request, in SimulatedState state, Span<byte> reply) => 0;

    /// <summary>How long after its last answer a polled device says by itself what <see cref="Emit"/> gives; null when it says nothing.</summary>
    TimeSpan? SpeaksAfter => null;

    /// <summary>What the device sends unasked: a frame or a message; of a polled device what it has announced with <see cref="SpeaksAfter"/>.</summary>
    /// <returns>The bytes written; 0 for silence.</returns>
    int Emit(in SimulatedState state, Span<byte> frame) => 0;
}

/// <summary>What a simulated device is to say now.</summary>
public readonly ref struct SimulatedState
{
    /// <summary>One value per field of the profile, in the field's unit; NaN: the device has no number.</summary>
    public required ReadOnlySpan<double> Values { get; init; }

    /// <summary>The units that the device is set to, one for each field, for devices that say their unit; empty, or null for a field: the profile's or any.</summary>
    public ReadOnlySpan<string?> Units { get; init; }

    /// <summary>What goes wrong now.</summary>
    public Disturbance Disturbance { get; init; }

    /// <summary>Message drivers: the topic that the message will be published to.</summary>
    public string? Topic { get; init; }

    /// <summary>Message drivers: the uplink counter.</summary>
    public long Counter { get; init; }

    /// <summary>Message drivers: when the network server has it (UTC).</summary>
    public DateTimeOffset NetworkTime { get; init; }

    /// <summary>The device's own time stamp, for a profile that names one.</summary>
    public DeviceTime DeviceTime { get; init; }

    /// <summary>The unit of a field's value; null when any will do.</summary>
    public string? UnitOf(Profiles.FieldProfile field, int index) => field.Unit ?? (index < Units.Length ? Units[index] : null);

    /// <summary>Makes <see cref="Disturbance.Garbage"/> and <see cref="Disturbance.Corrupt"/> repeatable.</summary>
    public ulong Seed { get; init; }
}

/// <summary>What can go wrong on purpose.</summary>
public enum Disturbance
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>No answer, no frame.</summary>
    Silence,

    /// <summary>Random bytes instead of the frame.</summary>
    Garbage,

    /// <summary>The frame with one bit flipped.</summary>
    Corrupt,

    /// <summary>The frame says that the device has a fault (Modbus: exception; status bits; no payload), in the device's own way.</summary>
    DeviceFault,

    /// <summary>The frame says that the device is warming up or calibrating, in the device's own way; a device without such a way keeps silent.</summary>
    WarmingUp,
}
