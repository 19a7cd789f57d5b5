using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;
using MeetNet.Yaml;

namespace MeetNet.Devices;

/// <summary>What carries a protocol.</summary>
public enum Carrier
{
    /// <summary>A byte stream: a serial line or a TCP connection.</summary>
    Stream,

    /// <summary>Whole messages with a topic or path: MQTT or HTTP.</summary>
    Message,

    /// <summary>Small files that are read on request: a folder such as the kernel's sysfs.</summary>
    Folder,
}

/// <summary>One protocol family. A driver knows the protocol; the profile knows the model; the address knows which one.</summary>
public interface IDeviceDriver
{
    /// <summary>The word after <c>driver:</c> in a profile.</summary>
    string Name { get; }

    /// <summary>What kind of line a device of this driver is on.</summary>
    Carrier Carrier { get; }

    /// <summary>Whether such a device answers requests; false when it talks unasked.</summary>
    bool IsPolled(DriverSettings settings);

    /// <summary>
    /// The forms in which the protocol is spoken, where that is a matter of the line and not of the model; the first is the usual one on a serial line.
    /// Empty when there is only one.
    /// </summary>
    IReadOnlyList<string> Framings => [];

    /// <summary>Makes the codec of one device. Checks everything that can be checked before a byte has come.</summary>
    /// <exception cref="ProfileException">The profile and the address don't fit together.</exception>
    IDeviceCodec Bind(DeviceProfile profile, DeviceAddress at);

    /// <summary>Makes the same device's simulator: the profile run backwards.</summary>
    /// <exception cref="ProfileException">The profile and the address don't fit together.</exception>
    IDeviceSimulator Simulate(DeviceProfile profile, DeviceAddress at);

    /// <summary>Reads the profile's section named after the driver: what holds for the whole device. Problems go to the map.</summary>
    DriverSettings ReadSettings(YamlMap section);

    /// <summary>Reads the driver's own keys of one field. Problems go to the map; the caller checks for unknown keys.</summary>
    FieldSettings ReadField(YamlMap field, DriverSettings settings);

    /// <summary>Reads the driver's own keys of one command, which say how it is written; null when the driver has no commands.</summary>
    CommandSettings? ReadCommand(YamlMap command, DriverSettings settings) => null;

    /// <summary>Checks what concerns several fields together; problems are reported at the field's place.</summary>
    void Check(DeviceProfile profile, ProfilePlaces places)
    {
    }
}
