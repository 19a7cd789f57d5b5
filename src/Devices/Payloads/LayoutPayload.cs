using System.Buffers.Binary;
using MeetNet.Devices.Profiles;

namespace MeetNet.Devices.Payloads;

/// <summary>Reads and writes numbers at fixed places.</summary>
internal sealed class LayoutPayload : IPayload
{
    private readonly FieldTable<LayoutField> _fields;
    private readonly LayoutMessage[] _messages;
    private readonly int[] _turns;
    private readonly int _port;

    public LayoutPayload(DeviceProfile profile, LayoutSettings settings)
    {
        _fields = new FieldTable<LayoutField>(profile);
        _messages = [.. settings.Messages];
        _port = settings.Ports[0];

        // Records are what a logger sends when asked for the past; played are the messages of the present.
        _turns = [.. Enumerable.Range(0, _messages.Length).Where(m => _messages[m].Reason is null && _messages[m].Records is null)];
        MaxReadings = _fields.Count * _messages.Max(m => m.Records is { } records ? Math.Max(1, (LoRaWan.MaxPayload - records.At) / records.Every) : 1);
    }

    public int MaxReadings { get; }

    public int Messages => Math.Max(1, _turns.Length);

    public DecodeStatus Decode(int port, scoped ReadOnlySpan<byte> payload, ref ReadingBuffer readings)
    {
        for (var i = 0; i < _messages.Length; i++)
        {
            if (Fits(_messages[i], port, payload))
            {
                return _messages[i].Reason is { } reason ? PayloadEnd.Unexpected(reason, ref readings) : DecodeMessage(i, payload, ref readings);
            }
        }

        return _fields.Nothing("other-layout", ref readings);
    }

    public int Write(ReadOnlySpan<double> values, long turn, Span<byte> payload, out int port)
    {
        port = _port;
        if (_turns.Length == 0)
        {
            return 0;
        }

        var index = _turns[(int)(turn % _turns.Length)];
        var message = _messages[index];
        port = message.Port ?? _port;
        payload = payload[..message.Length];
        payload.Clear();
        for (var i = 0; i < _fields.Count; i++)
        {
            if (_fields[i].At[index] is var at && at != LayoutField.Absent && !TryWrite(i, at, values[i], payload))
            {
                return 0;
            }
        }

        foreach (var guard in message.Guards)
        {
            for (var i = 0; i < guard.Bytes.Length; i++)
            {
                payload[guard.At + i] = (byte)((payload[guard.At + i] & ~guard.Mask[i]) | (guard.Bytes[i] & guard.Mask[i]));
            }
        }

        return message.Length;
    }

    private static bool Fits(LayoutMessage message, int port, ReadOnlySpan<byte> payload)
    {
        if ((message.Port is { } own && own != port) || payload.Length < message.Length || (message.Exact && payload.Length > message.Length))
        {
            return false;
        }

        for (var g = 0; g < message.Guards.Count; g++)
        {
            var guard = message.Guards[g];
            for (var i = 0; i < guard.Bytes.Length; i++)
            {
                if (((payload[guard.At + i] ^ guard.Bytes[i]) & guard.Mask[i]) != 0)
                {
                    return false;
                }
            }
        }

        return true;
    }

    private DecodeStatus DecodeMessage(int index, scoped ReadOnlySpan<byte> payload, ref ReadingBuffer readings)
    {
        var message = _messages[index];
        if (message.Records is not { } records)
        {
            if (message.Time is { } time)
            {
                // A clock that was never set says nothing; the network's time holds then.
                readings.DeviceTime = Clock(time, payload);
            }

            ReadAll(index, payload, null, ref readings);
            return DecodeStatus.Ok;
        }

        for (var at = records.At; at + records.Every <= payload.Length; at += records.Every)
        {
            var record = payload.Slice(at, records.Every);
            var stamp = message.Time is { } time ? Clock(time, record) : null;
            if (stamp is null && message.Time is not null)
            {
                // A record that nobody can place in time.
                readings.Reason = "device-clock-not-set";
                continue;
            }

            ReadAll(index, record, stamp, ref readings);
        }

        return DecodeStatus.Ok;
    }

    private static DeviceTime? Clock(MessageTime time, ReadOnlySpan<byte> bytes)
    {
        var at = bytes[time.At..];
        return PayloadClock.Read(time.Little ? BinaryPrimitives.ReadUInt32LittleEndian(at) : BinaryPrimitives.ReadUInt32BigEndian(at));
    }

    private void ReadAll(int message, scoped ReadOnlySpan<byte> bytes, DeviceTime? time, ref ReadingBuffer readings)
    {
        for (var i = 0; i < _fields.Count; i++)
        {
            var field = _fields[i];
            var at = field.At[message];
            if (at == LayoutField.Absent)
            {
                continue;
            }

            if (field.Low is { } low)
            {
                var four = low.HighNibble ? bytes[low.At] >> 4 : bytes[low.At] & 0xF;
                _fields.Add(i, (bytes[at] << 4) | four, ref readings, time);
            }
            else
            {
                _fields.Read(i, bytes[at..], ref readings, time);
            }
        }
    }

    /// <summary>Writes one number; false when there is none and no sentinel to say so.</summary>
    private bool TryWrite(int index, int at, double value, Span<byte> payload)
    {
        var field = _fields[index];
        var number = _fields.Transmitted(index, value);
        if (double.IsNaN(number))
        {
            return false;
        }

        if (field.Low is { } low)
        {
            Span<byte> word = stackalloc byte[2];
            word.Clear();
            field.Layout!.Value.Write(number, word);
            var twelve = BinaryPrimitives.ReadUInt16BigEndian(word);
            payload[at] = (byte)(twelve >> 4);
            payload[low.At] |= (byte)((twelve & 0xF) << (low.HighNibble ? 4 : 0));
        }
        else
        {
            field.Layout!.Value.Write(number, payload[at..]);
        }

        return true;
    }
}
