using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;
using MeetNet.Yaml;

namespace MeetNet.Devices.Drivers;

/// <summary>
/// Bayern-Hessen (Gesytec): the query DA, its answer MD and the control command ST, as reference gas analysers and dust monitors speak it (Thermo 42i
/// manual, appendix D; Acoem Serinus manuals, Bayern-Hessen appendix; Teledyne T200H manual §4.15.4).
/// </summary>
internal sealed class BayernHessenDriver : IDeviceDriver
{
    public string Name => "bayern-hessen";

    public Carrier Carrier => Carrier.Stream;

    public bool IsPolled(DriverSettings settings) => true;

    public IReadOnlyList<string> Framings => HessenSettings.Endings;

    public IDeviceCodec Bind(DeviceProfile profile, DeviceAddress at) => new BayernHessenCodec(profile, Checked(profile, at));

    public IDeviceSimulator Simulate(DeviceProfile profile, DeviceAddress at) => new BayernHessenSimulator(profile, Checked(profile, at));

    public DriverSettings ReadSettings(YamlMap section)
    {
        var ending = HessenSettings.EndingOf(section.Choice("ending", HessenSettings.Endings));
        var integer = section.Choice("mantissa", "decimal", "integer") == "integer";
        var rules = (section.Optional("status")?.List() ?? []).Select(item => ReadRule(item.Map())).ToList();
        return new HessenSettings(ending, integer, rules, section.Optional("units")?.Map() is { } units ? ReadUnits(units) : null);
    }

    public FieldSettings ReadField(YamlMap field, DriverSettings settings)
    {
        var id = field.Optional("id");
        var plus = field.Optional("addressPlus");
        var gas = field.Optional("gas");
        if (new[] { id, plus, gas }.Count(v => v is not null) != 1)
        {
            field.Problem("say which group of the answer this is: 'id' (fixed by the maker), 'addressPlus' (the instrument's address plus this) or 'gas' (its gas id)");
        }

        return new HessenFieldSettings(Id(id), Id(plus) ?? 0, Id(gas));

        static int? Id(YamlValue? value) => value?.Integer(0, BayernHessenCodec.MaxId);
    }

    public CommandSettings? ReadCommand(YamlMap command, DriverSettings settings)
    {
        command.Optional("argument")?.Problem("a Bayern-Hessen control command takes no number: leave 'argument' out");
        return new HessenCommandSettings(command.Choice("control", "K", "N", "M", "S")[0]);
    }

    public void Check(DeviceProfile profile, ProfilePlaces places)
    {
        for (var i = 0; i < profile.Fields.Count; i++)
        {
            var field = (HessenFieldSettings)profile.Fields[i].Settings;
            if (profile.Fields.Take(i).FirstOrDefault(f => f.Settings.Equals(field)) is { } other)
            {
                places.Field(i, field.Gas is not null ? "gas" : field.Id is null ? "addressPlus" : "id", $"this group is field '{other.Name}' already");
            }
        }
    }

    private static HessenStatusRule ReadRule(YamlMap rule)
    {
        var part = rule.Choice("byte", "operating", "fault", "word");
        var highest = part == "word" ? 0xFFFF : 0xFF;
        var mask = rule.Integer("mask", 1, highest);
        var value = rule.Optional("value")?.Integer(0, highest);
        if ((value & ~mask) is not (null or 0))
        {
            rule.Problem("value", "these bits are not all in the mask, so they can never be seen");
        }

        var means = ReadingWords.Means(rule);
        rule.Done();
        var shift = part == "operating" ? 8 : 0;
        return new HessenStatusRule(mask << shift, value << shift, means);
    }

    private static HessenUnits ReadUnits(YamlMap units)
    {
        var mask = units.Integer("mask", 1, 0xFFFF);
        var values = new List<HessenUnit>();
        foreach (var item in units.List("values"))
        {
            var map = item.Map();
            var value = map.Integer("value", 0, 0xFFFF);
            var exactly = map.Optional("unit");
            var like = map.Optional("like");
            if (exactly is null == like is null)
            {
                map.Problem("say 'unit' (just this one), or 'like' (a unit of this kind, when the bit says no more than that)");
            }

            values.Add(new HessenUnit(value, new SaidUnit((exactly ?? like)?.String() ?? string.Empty, like is not null)));
            map.Done();
            if ((value & ~mask) != 0)
            {
                map.Problem("value", "these bits are not all in the mask, so they can never be seen");
            }
        }

        if (values.Count == 0)
        {
            units.Problem("values", "at least one value of these bits and the unit that it says");
            values.Add(new HessenUnit(0, new SaidUnit(string.Empty, true)));
        }

        units.Done();
        return new HessenUnits(mask, values);
    }

    private static DeviceAddress Checked(DeviceProfile profile, DeviceAddress at)
    {
        if (at.Text is not null || at.Number is < 0 or > BayernHessenCodec.MaxId)
        {
            throw new ProfileException($"a Bayern-Hessen address is a number of at most three digits, not {at}");
        }

        var relative = profile.Fields.Select(f => (HessenFieldSettings)f.Settings).Where(f => f.Id is null && f.Gas is null).ToList();
        if (at.Number is null && relative.Count > 0)
        {
            throw new ProfileException($"the groups of {profile.Maker} {profile.Model} are numbered from the instrument's address, which is missing");
        }

        if (relative.Any(f => f.AddressPlus + at.Number > BayernHessenCodec.MaxId))
        {
            throw new ProfileException($"from address {at} the groups of {profile.Maker} {profile.Model} run past {BayernHessenCodec.MaxId}");
        }

        return at;
    }
}
