using System.Text;
using MeetNet.Devices.Decoding;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;

namespace MeetNet.Devices.Drivers;

/// <summary>Writes the lines of the profile; columns that no field names are zero.</summary>
internal sealed class TextLineSimulator : IDeviceSimulator
{
    private readonly DeviceProfile _profile;
    private readonly TextLineSettings _settings;
    private readonly string _prefix;

    public TextLineSimulator(DeviceProfile profile, int? address)
    {
        _profile = profile;
        _settings = (TextLineSettings)profile.Settings;
        _prefix = Encoding.ASCII.GetString(_settings.At(_settings.Prefix, address));
        Requests = _settings.Request.Length > 0 ? new TextRequestFramer(_settings.At(_settings.Request, address)) : null;
    }

    public int MaxFrame => TextLineSettings.LongestLine;

    public IFramer? Requests { get; }

    public int Answer(ReadOnlySpan<byte> request, in SimulatedState state, Span<byte> reply) => Line(state, reply);

    public int Emit(in SimulatedState state, Span<byte> frame) => Requests is null ? Line(state, frame) : 0;

    private int Line(in SimulatedState state, Span<byte> frame)
    {
        var rule = state.Disturbance switch
        {
            Disturbance.DeviceFault => _settings.Status.FirstOrDefault(s => s.Means == ReadingStatus.DeviceFault),
            Disturbance.WarmingUp => _settings.Status.FirstOrDefault(s => s.Means is ReadingStatus.WarmingUp or ReadingStatus.Calibrating),
            _ => null,
        };
        var disturbed = state.Disturbance is Disturbance.DeviceFault or Disturbance.WarmingUp;
        var columns = new string[_settings.Columns ?? Highest()];
        Array.Fill(columns, "0");
        for (var i = 0; i < _profile.Fields.Count; i++)
        {
            var field = (TextLineFieldSettings)_profile.Fields[i].Settings;
            if (Column(_profile.Fields[i], disturbed && rule is null ? double.NaN : state.Values[i]) is not { } column)
            {
                return 0;
            }

            columns[field.Column - 1] = column;
        }

        if (rule is not null)
        {
            columns[rule.Column - 1] = Encoding.ASCII.GetString(rule.Text);
        }

        var text = new StringBuilder(_prefix + columns[0]);
        for (var i = 1; i < columns.Length; i++)
        {
            // Several separators come in their order, the last one for all that follow.
            text.Append((char)_settings.Separator[Math.Min(i, _settings.Separator.Length) - 1]).Append(columns[i]);
        }

        text.Append(_settings.Ending == LineEnding.Lf ? '\n' : '\r');
        return Disturbances.Apply(state.Disturbance, state.Seed, frame, Encoding.ASCII.GetBytes(text.ToString(), frame));
    }

    private int Highest() =>
        _profile.Fields.Select(f => ((TextLineFieldSettings)f.Settings).Column).Concat(_settings.Status.Select(s => s.Column)).Max();

    /// <summary>A column with its number; null when the device has no way to say that it has none.</summary>
    private string? Column(FieldProfile profile, double value)
    {
        var field = (TextLineFieldSettings)profile.Settings;
        if (double.IsFinite(value))
        {
            return Written(profile.Value.Write(value));
        }

        if (profile.Value.Sentinels.Count > 0)
        {
            return Written(profile.Value.Sentinels[0].Transmitted);
        }

        return _settings.Words.Length > 0 ? Encoding.ASCII.GetString(_settings.Words[0].Text)
            : _settings.Separator is [not (byte)' '] ? string.Empty
            : null;

        string Written(double number) =>
            Encoding.ASCII.GetString(field.Before) + AsciiNumber.Write(number, field.Decimals, field.Digits) + Encoding.ASCII.GetString(field.After);
    }
}

/// <summary>The one request that such a device knows.</summary>
internal sealed class TextRequestFramer(byte[] request) : IFramer
{
    public int MaxFrame => request.Length;

    public FrameCut Cut(ReadOnlySpan<byte> window)
    {
        var within = window[..Math.Min(window.Length, request.Length)];
        return !within.SequenceEqual(request.AsSpan(0, within.Length)) ? FrameCut.Bad(FrameFault.Noise, 1)
            : within.Length == request.Length ? FrameCut.Frame(request.Length)
            : FrameCut.NeedMore;
    }
}
