using System.Globalization;
using System.Text;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;

namespace MeetNet.Devices.Drivers;

/// <summary>The analyser's side: hears only commands that begin with its id.</summary>
internal sealed class ThermoCLinkSimulator : IDeviceSimulator
{
    private readonly DeviceProfile _profile;
    private readonly CLinkSettings _settings;
    private readonly int _id;

    public ThermoCLinkSimulator(DeviceProfile profile, int id)
    {
        _profile = profile;
        _settings = (CLinkSettings)profile.Settings;
        _id = id;
    }

    public int MaxFrame => ThermoCLinkCodec.LongestLine;

    public IFramer? Requests { get; } = new LineFramer(LineEnding.Cr, ThermoCLinkCodec.LongestLine);

    public int Answer(ReadOnlySpan<byte> request, in SimulatedState state, Span<byte> reply)
    {
        var text = request.TrimEnd((byte)LineFramer.Cr);
        if (_id > 0 && (text.IsEmpty || text[0] != _id + 128))
        {
            return 0;
        }

        var command = Encoding.ASCII.GetString(_id > 0 ? text[1..] : text);
        return AnswerTo(command, state) is { } answer
            ? Disturbances.Apply(state.Disturbance, state.Seed, reply, Encoding.UTF8.GetBytes($"{command} {answer}\r", reply))
            : 0;
    }

    private string? AnswerTo(string command, in SimulatedState state)
    {
        switch (command)
        {
            case "gas mode" when _settings.GasMode:
                return state.Disturbance == Disturbance.WarmingUp ? "zero" : "sample";
            case "flags" when _settings.Flags.Count > 0:
                var fault = state.Disturbance == Disturbance.DeviceFault ? _settings.Flags.FirstOrDefault(f => f.Means == ReadingStatus.DeviceFault)?.Example : null;
                return (fault ?? 0).ToString("x8", CultureInfo.InvariantCulture);
            case not null when command.StartsWith("set ", StringComparison.Ordinal):
                return "ok";
        }

        for (var i = 0; i < _profile.Fields.Count; i++)
        {
            var field = _profile.Fields[i];
            if (Encoding.ASCII.GetString(((CLinkFieldSettings)field.Settings).Command) != command)
            {
                continue;
            }

            if (state.Disturbance == Disturbance.WarmingUp && !_settings.GasMode)
            {
                return null;
            }

            var value = field.Value.Write(state.Values[i]);
            return !double.IsFinite(value) || state.Disturbance == Disturbance.DeviceFault
                ? "data not valid"
                : value.ToString("0.000000e+00", CultureInfo.InvariantCulture) + " " + _settings.Units.WordOf(state.UnitOf(field, i));
        }

        return "bad cmd";
    }
}
