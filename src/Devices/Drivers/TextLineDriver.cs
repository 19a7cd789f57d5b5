using System.Text;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;
using MeetNet.Yaml;

namespace MeetNet.Devices.Drivers;

/// <summary>
/// Devices that write one line of text for each measurement, unasked or when asked, in columns: what of it is a number is said by the profile.
/// </summary>
internal sealed class TextLineDriver : IDeviceDriver
{
    public string Name => "text-line";

    public Carrier Carrier => Carrier.Stream;

    public bool IsPolled(DriverSettings settings) => ((TextLineSettings)settings).Request.Length > 0;

    public IDeviceCodec Bind(DeviceProfile profile, DeviceAddress at) => new TextLineCodec(profile, Address(profile, at));

    public IDeviceSimulator Simulate(DeviceProfile profile, DeviceAddress at) => new TextLineSimulator(profile, Address(profile, at));

    public DriverSettings ReadSettings(YamlMap section)
    {
        var ending = section.Choice("ending", "cr", "lf", "any") switch
        {
            "cr" => LineEnding.Cr,
            "lf" => LineEnding.Lf,
            _ => LineEnding.Any,
        };
        var words = new List<TextWord>();
        foreach (var item in section.Optional("words")?.List() ?? [])
        {
            var word = item.Map();
            words.Add(new TextWord(Text(word.Require("text")), ReadingWords.Means(word)));
            word.Done();
        }

        var status = new List<TextStatusRule>();
        foreach (var item in section.Optional("status")?.List() ?? [])
        {
            var rule = item.Map();
            status.Add(new TextStatusRule(
                rule.Integer("column", 1, TextLineSettings.MostColumns), Text(rule.Require("text")), ReadingWords.Means(rule)));
            rule.Done();
        }

        var digits = section.Optional("addressDigits")?.Integer(1, 3) ?? 0;
        var request = Text(section.Optional("request"), IDeviceCodec.MaxRequest - 3);
        var prefix = Text(section.Optional("prefix"));
        if (digits > 0 != (Has(request) || Has(prefix)))
        {
            section.Problem("addressDigits", "'{}' in 'request' or 'prefix' stands for the device's address, which is written with 'addressDigits' digits: both, or neither");
        }

        return new TextLineSettings(
            ending,
            digits,
            request,
            prefix,
            Text(section.Optional("separator"), longest: 8),
            section.Optional("columns")?.Integer(1, TextLineSettings.MostColumns),
            [.. words],
            [.. status]);
    }

    public FieldSettings ReadField(YamlMap field, DriverSettings settings) => new TextLineFieldSettings(
        field.Integer("column", 1, ((TextLineSettings)settings).Columns ?? TextLineSettings.MostColumns),
        Text(field.Optional("before")),
        Text(field.Optional("after")),
        field.Optional("digits")?.Integer(1, 15) ?? 0,
        field.Optional("decimals")?.Integer(0, 9));

    public void Check(DeviceProfile profile, ProfilePlaces places)
    {
        var settings = (TextLineSettings)profile.Settings;
        for (var i = 0; i < profile.Fields.Count; i++)
        {
            var field = (TextLineFieldSettings)profile.Fields[i].Settings;
            if (profile.Fields.Take(i).FirstOrDefault(f => ((TextLineFieldSettings)f.Settings).Column == field.Column) is { } other)
            {
                places.Field(i, "column", $"column {field.Column} is field '{other.Name}' already");
            }

            if (settings.Separator.Length == 0 && field.Column > 1)
            {
                places.Field(i, "column", "without a 'separator' the line is one column");
            }
        }
    }

    private static byte[] Text(YamlValue? value, int longest = 64)
    {
        var text = value?.String() ?? string.Empty;
        if (text.Length > longest || text.Any(c => c > 0x7E) || (text.Length == 0 && value is { Exists: true }))
        {
            value!.Problem($"'{value.Name}' is 1 to {longest} ASCII characters");
            return [];
        }

        return Encoding.ASCII.GetBytes(text);
    }

    private static bool Has(byte[] text) => Encoding.ASCII.GetString(text).Contains(TextLineSettings.Address, StringComparison.Ordinal);

    private static int? Address(DeviceProfile profile, DeviceAddress at)
    {
        var digits = ((TextLineSettings)profile.Settings).AddressDigits;
        if (digits == 0)
        {
            return at == DeviceAddress.None
                ? null
                : throw new ProfileException($"a device that writes lines of text is alone on its line and has no address, not {at}");
        }

        return at.Number is { } number && number >= 0 && number < Math.Pow(10, digits)
            ? number
            : throw new ProfileException($"{profile.Maker} {profile.Model} needs its address, a number of at most {digits} digits; the address here is {at}");
    }
}
