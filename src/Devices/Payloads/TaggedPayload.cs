using System.Buffers.Binary;
using MeetNet.Devices.Decoding;
using MeetNet.Devices.Profiles;

namespace MeetNet.Devices.Payloads;

/// <summary>Reads and writes items with tags.</summary>
internal sealed class TaggedPayload : IPayload
{
    private readonly FieldTable<TaggedField> _fields;
    private readonly TaggedSettings _settings;
    private readonly ITags _tags;
    private readonly Dictionary<int, int> _lengths;

    public TaggedPayload(DeviceProfile profile, TaggedSettings settings, ITags tags)
    {
        var ownLengths = new HashSet<int>();
        _fields = new FieldTable<TaggedField>(profile);
        _settings = settings;
        _tags = tags;
        _lengths = new Dictionary<int, int>(settings.Lengths);
        for (var i = 0; i < _fields.Count; i++)
        {
            foreach (var item in _fields[i].Also)
            {
                _lengths[item.Tag] = item.Length;
            }

            if (LengthOf(_fields[i].Tag) < 0 || ownLengths.Contains(_fields[i].Tag))
            {
                // Not known to the maker's other models: as long as the profile's fields in it.
                ownLengths.Add(_fields[i].Tag);
                _lengths[_fields[i].Tag] = Math.Max(_lengths.GetValueOrDefault(_fields[i].Tag), _fields[i].At + _fields[i].Layout!.Value.Size);
            }
        }

        MaxReadings = _fields.Count * (settings.History is { } history ? Math.Max(1, LoRaWan.MaxPayload / history.Length) : 1);
    }

    public int MaxReadings { get; }

    public DecodeStatus Decode(int port, scoped ReadOnlySpan<byte> payload, ref ReadingBuffer readings)
    {
        var seen = 0UL;
        var stored = false;
        var aboutDevice = false;
        for (var rest = payload; rest.Length > _tags.Trailer;)
        {
            var head = _tags.Read(rest, out var tag);
            if (head == 0)
            {
                return _fields.Nothing("bad-payload", ref readings);
            }

            rest = rest[head..];
            aboutDevice |= _tags.IsAboutDevice(tag);
            var length = LengthOf(tag);
            if (length < 0)
            {
                readings.Reason = "unknown-item";
                break;
            }

            if (length > rest.Length - _tags.Trailer)
            {
                return _fields.Nothing("bad-payload", ref readings);
            }

            if (tag == _settings.History?.Tag)
            {
                stored = true;
                ReadStored(rest[..length], ref readings);
            }
            else
            {
                seen |= Read(tag, rest[..length], seen, ref readings);
            }

            rest = rest[length..];
        }

        if (seen == 0 && stored)
        {
            return DecodeStatus.Ok;
        }

        if (seen == 0 && aboutDevice)
        {
            return PayloadEnd.Unexpected("device-info", ref readings);
        }

        _fields.AddMissing(seen, ref readings);
        return DecodeStatus.Ok;
    }

    public int Write(ReadOnlySpan<double> values, long turn, Span<byte> payload, out int port)
    {
        port = _settings.Ports[0];
        var at = 0;
        var written = 0UL;
        for (var i = 0; i < _fields.Count; i++)
        {
            if ((written & FieldTable<TaggedField>.Bit(i)) != 0 || double.IsNaN(_fields.Transmitted(i, values[i])))
            {
                continue;
            }

            // What has no number is left out; the fields of one item go together.
            var tag = _fields[i].Tag;
            at += _tags.Write(tag, payload[at..]);
            var item = payload.Slice(at, LengthOf(tag));
            item.Clear();
            for (var other = i; other < _fields.Count; other++)
            {
                if (_fields[other].Tag == tag && _fields.Transmitted(other, values[other]) is var number && !double.IsNaN(number))
                {
                    _fields[other].Layout!.Value.Write(number, item[_fields[other].At..]);
                    written |= FieldTable<TaggedField>.Bit(other);
                }
            }

            at += item.Length;
        }

        payload.Slice(at, _tags.Trailer).Clear();
        return at == 0 ? 0 : at + _tags.Trailer;
    }

    private int LengthOf(int tag) => _lengths.TryGetValue(tag, out var length) ? length : _tags.LengthOf(tag);

    private ulong Read(int tag, scoped ReadOnlySpan<byte> item, ulong before, ref ReadingBuffer readings)
    {
        var seen = 0UL;
        for (var i = 0; i < _fields.Count; i++)
        {
            var bit = FieldTable<TaggedField>.Bit(i);
            if (_fields[i].IsIn(tag) && (before & bit) == 0 && Holds(item, i, _fields[i].At))
            {
                _fields.Read(i, item[_fields[i].At..], ref readings);
                seen |= bit;
            }
        }

        return seen;
    }

    /// <summary>Whether the item is as long as the field needs; always, unless a profile gives one item two lengths.</summary>
    private bool Holds(scoped ReadOnlySpan<byte> item, int field, int at) => item.Length >= at + _fields[field].Layout!.Value.Size;

    private void ReadStored(scoped ReadOnlySpan<byte> item, ref ReadingBuffer readings)
    {
        var seconds = _tags.Order == ByteOrder.Dcba ? BinaryPrimitives.ReadUInt32LittleEndian(item) : BinaryPrimitives.ReadUInt32BigEndian(item);
        if (PayloadClock.Read(seconds) is not { } time)
        {
            readings.Reason = "device-clock-not-set";
            return;
        }

        for (var i = 0; i < _fields.Count; i++)
        {
            if (_fields[i].HistoryAt is { } at && Holds(item, i, at))
            {
                _fields.Read(i, item[at..], ref readings, time);
            }
        }
    }
}
