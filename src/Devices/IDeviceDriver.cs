using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;
using MeetNet.Yaml;

namespace MeetNet.Devices;

/// <summary>What carries a protocol.</summary>
public enum Carrier
{
    /// <summary>A byte stream: a serial line.</summary>
    Serial,

    /// <summary>Whole messages with a topic: MQTT.</summary>
    Message,
}

/// <summary>One protocol family. A driver knows the protocol; the profile knows the model; the address knows which one.</summary>
public interface IDeviceDriver
{
    /// <summary>The word after <c>driver:</c> in a profile.</summary>
    string Name { get; }

    /// <summary>What kind of line a device of this driver is on.</summary>
    Carrier Carrier { get; }

    /// <summary>Whether its devices answer requests; false when they talk unasked.</summary>
    bool Polled { get; }

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

    /// <summary>Checks what concerns several fields together; problems are reported at the field's place.</summary>
    void Check(DeviceProfile profile, ProfilePlaces places)
    {
    }
}
