using System.Text;
using System.Text.RegularExpressions;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;
using MeetNet.Yaml;

namespace MeetNet.Devices.Drivers;

/// <summary>
/// Vaisala weather transmitters in their own ASCII protocol (WXT510, WXT520 and WXT530 user guides, "ASCII protocol"), polled (protocol P, p with CRC) or
/// automatic (A, a). Their NMEA and SDI-12 protocols are those drivers' business.
/// </summary>
internal sealed partial class VaisalaDriver : IDeviceDriver
{
    private const string Automatic = "automatic";

    public string Name => "vaisala";

    public Carrier Carrier => Carrier.Stream;

    public IReadOnlyList<string> Framings { get; } = ["polled", Automatic];

    public bool IsPolled(DriverSettings settings) => true;

    public IDeviceCodec Bind(DeviceProfile profile, DeviceAddress at) => new VaisalaCodec(profile, Address(at), at.Framing != Automatic);

    public IDeviceSimulator Simulate(DeviceProfile profile, DeviceAddress at) => new VaisalaSimulator(profile, Address(at), at.Framing != Automatic);

    public DriverSettings ReadSettings(YamlMap section) => new VaisalaSettings(section.Boolean("crc"));

    public FieldSettings ReadField(YamlMap field, DriverSettings settings)
    {
        var message = field.Choice("message", "R0", "R1", "R2", "R3", "R5");
        var key = field.Require("key").Matching(Key(), "a capital and a small letter, such as Dm");
        var letters = field.Require("letters").List().Select(letter => letter.Matching(Letter(), "one letter")).Where(l => l.Length == 1).Select(l => (byte)l[0]).ToArray();
        if (letters.Length == 0)
        {
            field.Problem("letters", "'letters' is what may stand after the number: the letter of its unit, or those of a state");
        }

        return new VaisalaFieldSettings((byte)(message.Length == 2 ? message[1] : '0'), Encoding.ASCII.GetBytes(key), letters, field.Optional("decimals")?.Integer(0, 9));
    }

    public void Check(DeviceProfile profile, ProfilePlaces places)
    {
        for (var i = 0; i < profile.Fields.Count; i++)
        {
            var field = (VaisalaFieldSettings)profile.Fields[i].Settings;
            var other = profile.Fields.Take(i).FirstOrDefault(
                f => f.Settings is VaisalaFieldSettings before && before.Message == field.Message && before.Key.AsSpan().SequenceEqual(field.Key));
            if (other is not null)
            {
                places.Field(i, "key", $"this key is field '{other.Name}' already");
            }
        }
    }

    private static byte Address(DeviceAddress at)
    {
        var text = at.ToString();
        return at is not { Number: null, Text: null } && text.Length == 1 && char.IsAsciiLetterOrDigit(text[0])
            ? (byte)text[0]
            : throw new ProfileException($"a Vaisala transmitter needs its address, one digit or letter (0 from the factory); the address here is {at}");
    }

    [GeneratedRegex("^[A-Z][a-z]$")]
    private static partial Regex Key();

    [GeneratedRegex("^[A-Za-z]$")]
    private static partial Regex Letter();
}

/// <summary>How a transmitter is set.</summary>
/// <param name="Crc">Messages and queries with a CRC: the small r (that of SDI-12, user guides, appendix "CRC-16 computation").</param>
internal sealed record VaisalaSettings(bool Crc) : DriverSettings;

/// <summary>Where a number stands: <c>Dm=283D</c> in message R1.</summary>
/// <param name="Message">The digit of the message: 1 wind, 2 pressure, temperature and humidity, 3 precipitation, 5 supervisor, 0 composite.</param>
/// <param name="Letters">What may stand after the number: the unit's letter, or those of a state; another one is another unit.</param>
internal sealed record VaisalaFieldSettings(byte Message, byte[] Key, byte[] Letters, int? Decimals) : FieldSettings;
