using MeetNet.Devices.Decoding;
using MeetNet.Devices.Profiles;
using MeetNet.Yaml;

namespace MeetNet.Devices.Payloads;

/// <summary>
/// Items one after another, each a tag and its bytes; a message has those that the device has to say. Milesight, Elsys and SenseCAP differ in what a
/// tag is. An item that the profile does not name is passed over when its length is known; after one whose length is not, the rest can't be read.
/// </summary>
internal sealed class TaggedFormat(ITags tags) : IPayloadFormat
{
    public string Name => tags.Name;

    public PayloadSettings ReadSettings(YamlMap section, IReadOnlyList<int> ports)
    {
        var lengths = new Dictionary<int, int>();
        foreach (var item in section.Optional("skip")?.List() ?? [])
        {
            var map = item.Map();
            lengths[tags.ReadTag(map)] = map.Integer("length", 1, LoRaWan.MaxPayload);
            map.Done();
        }

        TaggedItem? history = null;
        if (section.Optional("history") is { } value)
        {
            var map = value.Map();
            history = new TaggedItem(tags.ReadTag(map), map.Integer("length", sizeof(uint) + 1, LoRaWan.MaxPayload));
            map.Done();
            lengths[history.Tag] = history.Length;
        }

        return new TaggedSettings(ports, lengths, history);
    }

    public PayloadField ReadField(YamlMap field, PayloadSettings settings, bool optional)
    {
        var own = (TaggedSettings)settings;
        var tag = tags.ReadTag(field);
        var layout = LayoutKeys.ReadBytes(field, tags.Order);
        var at = field.Optional("at")?.Integer(0, LoRaWan.MaxPayload - 1) ?? 0;
        var length = own.Lengths.TryGetValue(tag, out var said) ? said : tags.LengthOf(tag);
        if (length >= 0 && at + layout.Size > length)
        {
            field.Problem(field.Has("at") ? "at" : "type", $"the number ends at byte {at + layout.Size} and the item has {length}");
        }

        int? past = null;
        if (field.Optional("historyAt") is { } place)
        {
            past = place.Integer(sizeof(uint), LoRaWan.MaxPayload - 1);
            if (own.History is null)
            {
                place.Problem("'historyAt' goes with 'history' in the driver's section, which says what a stored item is");
            }
            else if (past + layout.Size > own.History.Length)
            {
                place.Problem($"the number ends at byte {past + layout.Size} and a stored item has {own.History.Length}");
            }
        }

        var also = new List<TaggedItem>();
        foreach (var item in field.Optional("also")?.List() ?? [])
        {
            var map = item.Map();
            also.Add(new TaggedItem(tags.ReadTag(map), map.Integer("length", 1, LoRaWan.MaxPayload)));
            map.Done();
            if (at + layout.Size > also[^1].Length)
            {
                map.Problem("length", $"the number ends at byte {at + layout.Size} and this item has {also[^1].Length}");
            }
        }

        return new TaggedField(tag, at, past, also, optional) { Layout = layout };
    }

    public IPayload Bind(DeviceProfile profile, PayloadSettings settings) => new TaggedPayload(profile, (TaggedSettings)settings, tags);
}

/// <summary>What the tags of a maker are.</summary>
internal interface ITags
{
    string Name { get; }

    /// <summary>The order of the bytes of a number.</summary>
    ByteOrder Order { get; }

    /// <summary>Bytes after the last item.</summary>
    int Trailer { get; }

    /// <summary>Reads the keys of the profile that name a tag.</summary>
    int ReadTag(YamlMap map);

    /// <summary>Reads the tag at the beginning of the bytes; 0 bytes when they are too few.</summary>
    int Read(ReadOnlySpan<byte> bytes, out int tag);

    /// <summary>Writes a tag.</summary>
    int Write(int tag, Span<byte> bytes);

    /// <summary>How many bytes follow the tag, where that is so for all models; -1 where it is not known.</summary>
    int LengthOf(int tag);

    /// <summary>Whether the item is about the device and not about what it measures.</summary>
    bool IsAboutDevice(int tag);
}

/// <param name="Lengths">Items of this model that are passed over or have another length than the maker's other models, by tag.</param>
/// <param name="History">An item that holds stored values, when the device has such: seconds since 1970 in four bytes, then numbers at fixed places.</param>
internal sealed record TaggedSettings(IReadOnlyList<int> Ports, IReadOnlyDictionary<int, int> Lengths, TaggedItem? History) : PayloadSettings(Ports);

/// <summary>An item and how many bytes follow its tag.</summary>
internal sealed record TaggedItem(int Tag, int Length);

/// <summary>Where a number is.</summary>
/// <param name="Tag">Its item.</param>
/// <param name="At">The first byte in the item, after the tag.</param>
/// <param name="HistoryAt">The first byte in an item of stored values; null when those don't have it.</param>
/// <param name="Also">Other items that have it at the same place, such as an alarm that brings the value that raised it.</param>
internal sealed record TaggedField(int Tag, int At, int? HistoryAt, IReadOnlyList<TaggedItem> Also, bool Optional) : PayloadField(Optional)
{
    public bool IsIn(int tag)
    {
        var found = Tag == tag;
        for (var i = 0; i < Also.Count; i++)
        {
            found |= Also[i].Tag == tag;
        }

        return found;
    }
}
