using System.Text;
using System.Text.RegularExpressions;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;
using MeetNet.Yaml;

namespace MeetNet.Devices.Drivers;

/// <summary>
/// Parts that a driver of the Linux kernel reads (Industrial I/O): small files below <c>/sys/bus/iio/devices/iio:deviceN/</c>
/// (kernel documentation, ABI/testing/sysfs-bus-iio). N follows the order of probing, so the device is found by its name, and by its place on the bus where there are
/// several. The line answers a list of file names with their contents in one line of text (<see cref="IioText"/>).
/// </summary>
internal sealed partial class IioDriver : IDeviceDriver
{
    public string Name => "iio";

    public Carrier Carrier => Carrier.Folder;

    public bool IsPolled(DriverSettings settings) => true;

    public IDeviceCodec Bind(DeviceProfile profile, DeviceAddress at) => new IioCodec(profile, Head(profile, at));

    public IDeviceSimulator Simulate(DeviceProfile profile, DeviceAddress at) => new IioSimulator(profile, Head(profile, at));

    public DriverSettings ReadSettings(YamlMap section)
    {
        var names = section.List("names").Select(n => n.Matching(KernelName(), "a name as the kernel gives it: lower-case letters, digits, '-' and '_'")).ToList();
        if (names.Count == 0)
        {
            section.Problem("names", "at least one name that the kernel gives the device");
        }

        return new IioSettings(names);
    }

    public FieldSettings ReadField(YamlMap field, DriverSettings settings)
    {
        var channel = field.Require("channel").Matching(ChannelName(), "the beginning of a file's name, such as in_temp or in_voltage0-voltage1");
        var form = field.Choice("read", "input", "raw", "unscaled") switch { "raw" => IioForm.Raw, "unscaled" => IioForm.Unscaled, _ => IioForm.Input };
        var other = field.Optional("otherScale")?.Number();
        if (other is not null && (other == 0 || field.Optional("range") is null))
        {
            field.Problem("otherScale", "another scale is told from 'scale' by the range: give one, and not 0");
        }

        var (scale, offset) = (1.0, 0.0);
        if (field.Optional("usual")?.Map() is { } usual)
        {
            scale = usual.Number("scale");
            offset = usual.Optional("offset")?.Number() ?? 0;
            usual.Done();
            if (form != IioForm.Raw || scale == 0)
            {
                usual.Problem("only a raw number has a scale in a file, and that is not 0");
                scale = 1;
            }
        }

        return new IioField(channel, form, other, scale, offset);
    }

    public void Check(DeviceProfile profile, ProfilePlaces places)
    {
        var head = IioText.Head(((IioSettings)profile.Settings).Names, string.Empty);
        for (var i = 0; i < profile.Fields.Count; i++)
        {
            var rule = profile.Fields[i].Value;
            var field = (IioField)profile.Fields[i].Settings;
            if (head.Length + field.Files(raw: true).Sum(f => f.Length + 1) + MostAddress >= IDeviceCodec.MaxRequest)
            {
                places.Field(i, "channel", "the names of the device and its files are too long for one request");
            }

            if (field.OtherScale is { } other && rule is { Minimum: { } low, Maximum: { } high }
                && (low <= 0 || Math.Max(Math.Abs(other / rule.Scale), Math.Abs(rule.Scale / other)) <= high / low))
            {
                places.Field(i, "otherScale", "the range is too wide to tell which of the two scales it is");
            }
        }
    }

    private const int MostAddress = 40;

    private static byte[] Head(DeviceProfile profile, DeviceAddress at)
    {
        if (at.Number is not null || (at.Text is { } text && !BusAddress().IsMatch(text)))
        {
            throw new ProfileException($"the address of a device of the kernel is its place on the bus, such as 1-0076 or spi0.0 (see ls -l /sys/bus/iio/devices), not {at}");
        }

        return Encoding.ASCII.GetBytes(IioText.Head(((IioSettings)profile.Settings).Names, at.Text ?? string.Empty));
    }

    [GeneratedRegex("^[a-z0-9_-]{1,30}$")]
    private static partial Regex KernelName();

    [GeneratedRegex("^(in|out)_[a-z0-9_-]{1,60}$")]
    private static partial Regex ChannelName();

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9.:_-]{0,39}$|^[0-9]+-[0-9A-Fa-f]{4}$")]
    private static partial Regex BusAddress();
}

/// <summary>The names by which the kernel knows the device; the first is the simulator's.</summary>
internal sealed record IioSettings(IReadOnlyList<string> Names) : DriverSettings;

/// <summary>Which files make a number.</summary>
internal enum IioForm
{
    /// <summary><c>_input</c>, processed by the kernel: never multiplied with <c>_scale</c>. Where it is absent, as <see cref="Raw"/>.</summary>
    Input,

    /// <summary>(<c>_raw</c> + <c>_offset</c>) × <c>_scale</c>; without a scale the number has no meaning.</summary>
    Raw,

    /// <summary><c>_raw</c> of a driver outside the kernel that has no scale.</summary>
    Unscaled,
}

/// <summary>One channel of the device.</summary>
/// <param name="Channel">The beginning of its files' names.</param>
/// <param name="Form">Which files are read.</param>
/// <param name="OtherScale">The scale on kernels that give another unit, told by the range; null when all give one.</param>
/// <param name="UsualScale">What the kernel's scale file says in the simulator.</param>
/// <param name="UsualOffset">What its offset file says there.</param>
internal sealed record IioField(string Channel, IioForm Form, double? OtherScale, double UsualScale, double UsualOffset) : FieldSettings
{
    /// <summary>The files of a request.</summary>
    public IReadOnlyList<string> Files(bool raw) => Form switch
    {
        IioForm.Input when !raw => [Channel + "_input"],
        IioForm.Unscaled => [Channel + "_raw"],
        _ => [Channel + "_raw", Channel + "_offset", Channel + "_scale"],
    };
}
