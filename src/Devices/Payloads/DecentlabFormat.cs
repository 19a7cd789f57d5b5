using System.Buffers.Binary;
using MeetNet.Devices.Decoding;
using MeetNet.Devices.Profiles;
using MeetNet.Yaml;

namespace MeetNet.Devices.Payloads;

/// <summary>
/// Decentlab's protocol version 2 (decentlab/decentlab-decoders, README "Payload format"): version, device id, flags, then 16-bit words, all most
/// significant byte first. Each bit of the flags says whether a group of words follows; a sensor that did not answer has no group.
/// </summary>
internal sealed class DecentlabFormat : IPayloadFormat
{
    private const int MaxGroups = 16;

    public string Name => "decentlab";

    public PayloadSettings ReadSettings(YamlMap section, IReadOnlyList<int> ports)
    {
        var list = section.Require("groups");
        var groups = list.List().Select(g => g.Integer(1, LoRaWan.MaxPayload / 2)).ToArray();
        if (list.IsList && groups.Length is 0 or > MaxGroups)
        {
            list.Problem($"1 to {MaxGroups} groups, each the number of its words: one for each bit of the flags");
        }

        return new DecentlabSettings(ports, groups);
    }

    public PayloadField ReadField(YamlMap field, PayloadSettings settings, bool optional)
    {
        var groups = ((DecentlabSettings)settings).Groups;
        var group = field.Integer("group", 0, Math.Max(0, groups.Count - 1));
        var word = field.Integer("word", 0, LoRaWan.MaxPayload / 2);
        var isLight = field.Optional("formula")?.Choice("tsl2561") is not null;
        var layout = isLight ? new NumberLayout(NumberType.UInt16, ByteOrder.Abcd) : LayoutKeys.ReadRegisters(field);
        var last = word + (isLight ? 2 : layout.Size / 2);
        if (group < groups.Count && last > groups[group])
        {
            field.Problem("word", $"the number ends with word {last} and group {group} has {groups[group]} (groups)");
        }

        return new DecentlabField(group, word, isLight, optional) { Layout = layout };
    }

    public IPayload Bind(DeviceProfile profile, PayloadSettings settings) => new Payload(profile, (DecentlabSettings)settings);

    private sealed class Payload(DeviceProfile profile, DecentlabSettings settings) : IPayload
    {
        private const int Version = 2;
        private const int Header = 5;

        private readonly FieldTable<DecentlabField> _fields = new(profile);
        private readonly int[] _groups = [.. settings.Groups];
        private readonly int _port = settings.Ports[0];

        public int MaxReadings => _fields.Count;

        public DecodeStatus Decode(int port, scoped ReadOnlySpan<byte> payload, ref ReadingBuffer readings)
        {
            if (payload.Length < Header)
            {
                return _fields.Nothing("bad-payload", ref readings);
            }

            if (payload[0] != Version)
            {
                return _fields.Nothing("other-version", ref readings);
            }

            var flags = BinaryPrimitives.ReadUInt16BigEndian(payload[3..]);
            var at = Header;
            var seen = 0UL;
            for (var group = 0; group < _groups.Length; group++)
            {
                if (((flags >> group) & 1) == 0)
                {
                    continue;
                }

                if (at + (2 * _groups[group]) > payload.Length)
                {
                    return _fields.Nothing("bad-payload", ref readings);
                }

                seen |= Read(group, payload[at..], ref readings);
                at += 2 * _groups[group];
            }

            // A group that this profile does not know means another firmware: its words come last, so those before are right.
            var all = (1 << _groups.Length) - 1;
            readings.Reason = (flags & ~all) != 0 ? "unknown-group" : (flags & all) != all ? "group-absent" : null;
            _fields.AddMissing(seen, ref readings);
            return DecodeStatus.Ok;
        }

        public int Write(ReadOnlySpan<double> values, long turn, Span<byte> payload, out int port)
        {
            port = _port;
            payload[0] = Version;
            BinaryPrimitives.WriteUInt16BigEndian(payload[1..], 1);
            var flags = 0;
            var at = Header;
            for (var group = 0; group < _groups.Length; group++)
            {
                var words = payload.Slice(at, 2 * _groups[group]);
                words.Clear();
                if (TryWrite(group, values, words))
                {
                    flags |= 1 << group;
                    at += words.Length;
                }
            }

            BinaryPrimitives.WriteUInt16BigEndian(payload[3..], (ushort)flags);
            return at;
        }

        private ulong Read(int group, scoped ReadOnlySpan<byte> words, ref ReadingBuffer readings)
        {
            var seen = 0UL;
            for (var i = 0; i < _fields.Count; i++)
            {
                var field = _fields[i];
                if (field.Group == group)
                {
                    seen |= FieldTable<DecentlabField>.Bit(i);
                    var at = words[(2 * field.Word)..];
                    var number = field.IsLight
                        ? Light(BinaryPrimitives.ReadUInt16BigEndian(at), BinaryPrimitives.ReadUInt16BigEndian(at[2..]))
                        : field.Layout!.Value.Read(at);
                    _fields.Add(i, number, ref readings);
                }
            }

            return seen;
        }

        /// <summary>Writes a group; false when one of its numbers can't be said, as when the sensor does not answer.</summary>
        private bool TryWrite(int group, ReadOnlySpan<double> values, Span<byte> words)
        {
            for (var i = 0; i < _fields.Count; i++)
            {
                if (_fields[i].Group == group)
                {
                    var number = _fields.Transmitted(i, values[i]);
                    if (double.IsNaN(number))
                    {
                        return false;
                    }

                    // Light without infrared is the visible count itself.
                    _fields[i].Layout!.Value.Write(number, words[(2 * _fields[i].Word)..]);
                }
            }

            return true;
        }

        /// <summary>Two counts of a TSL2561 to one that is proportional to illuminance (TheThingsNetwork/lorawan-devices, vendor/decentlab/dl-iam.js).</summary>
        private static double Light(double all, double infrared) =>
            Math.Max(Math.Max(all - (1.64 * infrared), (0.59 * all) - (0.86 * infrared)), 0);
    }
}

/// <summary>How many words each group has, in the order of the bits of the flags.</summary>
internal sealed record DecentlabSettings(IReadOnlyList<int> Ports, IReadOnlyList<int> Groups) : PayloadSettings(Ports);

/// <summary>Where a number is: its group and first word in it. Light is made of two words.</summary>
internal sealed record DecentlabField(int Group, int Word, bool IsLight, bool Optional) : PayloadField(Optional);
