using System.Globalization;
using System.Text;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;

namespace MeetNet.Devices.Drivers;

/// <summary>The kernel's side: the files of the profile's channels with their contents, or the error that reading them gives.</summary>
internal sealed class IioSimulator(DeviceProfile profile, byte[] head) : IDeviceSimulator
{
    private readonly string _head = Encoding.ASCII.GetString(head);

    public int MaxFrame => IioText.MaxAnswer;

    public IFramer Requests { get; } = new LineFramer(LineEnding.Lf, IDeviceCodec.MaxRequest);

    public int Answer(ReadOnlySpan<byte> request, in SimulatedState state, Span<byte> reply)
    {
        var parts = Encoding.Latin1.GetString(request.TrimEnd("\r\n"u8)).Split(IioText.Separator);
        if (parts[0] != _head)
        {
            return 0;
        }

        var answer = new StringBuilder(_head);
        foreach (var file in parts.Skip(1))
        {
            answer.Append(IioText.Separator).Append(file).Append(ContentOf(file, state));
        }

        answer.Append('\n');
        var length = Encoding.Latin1.GetBytes(answer.ToString().AsSpan(0, Math.Min(answer.Length, reply.Length)), reply);
        return Disturbances.Apply(state.Disturbance, state.Seed, reply, length);
    }

    private string ContentOf(string file, in SimulatedState state)
    {
        for (var i = 0; i < profile.Fields.Count; i++)
        {
            var field = (IioField)profile.Fields[i].Settings;
            if (!file.StartsWith(field.Channel + "_", StringComparison.Ordinal) || !field.Files(raw: field.Form == IioForm.Raw).Contains(file))
            {
                continue;
            }

            return file[field.Channel.Length..] switch
            {
                "_scale" => "=" + Text(field.UsualScale),
                "_offset" => field.UsualOffset == 0 ? "!ENOENT" : "=" + Text(field.UsualOffset),
                _ => state.Disturbance switch
                {
                    Disturbance.DeviceFault => "!EIO",
                    Disturbance.WarmingUp => "!EBUSY",
                    _ when !double.IsFinite(state.Values[i]) => "!EAGAIN",
                    _ => "=" + Text(Number(field, profile.Fields[i].Value.Write(state.Values[i]))),
                },
            };
        }

        return "!ENOENT";
    }

    private static double Number(IioField field, double value) =>
        field.Form == IioForm.Raw ? Math.Round((value / field.UsualScale) - field.UsualOffset) : value;

    private static string Text(double number) => number.ToString("0.############", CultureInfo.InvariantCulture);
}
