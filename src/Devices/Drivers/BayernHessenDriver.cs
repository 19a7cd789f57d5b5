using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;
using MeetNet.Yaml;

namespace MeetNet.Devices.Drivers;

/// <summary>
/// Bayern-Hessen (Gesytec): the query DA and its answer MD, as reference gas analysers and dust monitors speak it (Thermo 42i
/// manual, appendix D; Acoem Serinus manuals, Bayern-Hessen appendix; Teledyne T200H manual §4.15.4).
/// </summary>
internal sealed class BayernHessenDriver : IDeviceDriver
{
    public string Name => "bayern-hessen";

    public Carrier Carrier => Carrier.Stream;

    public bool IsPolled(DriverSettings settings) => true;

    public IDeviceCodec Bind(DeviceProfile profile, DeviceAddress at) => new BayernHessenCodec(profile, Address(profile, at));

    public IDeviceSimulator Simulate(DeviceProfile profile, DeviceAddress at) => new BayernHessenSimulator(profile, Address(profile, at));

    public DriverSettings ReadSettings(YamlMap section)
    {
        var ending = section.Choice("ending", "etx-bcc", "cr") == "cr" ? HessenEnding.Cr : HessenEnding.EtxBcc;
        var integer = section.Choice("mantissa", "decimal", "integer") == "integer";
        var rules = new List<HessenStatusRule>();
        foreach (var item in section.Optional("status")?.List() ?? [])
        {
            var rule = item.Map();
            var operating = rule.Choice("byte", "operating", "fault") == "operating";
            rules.Add(new HessenStatusRule(operating, rule.Integer("mask", 1, 0xFF), ReadingWords.Means(rule)));
            rule.Done();
        }

        return new HessenSettings(ending, integer, rules);
    }

    public FieldSettings ReadField(YamlMap field, DriverSettings settings)
    {
        var id = field.Optional("id");
        var plus = field.Optional("addressPlus");
        if (id is null == plus is null)
        {
            field.Problem("say which group of the answer this is: either 'id' (fixed by the maker) or 'addressPlus' (the instrument's address plus this)");
        }

        return new HessenFieldSettings(id?.Integer(0, BayernHessenCodec.MaxId), plus?.Integer(0, BayernHessenCodec.MaxId) ?? 0);
    }

    public void Check(DeviceProfile profile, ProfilePlaces places)
    {
        for (var i = 0; i < profile.Fields.Count; i++)
        {
            var field = (HessenFieldSettings)profile.Fields[i].Settings;
            if (profile.Fields.Take(i).FirstOrDefault(f => f.Settings.Equals(field)) is { } other)
            {
                places.Field(i, field.Id is null ? "addressPlus" : "id", $"this group is field '{other.Name}' already");
            }
        }
    }

    private static int? Address(DeviceProfile profile, DeviceAddress at)
    {
        if (at.Text is not null || at.Number is < 0 or > BayernHessenCodec.MaxId)
        {
            throw new ProfileException($"a Bayern-Hessen address is a number of at most three digits, not {at}");
        }

        var relative = profile.Fields.Select(f => (HessenFieldSettings)f.Settings).Where(f => f.Id is null).ToList();
        if (at.Number is null && relative.Count > 0)
        {
            throw new ProfileException($"the groups of {profile.Maker} {profile.Model} are numbered from the instrument's address, which is missing");
        }

        if (relative.Any(f => f.AddressPlus + at.Number > BayernHessenCodec.MaxId))
        {
            throw new ProfileException($"from address {at} the groups of {profile.Maker} {profile.Model} run past {BayernHessenCodec.MaxId}");
        }

        return at.Number;
    }
}

/// <summary>How a model speaks Bayern-Hessen.</summary>
/// <param name="Ending">How telegrams end.</param>
/// <param name="IntegerMantissa">±nnnn±ee is nnnn × 10^ee, as few makers have it; otherwise n.nnn × 10^ee.</param>
/// <param name="Status">What the status bits mean; the first rule that fits counts.</param>
internal sealed record HessenSettings(HessenEnding Ending, bool IntegerMantissa, IReadOnlyList<HessenStatusRule> Status) : DriverSettings;

/// <summary>When any bit of the mask is set in the operating or the fault byte, the group has this status.</summary>
internal sealed record HessenStatusRule(bool Operating, int Mask, ReadingStatus Means);

/// <summary>Which group of the answer a field is: a fixed id, or the instrument's address plus a number.</summary>
internal sealed record HessenFieldSettings(int? Id, int AddressPlus) : FieldSettings
{
    public int IdAt(int? address) => Id ?? ((address ?? 0) + AddressPlus);
}
