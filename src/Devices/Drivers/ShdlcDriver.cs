using System.Globalization;
using MeetNet.Devices.Decoding;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;
using MeetNet.Yaml;

namespace MeetNet.Devices.Drivers;

/// <summary>Sensirion's SHDLC: one command reads the numbers of a device that measures by itself once it was started.</summary>
internal sealed class ShdlcDriver : IDeviceDriver
{
    /// <summary>A request must fit in <see cref="IDeviceCodec.MaxRequest"/> when every byte of it is stuffed.</summary>
    private const int MostData = 100;

    public string Name => "shdlc";

    public Carrier Carrier => Carrier.Stream;

    public bool IsPolled(DriverSettings settings) => true;

    public IDeviceCodec Bind(DeviceProfile profile, DeviceAddress at) => new ShdlcCodec(profile, Address(at));

    public IDeviceSimulator Simulate(DeviceProfile profile, DeviceAddress at) => new ShdlcSimulator(profile, Address(at));

    public DriverSettings ReadSettings(YamlMap section)
    {
        var read = section.Map("read");
        var (readCommand, length) = ((byte)read.Integer("command", 0, byte.MaxValue), read.Integer("length", 1, byte.MaxValue));
        read.Done();
        var start = section.Map("start");
        var startCommand = Request(start);
        var settle = start.Duration("settle", TimeSpan.Zero, TimeSpan.FromMinutes(1));
        start.Done();
        var wake = section.Optional("wake")?.Map() is { } wakeMap ? Request(wakeMap, done: true) : null;
        ShdlcRequest? status = null;
        var bits = new List<ShdlcStatusBit>();
        if (section.Optional("status")?.Map() is { } map)
        {
            status = Request(map);
            foreach (var item in map.List("bits"))
            {
                var bit = item.Map();
                bits.Add(new ShdlcStatusBit((uint)bit.Require("mask").Long(1, uint.MaxValue), bit.String("reason")));
                bit.Done();
            }

            map.Done();
        }

        return new ShdlcSettings(readCommand, length, startCommand, settle, wake, status, bits);
    }

    public FieldSettings ReadField(YamlMap field, DriverSettings settings)
    {
        var length = ((ShdlcSettings)settings).Length;
        var at = field.Integer("at", 0, length - 1);
        var layout = LayoutKeys.ReadBytes(field);
        if (at + layout.Size > length)
        {
            field.Problem("at", $"the number runs past the end of the data, which are {length} bytes");
        }

        return new ShdlcField(at) { Layout = layout };
    }

    public CommandSettings? ReadCommand(YamlMap command, DriverSettings settings) =>
        new ShdlcCommand(Request(command), command.Has("argument"), command.Optional("wakes")?.Boolean() ?? false);

    private static ShdlcRequest Request(YamlMap map, bool done = false)
    {
        var command = (byte)map.Integer("command", 0, byte.MaxValue);
        byte[] data = [];
        if (map.Optional("data") is { } value)
        {
            var digits = string.Concat(value.Raw().Where(c => c != ' '));
            if (digits.Length % 2 != 0 || digits.Length > 2 * MostData || !digits.All(char.IsAsciiHexDigit))
            {
                value.Problem(string.Create(CultureInfo.InvariantCulture, $"data are pairs of hexadecimal digits, at most {MostData}, for example \"01 03\""));
            }
            else
            {
                data = Convert.FromHexString(digits);
            }
        }

        if (done)
        {
            map.Done();
        }

        return new ShdlcRequest(command, data);
    }

    private static byte Address(DeviceAddress at) => at switch
    {
        { Text: null, Number: null } => 0,
        { Number: >= 0 and <= 254 and var number } => (byte)number,
        _ => throw new ProfileException($"an SHDLC address is 0 to 254 (the SPS30 has 0, which may be left out), not {at}"),
    };
}

/// <summary>One request.</summary>
internal sealed record ShdlcRequest(byte Command, byte[] Data);

/// <summary>A bit of the device status register.</summary>
internal sealed record ShdlcStatusBit(uint Mask, string Reason);

/// <summary>How the device is asked.</summary>
/// <param name="Read">The command that reads the numbers.</param>
/// <param name="Length">How many data bytes its answer has.</param>
/// <param name="Start">Starts measuring; sent when the device says that it may not be read now.</param>
/// <param name="Settle">How long after the start there are no numbers.</param>
/// <param name="Wake">Wakes a device that keeps silent; null for one that doesn't sleep.</param>
/// <param name="Status">Reads the status register; asked when an answer has the error bit; null for a device without one.</param>
/// <param name="Bits">What its bits mean.</param>
internal sealed record ShdlcSettings(
    byte Read, int Length, ShdlcRequest Start, TimeSpan Settle, ShdlcRequest? Wake, ShdlcRequest? Status, IReadOnlyList<ShdlcStatusBit> Bits) : DriverSettings;

/// <summary>Where a number is in the data.</summary>
internal sealed record ShdlcField(int At) : FieldSettings;

/// <summary>A command of the profile.</summary>
/// <param name="HasArgument">A number follows the data, in 32 bits, high byte first.</param>
/// <param name="Wakes">A byte goes before it that wakes the interface.</param>
internal sealed record ShdlcCommand(ShdlcRequest Request, bool HasArgument, bool Wakes) : CommandSettings(Answered: true);
