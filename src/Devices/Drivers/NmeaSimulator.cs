using System.Globalization;
using System.Text;
using MeetNet.Devices.Decoding;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;

namespace MeetNet.Devices.Drivers;

/// <summary>The talker: all its sentences one after the other, or the one that is asked for. Fields that the profile does not name are empty.</summary>
internal sealed class NmeaSimulator : IDeviceSimulator
{
    private readonly DeviceProfile _profile;
    private readonly NmeaSettings _settings;
    private readonly List<byte[]> _sentences = [];

    public NmeaSimulator(DeviceProfile profile, DeviceAddress at)
    {
        _ = at;
        _profile = profile;
        _settings = (NmeaSettings)profile.Settings;
        foreach (var field in profile.Fields.Select(f => (NmeaFieldSettings)f.Settings))
        {
            if (!_sentences.Any(s => s.AsSpan().SequenceEqual(field.Sentence)))
            {
                _sentences.Add(field.Sentence);
            }
        }

        Requests = _settings.Queries.Length > 0 ? new NmeaFramer(NmeaChecksum.Required, NmeaFramer.StandardLength) : null;
    }

    public int MaxFrame => 4096;

    public IFramer? Requests { get; }

    public int Answer(ReadOnlySpan<byte> request, in SimulatedState state, Span<byte> reply)
    {
        var query = new NmeaSentence(request);
        if (!query.IsQuery || !query.TryField(1, out var name))
        {
            return 0;
        }

        var length = 0;
        foreach (var sentence in _sentences)
        {
            length += name.SequenceEqual(sentence) ? Write(sentence, state, reply[length..]) : 0;
        }

        return Disturbances.Apply(state.Disturbance, state.Seed, reply, length);
    }

    public int Emit(in SimulatedState state, Span<byte> frame)
    {
        var length = 0;
        foreach (var sentence in Requests is null ? _sentences : [])
        {
            length += Write(sentence, state, frame[length..]);
        }

        return Disturbances.Apply(state.Disturbance, state.Seed, frame, length);
    }

    private int Write(byte[] name, in SimulatedState state, Span<byte> destination)
    {
        var rule = _settings.Status.FirstOrDefault(s => s.Sentence.AsSpan().SequenceEqual(name) && s.Means == ReadingStatus.DeviceFault);
        var (fault, warm) = (state.Disturbance == Disturbance.DeviceFault, state.Disturbance == Disturbance.WarmingUp);
        var fields = new SortedDictionary<int, string>();
        for (var i = 0; i < _profile.Fields.Count; i++)
        {
            var field = (NmeaFieldSettings)_profile.Fields[i].Settings;
            if (field.Sentence.AsSpan().SequenceEqual(name))
            {
                // Without a status to say it with, what has no number leaves its field empty.
                var silent = warm || (fault && rule is null);
                Put(fields, field, silent ? double.NaN : _profile.Fields[i].Value.Write(state.Values[i]));
            }
        }

        foreach (var status in _settings.Status.Where(s => s.Sentence.AsSpan().SequenceEqual(name)))
        {
            fields[status.Index] = fault && status == rule ? "V" : Encoding.ASCII.GetString(status.Good[0]);
        }

        var text = "$" + Encoding.ASCII.GetString(_settings.Talker ?? "WI"u8) + Encoding.ASCII.GetString(name);
        for (var i = 1; i <= fields.Keys.Max(); i++)
        {
            text += "," + fields.GetValueOrDefault(i, string.Empty);
        }

        return NmeaFramer.Close(destination, Encoding.ASCII.GetBytes(text, destination));
    }

    private static void Put(SortedDictionary<int, string> fields, NmeaFieldSettings field, double value)
    {
        var at = field.Index;
        if (field.Transducer is { } transducer)
        {
            at = (fields.Count == 0 ? 0 : fields.Keys.Max()) + 2;
            fields[at - 1] = Encoding.ASCII.GetString(transducer.Type);
            fields[at + 1] = string.Empty;
            fields[at + 2] = Encoding.ASCII.GetString(transducer.Name);
        }

        if (!double.IsFinite(value))
        {
            fields[at] = string.Empty;
        }
        else if (field.Number != NmeaNumber.Plain)
        {
            var letters = field.Number == NmeaNumber.Latitude ? "NS" : "EW";
            var (degrees, minutes) = (Math.Floor(Math.Abs(value)), 60 * (Math.Abs(value) - Math.Floor(Math.Abs(value))));
            fields[at] = string.Create(CultureInfo.InvariantCulture, $"{degrees:00}{minutes:00.0000000000}");
            fields[at + 1] = letters[value < 0 ? 1 : 0].ToString();
        }
        else
        {
            fields[at] = AsciiNumber.Write(value, field.Decimals);
        }

        if (field.UnitLetter is { } letter)
        {
            fields[at + 1] = Encoding.ASCII.GetString(letter);
        }

        foreach (var condition in field.When)
        {
            fields[condition.Index] = Encoding.ASCII.GetString(condition.Text);
        }
    }
}
