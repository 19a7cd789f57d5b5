using System.Globalization;
using System.Text;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;

namespace MeetNet.Devices.Drivers;

/// <summary>The analyser's side: hears commands to its id, or without one.</summary>
internal sealed class TeledyneAsciiSimulator(DeviceProfile profile, int? id) : IDeviceSimulator
{
    private readonly TeledyneAsciiSettings _settings = (TeledyneAsciiSettings)profile.Settings;

    public int MaxFrame => TeledyneAsciiCodec.LongestLine;

    public IFramer? Requests { get; } = new LineFramer(LineEnding.Cr, TeledyneAsciiCodec.LongestLine);

    public int Answer(ReadOnlySpan<byte> request, in SimulatedState state, Span<byte> reply)
    {
        var words = Encoding.ASCII.GetString(LineFramer.TextOf(request)).Split(' ', 3);
        var asked = words.Length == 3 && int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : (int?)null;
        if (words.Length < 2 || words[0].Length != 1 || (asked is not null && asked != (id ?? 0)))
        {
            return 0;
        }

        var command = string.Join(' ', words[(asked is null ? 1 : 2)..]);
        var answer = words[0] switch
        {
            "V" when command == "MODE" && _settings.Mode => state.Disturbance == Disturbance.WarmingUp ? "MODE=ZERO CAL" : "MODE=SAMPLE",
            "T" => Test(command, state),
            "C" => command,
            _ => null,
        };
        if (answer is null)
        {
            return 0;
        }

        var stamp = state.DeviceTime.Stamp;
        var line = string.Create(CultureInfo.InvariantCulture, $"{words[0]} {stamp.DayOfYear:000}:{stamp:HH:mm} {id ?? 0:0000} {answer}\r\n");
        return Disturbances.Apply(state.Disturbance, state.Seed, reply, Encoding.ASCII.GetBytes(line, reply));
    }

    private string? Test(string test, in SimulatedState state)
    {
        for (var i = 0; i < profile.Fields.Count; i++)
        {
            var field = profile.Fields[i];
            var settings = (TeledyneAsciiFieldSettings)field.Settings;
            if (Encoding.ASCII.GetString(settings.Test) == test)
            {
                if (state.Disturbance == Disturbance.WarmingUp && !_settings.Mode)
                {
                    return null;
                }

                var value = field.Value.Write(state.Values[i]);
                var text = double.IsFinite(value) && state.Disturbance != Disturbance.DeviceFault ? value.ToString("0.0##", CultureInfo.InvariantCulture) : "XXXX";
                return $"{Encoding.ASCII.GetString(settings.Message)}={text} {_settings.Units.WordOf(state.UnitOf(field, i))}";
            }
        }

        return null;
    }
}
