using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;

namespace MeetNet.Devices.Drivers;

/// <summary>The device's side: its frame, unasked or when asked, and the answers to its commands.</summary>
internal sealed class FixedFrameSimulator : IDeviceSimulator
{
    private readonly DeviceProfile _profile;
    private readonly FixedFrameSettings _settings;
    private readonly FrameTemplate _frame;
    private readonly List<(FrameTemplate Heard, FrameTemplate? Answer)> _others = [];

    public FixedFrameSimulator(DeviceProfile profile, byte[] id)
    {
        _profile = profile;
        _settings = (FixedFrameSettings)profile.Settings;
        _frame = _settings.Frame.Of(id, sent: true);
        if (_settings.Setup is { } setup)
        {
            _others.Add((setup.Of([], sent: false), _settings.SetupAnswer?.Of(id, sent: true)));
        }

        _others.AddRange(profile.Commands.Select(c => (FixedFrameCommand)c.Settings)
            .Select(c => (c.Send.Of([], sent: false), c.Answer?.Of(id, sent: true))));
        MaxFrame = _others.Select(o => o.Answer?.Length ?? 0).Append(_frame.Length).Max();
        if (_settings.Request is { } request)
        {
            Requests = new FixedFrameFramer(
                _others.Select(o => o.Heard).Append(request.Of([], sent: false)).DistinctBy(t => Convert.ToHexString(t.Leading)), _settings.Check, start: 1);
        }
    }

    public int MaxFrame { get; }

    public IFramer? Requests { get; }

    public int Emit(in SimulatedState state, Span<byte> frame) => _settings.Request is null ? Say(state, frame) : 0;

    public int Answer(ReadOnlySpan<byte> request, in SimulatedState state, Span<byte> reply)
    {
        if (_settings.Request is { } asked && asked.Of([], sent: false).Matches(request))
        {
            return Say(state, reply);
        }

        foreach (var (heard, answer) in _others)
        {
            if (heard.Matches(request) && answer is not null)
            {
                answer.Write(reply);
                _settings.Check.Write(answer, reply);
                return Disturbances.Apply(state.Disturbance, state.Seed, reply, answer.Length);
            }
        }

        return 0;
    }

    private int Say(in SimulatedState state, Span<byte> frame)
    {
        _frame.Write(frame);
        var zeros = frame.Slice(_settings.Zeros.At, _settings.Zeros.Bytes);
        var warm = state.Disturbance == Disturbance.WarmingUp;
        if (!warm)
        {
            // Bytes that no field covers (particle counts) are never all zero in a sensor that runs: without this, very clean air, which rounds to
            // 0 ug/m3, would look like a warm-up frame.
            zeros.Fill(1);
        }

        if (warm ? zeros.IsEmpty : !TryWriteValues(state, frame))
        {
            return 0;
        }

        if (state.Disturbance == Disturbance.DeviceFault)
        {
            if (_settings.Status.FirstOrDefault(s => s.Means == ReadingStatus.DeviceFault) is not { } fault)
            {
                return 0;
            }

            frame[fault.At] |= fault.Mask;
        }

        _settings.Check.Write(_frame, frame);
        return Disturbances.Apply(state.Disturbance, state.Seed, frame, _frame.Length);
    }

    /// <summary>False when there is no number and the frame has no way to say so.</summary>
    private bool TryWriteValues(in SimulatedState state, Span<byte> frame)
    {
        for (var i = 0; i < _profile.Fields.Count; i++)
        {
            var rule = _profile.Fields[i].Value;
            var field = (FixedFrameField)_profile.Fields[i].Settings;
            if (double.IsFinite(state.Values[i]))
            {
                field.Write(rule.Write(state.Values[i]), frame);
                continue;
            }

            if (rule.Sentinels.Count == 0)
            {
                return false;
            }

            field.Write(rule.Sentinels[0].Transmitted, frame);
        }

        return true;
    }
}
