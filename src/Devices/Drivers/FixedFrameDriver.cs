using System.Globalization;
using MeetNet.Devices.Decoding;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;
using MeetNet.Yaml;

namespace MeetNet.Devices.Drivers;

/// <summary>
/// The many small sensors whose whole protocol is one frame of fixed length with a sum at its end, sent unasked or on request: Plantower, Nova, Winsen,
/// DFRobot, Honeywell, A02YYUW. The profile draws the frames as the manual does; the driver knows nothing of makers.
/// </summary>
internal sealed class FixedFrameDriver : IDeviceDriver
{
    private const int MostReasonLetters = 40;

    public string Name => "fixed-frame";

    public Carrier Carrier => Carrier.Stream;

    public bool IsPolled(DriverSettings settings) => ((FixedFrameSettings)settings).Request is not null;

    public IDeviceCodec Bind(DeviceProfile profile, DeviceAddress at) => new FixedFrameCodec(profile, Id(profile, at));

    public IDeviceSimulator Simulate(DeviceProfile profile, DeviceAddress at) => new FixedFrameSimulator(profile, Id(profile, at));

    public DriverSettings ReadSettings(YamlMap section)
    {
        var checkMap = section.Map("check");
        var sum = checkMap.Choice("sum", "sum8", "negated-sum8", "sum16") switch
        {
            "sum16" => FrameSum.Sum16,
            "negated-sum8" => FrameSum.NegatedSum8,
            _ => FrameSum.Sum8,
        };
        var check = new FrameCheck(sum, checkMap.Integer("from", 0, FrameTemplate.MaxLength));
        checkMap.Done();
        var frame = Template(section.Require("frame"), check, check.Length);
        var start = section.Optional("start")?.Integer(1, FrameTemplate.MaxLength) ?? 1;
        var request = section.Optional("request") is { } requestText ? Template(requestText, check) : null;
        FrameTemplate? setup = null, setupAnswer = null;
        if (section.Optional("setup")?.Map() is { } map)
        {
            setup = Template(map.Require("send"), check);
            setupAnswer = map.Optional("answer") is { } answer ? Template(answer, check) : null;
            map.Done();
            if (request is null)
            {
                map.Problem("a device that is not asked is not set up for it: leave 'setup' out, or add 'request'");
            }

            Distinct(map, "answer", [frame, setupAnswer]);
        }

        return new FixedFrameSettings(check, start, frame, request, setup, setupAnswer, Zeros(section, frame), ReadStatus(section, frame));
    }

    public FieldSettings ReadField(YamlMap field, DriverSettings settings)
    {
        var length = ((FixedFrameSettings)settings).Frame.Length;
        var at = field.Integer("at", 0, length - 1);
        var layout = LayoutKeys.ReadBytes(field);
        if (at + layout.Size > length)
        {
            field.Problem("at", $"the number runs past the end of the frame, which has {length} bytes");
        }

        int? decimalsAt = null;
        var decimals = 0;
        if (field.Optional("decimals")?.Map() is { } map)
        {
            decimalsAt = map.Integer("at", 0, length - 1);
            decimals = map.Integer("usual", 0, FixedFrameField.PowersOfTen.Length - 1);
            map.Done();
        }

        var curve = field.Optional("curve")?.Choice("thermistor") is null ? FixedFrameCurve.None : FixedFrameCurve.Thermistor;
        return new FixedFrameField(at, decimalsAt, decimals, curve) { Layout = layout };
    }

    public CommandSettings? ReadCommand(YamlMap command, DriverSettings settings)
    {
        var check = ((FixedFrameSettings)settings).Check;
        var send = Template(command.Require("send"), check);
        var answer = command.Optional("answer") is { } answerText ? Template(answerText, check) : null;
        var refused = command.Optional("refused") is { } refusedText ? Template(refusedText, check) : null;
        if (send.HasArgument != command.Has("argument"))
        {
            command.Problem("send", "the number of a command stands in its frame ('AH AL', or 'AL' alone) exactly when it has an 'argument'");
        }

        if (refused is not null && answer is null)
        {
            command.Problem("refused", "a command whose refusal is known has an 'answer' too");
        }

        Distinct(command, "answer", [answer, refused]);
        return new FixedFrameCommand(send, answer, refused);
    }

    public void Check(DeviceProfile profile, ProfilePlaces places)
    {
        var settings = (FixedFrameSettings)profile.Settings;
        if (settings.Start > settings.Frame.Lead)
        {
            places.Section("start", $"the frame begins with {settings.Frame.Lead} bytes that are always the same, not {settings.Start}");
        }

        for (var i = 0; i < profile.Fields.Count; i++)
        {
            var field = (FixedFrameField)profile.Fields[i].Settings;
            var last = Math.Min(field.At + field.Layout!.Value.Size, settings.Frame.Length);
            for (var at = field.At; at < last; at++)
            {
                if (settings.Frame[at] != TemplateByte.Any)
                {
                    places.Field(i, "at", $"byte {at} of the frame is not free ('..'): it can't be part of a number");
                    break;
                }
            }
        }
    }

    private static FrameTemplate Template(YamlValue value, FrameCheck check, int? mustCheck = null)
    {
        var text = value.String();
        var template = FrameTemplate.Parse(text, out var problem);
        if (!value.Exists || text.Length == 0)
        {
            return template;
        }

        if (problem is null && template.CheckAt >= 0 && (template.CheckLength != check.Length || template.CheckAt < check.From))
        {
            problem = $"the check takes {check.Length} bytes ('CK') behind byte {check.From}";
        }

        if (problem is null && mustCheck is not null && template.CheckAt < 0)
        {
            problem = "a frame with numbers has a check ('CK')";
        }

        if (problem is not null)
        {
            value.Problem(problem);
        }

        return template;
    }

    /// <summary>What comes back must be told apart by its first bytes.</summary>
    private static void Distinct(YamlMap map, string key, FrameTemplate?[] received)
    {
        var present = received.OfType<FrameTemplate>().ToList();
        for (var i = 1; i < present.Count; i++)
        {
            var shorter = Math.Min(present[i].Lead, present[i - 1].Lead);
            if (present[i].Leading[..shorter].SequenceEqual(present[i - 1].Leading[..shorter]))
            {
                map.Problem(key, "what the device can say begins with the same bytes: nothing tells which of the two it is");
            }
        }
    }

    private static (int At, int Bytes) Zeros(YamlMap section, FrameTemplate frame)
    {
        if (section.Optional("warmingUp")?.Map() is not { } map)
        {
            return default;
        }

        var at = map.Integer("at", 0, Math.Max(0, frame.Length - 1));
        var bytes = map.Integer("zeros", 1, Math.Max(1, frame.Length - at));
        map.Done();
        return (at, bytes);
    }

    private static List<FixedFrameStatus> ReadStatus(YamlMap section, FrameTemplate frame)
    {
        var status = new List<FixedFrameStatus>();
        foreach (var item in section.Optional("status")?.List() ?? [])
        {
            var map = item.Map();
            var reason = map.String("reason");
            if (reason.Length > MostReasonLetters || reason.Any(c => c is not (>= 'a' and <= 'z' or >= '0' and <= '9' or '-')))
            {
                map.Problem("reason", "a reason is a word of lower-case letters, digits and '-'");
            }

            status.Add(new FixedFrameStatus(
                map.Integer("at", 0, Math.Max(0, frame.Length - 1)), (byte)map.Integer("mask", 1, byte.MaxValue), ReadingWords.Means(map), reason));
            map.Done();
        }

        return status;
    }

    /// <summary>The id in bytes; empty when the device has none or every one is meant.</summary>
    private static byte[] Id(DeviceProfile profile, DeviceAddress at)
    {
        var settings = (FixedFrameSettings)profile.Settings;
        if (at == DeviceAddress.None)
        {
            return [];
        }

        var length = settings.Templates.Max(t => t.IdLength);
        if (length == 0)
        {
            throw new ProfileException($"{profile.Maker} {profile.Model} is alone on its line and has no address, not {at}");
        }

        return at.Text is { } text && text.Length == 2 * length && ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _)
            ? Convert.FromHexString(text)
            : throw new ProfileException(
                $"the address of {profile.Maker} {profile.Model} is the id in its frames: {2 * length} hexadecimal digits in quotes, such as \"{new string('A', 2 * length)}\", not {at}");
    }
}
