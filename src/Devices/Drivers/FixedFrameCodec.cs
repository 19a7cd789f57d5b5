using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;

namespace MeetNet.Devices.Drivers;

/// <summary>
/// Frame → readings. A device that is asked and keeps silent may talk unasked, or not at all, since it lost its power: each second try sends what sets it up.
/// </summary>
internal sealed class FixedFrameCodec : IDeviceCodec
{
    /// <summary>After it was set up, it needs a moment before it answers.</summary>
    private static readonly TimeSpan AfterSetup = TimeSpan.FromMilliseconds(200);

    private readonly DeviceProfile _profile;
    private readonly FixedFrameSettings _settings;
    private readonly FixedFrameField[] _fields;
    private readonly FrameTemplate _frame;
    private readonly FrameTemplate? _request;
    private readonly FrameTemplate? _setup;
    private readonly FrameTemplate? _setupAnswer;
    private readonly FixedFrameCommand[] _commands;

    /// <param name="id">The id of the device that is meant; empty for whichever is there.</param>
    public FixedFrameCodec(DeviceProfile profile, byte[] id)
    {
        _profile = profile;
        _settings = (FixedFrameSettings)profile.Settings;
        _fields = [.. profile.Fields.Select(f => (FixedFrameField)f.Settings)];
        _frame = _settings.Frame.Of(id, sent: false);
        _request = _settings.Request?.Of(id, sent: true);
        _setup = _settings.Setup?.Of(id, sent: true);
        _setupAnswer = _settings.SetupAnswer?.Of(id, sent: false);
        _commands = [.. profile.Commands.Select(c => (FixedFrameCommand)c.Settings).Select(c =>
            new FixedFrameCommand(c.Send.Of(id, sent: true), c.Answer?.Of(id, sent: false), c.Refused?.Of(id, sent: false)))];
        Framer = new FixedFrameFramer(_setupAnswer is null ? [_frame] : [_frame, _setupAnswer], _settings.Check, _settings.Start);
    }

    public IFramer Framer { get; }

    public int Exchanges => _request is null ? 0 : 1;

    public int WriteRequest(in FrameContext context, Span<byte> destination)
    {
        var template = _setup is not null && context.Attempt % 2 == 1 ? _setup : _request;
        return template is null ? 0 : Write(template, destination);
    }

    public DecodeStatus Decode(in FrameContext context, ReadOnlySpan<byte> frame, ref ReadingBuffer readings)
    {
        if (_setupAnswer is not null && _setupAnswer.Matches(frame))
        {
            readings.Follow = new Follow(0, AfterSetup);
            return DecodeStatus.Ok;
        }

        if (!_frame.Matches(frame))
        {
            readings.Reason = "other-frame";
            return DecodeStatus.Unexpected;
        }

        if (_settings.Zeros.Bytes > 0 && frame.Slice(_settings.Zeros.At, _settings.Zeros.Bytes).IndexOfAnyExcept((byte)0) < 0)
        {
            return AllOf(ReadingStatus.WarmingUp, "all-zero", ref readings);
        }

        for (var i = 0; i < _settings.Status.Count; i++)
        {
            var status = _settings.Status[i];
            if ((frame[status.At] & status.Mask) != 0)
            {
                return AllOf(status.Means, status.Reason, ref readings);
            }
        }

        for (var i = 0; i < _fields.Length; i++)
        {
            readings.Add(_profile.Fields[i].Value.Read(i, _fields[i].Read(frame)));
        }

        return DecodeStatus.Ok;
    }

    public IFramer CommandFramer(int command) =>
        new FixedFrameFramer(new[] { _commands[command].Answer, _commands[command].Refused, _frame }.OfType<FrameTemplate>(), _settings.Check, start: 1);

    public int WriteCommand(int command, double? argument, Span<byte> destination) =>
        Write(_commands[command].Send, destination, (ushort)Math.Clamp(Math.Round(argument ?? 0), 0, ushort.MaxValue));

    public CommandAnswer DecodeCommand(int command, ReadOnlySpan<byte> frame, out string said)
    {
        var (_, answer, refused) = _commands[command];
        said = string.Empty;
        if (answer is not null && answer.Matches(frame))
        {
            said = FreeBytes(answer, frame);
            return CommandAnswer.Done;
        }

        if (refused is not null && refused.Matches(frame))
        {
            said = $"it refuses: {Convert.ToHexString(frame)}";
            return CommandAnswer.Refused;
        }

        return CommandAnswer.Unexpected;
    }

    private int Write(FrameTemplate template, Span<byte> destination, ushort argument = 0)
    {
        template.Write(destination, argument);
        _settings.Check.Write(template, destination);
        return template.Length;
    }

    /// <summary>What the device itself filled in, such as the date of its firmware.</summary>
    private static string FreeBytes(FrameTemplate answer, ReadOnlySpan<byte> frame)
    {
        var free = new List<byte>();
        for (var i = 0; i < frame.Length; i++)
        {
            if (answer[i] == TemplateByte.Any)
            {
                free.Add(frame[i]);
            }
        }

        return Convert.ToHexString([.. free]);
    }

    private DecodeStatus AllOf(ReadingStatus status, string reason, ref ReadingBuffer readings)
    {
        readings.Reason = reason;
        for (var i = 0; i < _fields.Length; i++)
        {
            readings.Add(i, double.NaN, status);
        }

        return status switch
        {
            ReadingStatus.WarmingUp => DecodeStatus.WarmingUp,
            ReadingStatus.DeviceFault => DecodeStatus.DeviceFault,
            _ => DecodeStatus.Ok,
        };
    }
}
