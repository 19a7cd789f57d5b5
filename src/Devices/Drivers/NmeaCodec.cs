using MeetNet.Devices.Decoding;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;

namespace MeetNet.Devices.Drivers;

/// <summary>
/// Takes the sentences of one moment into one set: as long as fields are missing it asks, with <see cref="Follow"/>, that the set stay open for a while. Which fields
/// have come is in <see cref="Follow.State"/>, a bit for each.
/// </summary>
internal sealed class NmeaCodec : IDeviceCodec
{
    private readonly DeviceProfile _profile;
    private readonly NmeaSettings _settings;
    private readonly NmeaFieldSettings[] _fields;
    private readonly int _all;

    public NmeaCodec(DeviceProfile profile, DeviceAddress at)
    {
        _ = at;
        _profile = profile;
        _settings = (NmeaSettings)profile.Settings;
        _fields = [.. profile.Fields.Select(f => (NmeaFieldSettings)f.Settings)];
        _all = (int)((1L << Math.Min(_fields.Length, NmeaSettings.MostReadings)) - 1);
    }

    public IFramer Framer => _settings.Framer;

    public int Exchanges => _settings.Queries.Length;

    /// <summary>The query: whoever asks, the talker that is asked, Q, the sentence (Vaisala WXT520 manual, "NMEA 0183 query").</summary>
    public int WriteRequest(in FrameContext context, Span<byte> destination)
    {
        if (_settings.Queries.Length == 0)
        {
            return 0;
        }

        "$--"u8.CopyTo(destination);
        _settings.Talker.CopyTo(destination[3..]);
        "Q,"u8.CopyTo(destination[5..]);
        var name = _settings.Queries[Math.Clamp(context.Exchange, 0, _settings.Queries.Length - 1)];
        name.CopyTo(destination[7..]);
        return NmeaFramer.Close(destination, 7 + name.Length);
    }

    public DecodeStatus Decode(in FrameContext context, ReadOnlySpan<byte> frame, ref ReadingBuffer readings)
    {
        var sentence = new NmeaSentence(frame);
        if (_settings.Talker is { } talker && !sentence.Talker.SequenceEqual(talker))
        {
            readings.Reason = "other-talker";
            return DecodeStatus.Unexpected;
        }

        if (IsFaultText(sentence))
        {
            readings.Reason = "fault-text";
            for (var i = 0; i < _fields.Length; i++)
            {
                readings.Add(i, double.NaN, ReadingStatus.DeviceFault);
            }

            return DecodeStatus.DeviceFault;
        }

        var came = 0;
        var status = StatusOf(sentence);
        for (var i = 0; i < _fields.Length && i < NmeaSettings.MostReadings; i++)
        {
            if ((context.State & (1 << i)) == 0 && TryRead(i, sentence, ref readings, out var reading))
            {
                readings.Add(status == ReadingStatus.Ok || reading.Status == ReadingStatus.Missing ? reading : reading with { Status = status });
                came |= 1 << i;
            }
        }

        var time = default(DateTime);
        var told = _settings.Time is { } name && sentence.Name.SequenceEqual(name) && sentence.TryTime(out time);
        if (told)
        {
            readings.DeviceTime = new DeviceTime(time, TimeSpan.Zero);
        }

        if (came == 0 && !told)
        {
            readings.Reason ??= "other-sentence";
            return DecodeStatus.Unexpected;
        }

        var so = context.State | came;
        if (so != _all && _settings.Within > TimeSpan.Zero && Exchanges == 0)
        {
            readings.Follow = new Follow(0, _settings.Within, State: so);
        }

        return DecodeStatus.Ok;
    }

    private bool IsFaultText(NmeaSentence sentence)
    {
        if (sentence.Name.SequenceEqual("TXT"u8) && sentence.TryField(3, out var identifier))
        {
            foreach (var fault in _settings.FaultTexts)
            {
                if (identifier.SequenceEqual(fault))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>False when the sentence does not hold this number; an empty field does, and has none.</summary>
    private bool TryRead(int index, NmeaSentence sentence, ref ReadingBuffer readings, out RawReading reading)
    {
        var field = _fields[index];
        reading = RawReading.Missing(index);
        if (!sentence.Name.SequenceEqual(field.Sentence))
        {
            return false;
        }

        foreach (var condition in field.When)
        {
            if (!sentence.Says(condition.Index, condition.Text))
            {
                return false;
            }
        }

        var at = field.Transducer is { } transducer ? sentence.ValueOf(transducer) : field.Index;
        if (at == 0 || !sentence.TryField(at, out var text))
        {
            return false;
        }

        if (text.IsEmpty)
        {
            return true;
        }

        if (field.UnitLetter is { } letter && !sentence.Says(at + 1, letter))
        {
            // Another unit than the profile's: the number would be wrong.
            readings.Reason = "unit-letter";
            return true;
        }

        double value;
        var read = field.Number switch
        {
            NmeaNumber.Latitude => sentence.TryDegrees(at, (byte)'N', (byte)'S', 90, out value),
            NmeaNumber.Longitude => sentence.TryDegrees(at, (byte)'E', (byte)'W', 180, out value),
            _ => AsciiNumber.TryRead(text, out value),
        };
        if (!read)
        {
            readings.Reason = "not-a-number";
            return true;
        }

        reading = _profile.Fields[index].Value.Read(index, value);
        return true;
    }

    private ReadingStatus StatusOf(NmeaSentence sentence)
    {
        foreach (var rule in _settings.Status)
        {
            if (!sentence.Name.SequenceEqual(rule.Sentence) || !sentence.TryField(rule.Index, out var text))
            {
                continue;
            }

            var good = false;
            foreach (var word in rule.Good)
            {
                good |= text.SequenceEqual(word);
            }

            if (!good)
            {
                return rule.Means;
            }
        }

        return ReadingStatus.Ok;
    }
}
