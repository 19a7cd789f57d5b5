using MeetNet.Devices.Profiles;
using MeetNet.Yaml;

namespace MeetNet.Devices.Payloads;

/// <summary>One way in which nodes put numbers into the bytes of an uplink: the word after <c>payload:</c> in a profile.</summary>
internal interface IPayloadFormat
{
    string Name { get; }

    /// <summary>Reads the format's own keys of the driver's section. Problems go to the map; the caller checks for unknown keys.</summary>
    PayloadSettings ReadSettings(YamlMap section, IReadOnlyList<int> ports);

    /// <summary>Reads the format's own keys of one field; <c>optional</c> has been read already.</summary>
    PayloadField ReadField(YamlMap field, PayloadSettings settings, bool optional);

    /// <summary>Makes reader and writer of one model's payloads.</summary>
    IPayload Bind(DeviceProfile profile, PayloadSettings settings);
}

/// <summary>Bytes ↔ numbers of one model. Keeps nothing between messages; no member throws, whatever the bytes.</summary>
internal interface IPayload
{
    /// <summary>The most readings that one payload can give.</summary>
    int MaxReadings { get; }

    /// <summary>How many different messages it takes to say every field once.</summary>
    int Messages => 1;

    /// <summary>Reads one payload that came on a port of the profile.</summary>
    DecodeStatus Decode(int port, scoped ReadOnlySpan<byte> payload, ref ReadingBuffer readings);

    /// <summary>Writes the payload that says these values.</summary>
    /// <param name="values">One for each field of the profile, NaN for no number.</param>
    /// <param name="turn">Which of the <see cref="Messages"/>, counted on without end.</param>
    /// <param name="payload">Room for the longest payload.</param>
    /// <param name="port">The port to send it on.</param>
    /// <returns>Its length; 0 when the device has no way to say it.</returns>
    int Write(ReadOnlySpan<double> values, long turn, Span<byte> payload, out int port);
}

/// <summary>A format's settings for a whole model; each format has its own record.</summary>
/// <param name="Ports">LoRaWAN application ports that carry measurements.</param>
internal abstract record PayloadSettings(IReadOnlyList<int> Ports);

/// <summary>A format's settings for one field; each format has its own record.</summary>
/// <param name="Optional">The device leaves it out of some messages by design; absent is then not missing.</param>
internal abstract record PayloadField(bool Optional) : FieldSettings;
