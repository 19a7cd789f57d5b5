using System.Text;
using MeetNet.Devices.Decoding;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;

namespace MeetNet.Devices.Drivers;

/// <summary>
/// Asks for each message that a field is of (<c>0R1</c>), or takes them as they come, and reads <c>0R1,Dn=236D,Dm=283D,…</c>. A '#' instead of the unit's letter
/// marks a number that is not valid; <c>0TX,…</c> is a text, mostly an error.
/// </summary>
internal sealed class VaisalaCodec : IDeviceCodec
{
    /// <summary>A composite message with everything on takes about 250 characters.</summary>
    public const int LongestLine = 512;

    private readonly DeviceProfile _profile;
    private readonly VaisalaSettings _settings;
    private readonly VaisalaFieldSettings[] _fields;
    private readonly byte[] _messages;
    private readonly byte _address;
    private readonly bool _polled;

    public VaisalaCodec(DeviceProfile profile, byte address, bool polled)
    {
        _profile = profile;
        _settings = (VaisalaSettings)profile.Settings;
        _fields = [.. profile.Fields.Select(f => (VaisalaFieldSettings)f.Settings)];
        _messages = [.. _fields.Select(f => f.Message).Distinct()];
        _address = address;
        _polled = polled;
    }

    public IFramer Framer { get; } = new LineFramer(LineEnding.Lf, LongestLine);

    public int Exchanges => _polled ? _messages.Length : 0;

    public int WriteRequest(in FrameContext context, Span<byte> destination) =>
        Write(_address, _messages[Math.Clamp(context.Exchange, 0, _messages.Length - 1)], _settings.Crc, destination);

    public DecodeStatus Decode(in FrameContext context, ReadOnlySpan<byte> frame, ref ReadingBuffer readings)
    {
        var text = frame.Trim("\r\n"u8);
        if (text.Length < 3 || text[0] != _address)
        {
            readings.Reason = "other-device";
            return DecodeStatus.Unexpected;
        }

        if (text[1..].StartsWith("TX,"u8))
        {
            return Text(text[4..], ref readings);
        }

        var message = text[2];
        var asked = !_polled || (context.Exchange >= 0 && context.Exchange < _messages.Length && message == _messages[context.Exchange]);
        if (text[1] != (_settings.Crc ? (byte)'r' : (byte)'R') || !asked || _messages.AsSpan().IndexOf(message) < 0)
        {
            readings.Reason = "other-message";
            return DecodeStatus.Unexpected;
        }

        if (_settings.Crc && !Sdi12Text.TryCrc(ref text))
        {
            readings.Reason = "crc-mismatch";
            return DecodeStatus.Unexpected;
        }

        for (var i = 0; i < _fields.Length; i++)
        {
            if (_fields[i].Message == message)
            {
                readings.Add(Read(i, text, ref readings));
            }
        }

        return DecodeStatus.Ok;
    }

    /// <summary>Writes a query; also what the simulator compares with.</summary>
    public static int Write(byte address, byte message, bool crc, Span<byte> destination)
    {
        destination[0] = address;
        destination[1] = crc ? (byte)'r' : (byte)'R';
        destination[2] = message;
        var length = 3 + (crc ? Sdi12Text.WriteCrc(destination[..3], destination[3..]) : 0);
        destination[length] = LineFramer.Cr;
        destination[length + 1] = LineFramer.Lf;
        return length + 2;
    }

    /// <summary>A text message: that it can't measure is a fault; that it did not understand is not the answer.</summary>
    private DecodeStatus Text(ReadOnlySpan<byte> text, ref ReadingBuffer readings)
    {
        if (!text.StartsWith("Unable to measure"u8))
        {
            readings.Reason = "text-message";
            return DecodeStatus.Unexpected;
        }

        readings.Reason = "unable-to-measure";
        for (var i = 0; i < _fields.Length; i++)
        {
            readings.Add(i, double.NaN, ReadingStatus.DeviceFault);
        }

        return DecodeStatus.DeviceFault;
    }

    private RawReading Read(int index, ReadOnlySpan<byte> text, ref ReadingBuffer readings)
    {
        var field = _fields[index];
        var rest = text;
        while (rest.IndexOf((byte)',') is var comma and >= 0)
        {
            rest = rest[(comma + 1)..];
            if (!rest.StartsWith(field.Key) || rest.Length < 4 || rest[2] != (byte)'=')
            {
                continue;
            }

            var end = rest.IndexOf((byte)',');
            var value = end < 0 ? rest[3..] : rest[3..end];
            var digits = AsciiNumber.Length(value);
            var letter = value[digits..];
            if (letter.SequenceEqual("#"u8))
            {
                return RawReading.Missing(index);
            }

            if (letter.Length != 1 || field.Letters.AsSpan().IndexOf(letter[0]) < 0)
            {
                readings.Reason = "unit-letter";
                return RawReading.Missing(index);
            }

            if (AsciiNumber.TryRead(value[..digits], out var number))
            {
                return _profile.Fields[index].Value.Read(index, number);
            }

            readings.Reason = "not-a-number";
            return RawReading.Missing(index);
        }

        // Which values a message has is a setting of the transmitter.
        return RawReading.Missing(index);
    }
}

/// <summary>The transmitter's side: answers what it is asked for, or sends its messages one after the other.</summary>
internal sealed class VaisalaSimulator(DeviceProfile profile, byte address, bool polled) : IDeviceSimulator
{
    private readonly VaisalaSettings _settings = (VaisalaSettings)profile.Settings;

    private readonly byte[] _messages = [.. profile.Fields.Select(f => ((VaisalaFieldSettings)f.Settings).Message).Distinct()];

    private int _next;

    public int MaxFrame => VaisalaCodec.LongestLine;

    public IFramer? Requests { get; } = polled ? new LineFramer(LineEnding.Lf, 64) : null;

    public int Answer(ReadOnlySpan<byte> request, in SimulatedState state, Span<byte> reply)
    {
        Span<byte> asked = stackalloc byte[16];
        foreach (var message in _messages)
        {
            if (request.SequenceEqual(asked[..VaisalaCodec.Write(address, message, _settings.Crc, asked)]))
            {
                return Write(message, state, reply);
            }
        }

        return 0;
    }

    public int Emit(in SimulatedState state, Span<byte> frame)
    {
        if (polled)
        {
            return 0;
        }

        _next = (_next + 1) % _messages.Length;
        return Write(_messages[_next], state, frame);
    }

    private int Write(byte message, in SimulatedState state, Span<byte> destination)
    {
        if (state.Disturbance == Disturbance.WarmingUp)
        {
            return 0;
        }

        var text = new StringBuilder();
        text.Append((char)address);
        if (state.Disturbance == Disturbance.DeviceFault)
        {
            text.Append("TX,Unable to measure error");
        }
        else
        {
            text.Append(_settings.Crc ? 'r' : 'R').Append((char)message);
            for (var i = 0; i < profile.Fields.Count; i++)
            {
                var field = (VaisalaFieldSettings)profile.Fields[i].Settings;
                if (field.Message == message)
                {
                    var value = profile.Fields[i].Value.Write(state.Values[i]);
                    text.Append(',').Append(Encoding.ASCII.GetString(field.Key)).Append('=')
                        .Append(double.IsFinite(value) ? AsciiNumber.Write(value, field.Decimals) + (char)field.Letters[0] : "0#");
                }
            }
        }

        var length = Encoding.ASCII.GetBytes(text.ToString(), destination);
        length += _settings.Crc && state.Disturbance != Disturbance.DeviceFault ? Sdi12Text.WriteCrc(destination[..length], destination[length..]) : 0;
        destination[length] = LineFramer.Cr;
        destination[length + 1] = LineFramer.Lf;
        return Disturbances.Apply(state.Disturbance, state.Seed, destination, length + 2);
    }
}
