using MeetNet.Yaml;

namespace MeetNet.Devices.Profiles;

/// <summary>What bits of a status word mean: the masked bits have this value, or, without one, any of them is set.</summary>
internal sealed record StatusBits(uint Mask, uint? Value, ReadingStatus Means)
{
    /// <summary>A word by which a device says this.</summary>
    public uint Example => Value ?? (Mask & unchecked(~Mask + 1));

    /// <summary>Reads <c>[{mask, value, means}]</c>; nothing when the key is absent.</summary>
    public static IReadOnlyList<StatusBits> Read(YamlValue? value) => [.. (value?.List() ?? []).Select(item => ReadOne(item.Map()))];

    /// <summary>What a word says; the first rule that fits counts.</summary>
    public static ReadingStatus Of(IReadOnlyList<StatusBits> rules, uint word)
    {
        for (var i = 0; i < rules.Count; i++)
        {
            if (rules[i] is { } rule && (rule.Value is { } value ? (word & rule.Mask) == value : (word & rule.Mask) != 0))
            {
                return rule.Means;
            }
        }

        return ReadingStatus.Ok;
    }

    private static StatusBits ReadOne(YamlMap map)
    {
        var mask = (uint)map.Require("mask").Long(1, uint.MaxValue);
        var value = (uint?)map.Optional("value")?.Long(0, uint.MaxValue);
        if ((value & ~mask) is not (null or 0))
        {
            map.Problem("value", "these bits are not all in the mask, so they can never be seen");
        }

        var means = ReadingWords.Means(map);
        map.Done();
        return new StatusBits(mask, value, means);
    }
}
