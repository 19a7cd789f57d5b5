using MeetNet.Yaml;

namespace MeetNet.Devices;

/// <summary>
/// Which of the devices on a line: a number (Modbus slave, Bayern-Hessen instrument) or a name (LoRaWAN device id); neither for
/// a device that is alone on its line. Its driver says which it wants.
/// </summary>
public readonly record struct DeviceAddress
{
    private DeviceAddress(int? number, string? text)
    {
        Number = number;
        Text = text;
    }

    /// <summary>
    /// Which form of the protocol is spoken, where that is a matter of the line or a setting and not of the model, such as <c>ascii</c> for Modbus;
    /// null for the driver's usual one.
    /// </summary>
    public string? Framing { get; init; }

    /// <summary>No address: the only device on its line.</summary>
    public static DeviceAddress None => default;

    /// <summary>The number, or null.</summary>
    public int? Number { get; }

    /// <summary>The name, or null.</summary>
    public string? Text { get; }

    /// <summary>An address that is a number.</summary>
    public static DeviceAddress Of(int number) => new(number, null);

    /// <summary>An address that is a name.</summary>
    public static DeviceAddress Of(string text) => new(null, text);

    /// <summary>Reads <c>address: 17</c> or <c>address: level-node-7</c>; null (key absent) is <see cref="None"/>.</summary>
    public static DeviceAddress Read(YamlValue? value) => value switch
    {
        null => None,
        { IsInteger: true } => Of(value.Integer(0, int.MaxValue)),
        _ => Of(value.String()),
    };

    /// <inheritdoc />
    public override string ToString() =>
        Text ?? Number?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "none";
}
