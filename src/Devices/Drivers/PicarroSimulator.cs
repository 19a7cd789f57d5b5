using System.Globalization;
using System.Text;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;

namespace MeetNet.Devices.Drivers;

/// <summary>The analyser's side. Numbers that no field covers are zero; its buffer holds one set, that of the present second.</summary>
internal sealed class PicarroSimulator : IDeviceSimulator
{
    private readonly DeviceProfile _profile;
    private readonly PicarroSettings _settings;

    public PicarroSimulator(DeviceProfile profile, DeviceAddress at)
    {
        _ = at;
        _profile = profile;
        _settings = (PicarroSettings)profile.Settings;
    }

    public int MaxFrame => PicarroCodec.LongestLine;

    public IFramer? Requests { get; } = new LineFramer(LineEnding.Cr, PicarroCodec.LongestLine);

    public int Answer(ReadOnlySpan<byte> request, in SimulatedState state, Span<byte> reply)
    {
        var stamp = state.DeviceTime.Stamp.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + ".000";
        var command = Encoding.ASCII.GetString(LineFramer.TextOf(request));
        string answer;
        if (state.Disturbance == Disturbance.WarmingUp)
        {
            answer = $"ERR:3001    Measurement System Disabled\t{stamp}";
        }
        else if (state.Disturbance == Disturbance.DeviceFault)
        {
            answer = $"ERR:1001    Command Failed\t{stamp}";
        }
        else if (string.Equals(command, "_Instr_GetStatus", StringComparison.OrdinalIgnoreCase))
        {
            answer = Good().ToString(CultureInfo.InvariantCulture);
        }
        else if (string.Equals(command, _settings.Ask, StringComparison.OrdinalIgnoreCase))
        {
            answer = (_settings.Timed ? stamp + ";" : string.Empty) + Numbers(state) + (_settings.Ask == PicarroSettings.Buffer ? ";" : string.Empty);
        }
        else
        {
            answer = $"ERR:1002    Command Not Recognized\t{stamp}";
        }

        return Disturbances.Apply(state.Disturbance, state.Seed, reply, Encoding.ASCII.GetBytes(answer + "\n\r", reply));
    }

    /// <summary>A status word that no rule objects to: the bits that must be set, and none of the others.</summary>
    private uint Good()
    {
        var word = 0u;
        foreach (var rule in _settings.Status)
        {
            word |= rule.Value is { } value ? rule.Mask & ~value : 0;
        }

        return word;
    }

    private string Numbers(in SimulatedState state)
    {
        var numbers = new double[_settings.Labels.Count];
        for (var i = 0; i < _profile.Fields.Count; i++)
        {
            numbers[((PicarroFieldSettings)_profile.Fields[i].Settings).Column] = _profile.Fields[i].Value.Write(state.Values[i]);
        }

        return string.Join(';', numbers.Select(n => double.IsNaN(n) ? "nan" : n.ToString("F3", CultureInfo.InvariantCulture)));
    }
}
