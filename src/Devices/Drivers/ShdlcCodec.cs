using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;

namespace MeetNet.Devices.Drivers;

/// <summary>
/// Reads; starts the measurement when the device says that it does not measure; asks again when there is nothing new yet; wakes a device that keeps silent; reads the
/// status register when an answer says that a bit of it is set.
/// </summary>
internal sealed class ShdlcCodec : IDeviceCodec
{
    /// <summary>Address, command, state, length.</summary>
    public const int AnswerHead = 4;

    /// <summary>Any byte before the command wakes the interface for 100 ms (SPS30 data sheet V1.0 §5.3.6).</summary>
    public const byte WakeByte = 0xFF;

    /// <summary>The highest bit of the state says that a bit of the status register is set (§5.2).</summary>
    public const byte ErrorFlag = 0x80;

    /// <summary>The command is not allowed in the present state: it measures already, or not yet (§5.2).</summary>
    public const byte NotAllowed = 0x43;

    /// <summary>What the present request is for, in <see cref="FrameContext.State"/>; above it the number of answers without anything new.</summary>
    private const int Reading = 0, Starting = 1, AfterStart = 2, Status = 3, StepMask = 3, EmptyAnswer = 4, MostEmptyAnswers = 3;

    /// <summary>A new number comes each second; asked earlier, the device has none.</summary>
    private static readonly TimeSpan UntilNew = TimeSpan.FromMilliseconds(400), AfterWaking = TimeSpan.FromMilliseconds(50);

    private static readonly string[] States = [.. Enumerable.Range(0, 128).Select(StateName)];

    private readonly DeviceProfile _profile;
    private readonly ShdlcSettings _settings;
    private readonly ShdlcField[] _fields;
    private readonly byte _address;

    public ShdlcCodec(DeviceProfile profile, byte address)
    {
        _profile = profile;
        _settings = (ShdlcSettings)profile.Settings;
        _fields = [.. profile.Fields.Select(f => (ShdlcField)f.Settings)];
        _address = address;
    }

    public IFramer Framer { get; } = new ShdlcFramer(answers: true);

    public int Exchanges => 1;

    public int WriteRequest(in FrameContext context, Span<byte> destination)
    {
        switch (context.State & StepMask)
        {
            case Starting:
                return Write(_settings.Start, destination);
            case Status when _settings.Status is { } status:
                return Write(status, destination);
        }

        if (context.Attempt % 2 == 1 && _settings.Wake is { } wake)
        {
            destination[0] = WakeByte;
            return 1 + Write(wake, destination[1..]);
        }

        return Write(_settings.Read, [], destination);
    }

    public DecodeStatus Decode(in FrameContext context, ReadOnlySpan<byte> frame, ref ReadingBuffer readings)
    {
        Span<byte> content = stackalloc byte[ShdlcFramer.MaxContent];
        var length = ShdlcFramer.Open(frame, content);
        if (length < AnswerHead || content[0] != _address)
        {
            readings.Reason = "other-device";
            return DecodeStatus.Unexpected;
        }

        var step = context.State & StepMask;
        if (step is Reading or AfterStart && content[1] == _settings.Wake?.Command && context.Attempt % 2 == 1)
        {
            readings.Follow = new Follow(0, AfterWaking, State: context.State);
            return DecodeStatus.Ok;
        }

        if (content[1] != Expected(step))
        {
            readings.Reason = "other-command";
            return DecodeStatus.Unexpected;
        }

        var state = content[2];
        var data = content[AnswerHead..length];
        return step switch
        {
            Starting => Started(state, ref readings),
            Status => Tell(data, ref readings),
            _ => Numbers(context.State, state, data, ref readings),
        };
    }

    public int WriteCommand(int command, double? argument, Span<byte> destination)
    {
        var own = (ShdlcCommand)_profile.Commands[command].Settings;
        Span<byte> data = stackalloc byte[own.Request.Data.Length + sizeof(uint)];
        own.Request.Data.CopyTo(data);
        BinaryPrimitives.WriteUInt32BigEndian(data[own.Request.Data.Length..], (uint)Math.Clamp(Math.Round(argument ?? 0), 0, uint.MaxValue));
        var before = 0;
        if (own.Wakes)
        {
            destination[before++] = WakeByte;
        }

        return before + Write(own.Request.Command, own.HasArgument ? data : data[..own.Request.Data.Length], destination[before..]);
    }

    public CommandAnswer DecodeCommand(int command, ReadOnlySpan<byte> frame, out string said)
    {
        Span<byte> content = stackalloc byte[ShdlcFramer.MaxContent];
        var length = ShdlcFramer.Open(frame, content);
        said = string.Empty;
        if (length < AnswerHead || content[0] != _address || content[1] != ((ShdlcCommand)_profile.Commands[command].Settings).Request.Command)
        {
            return CommandAnswer.Unexpected;
        }

        var state = content[2] & ~ErrorFlag;
        if (state != 0)
        {
            said = States[state];
            return CommandAnswer.Refused;
        }

        var data = content[AnswerHead..length];
        var text = data.TrimEnd((byte)0);
        said = text.IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0 ? Encoding.ASCII.GetString(text) : Convert.ToHexString(data);
        return CommandAnswer.Done;
    }

    private int Expected(int step) => step switch
    {
        Starting => _settings.Start.Command,
        Status => _settings.Status?.Command ?? -1,
        _ => _settings.Read,
    };

    private DecodeStatus Started(byte state, ref ReadingBuffer readings)
    {
        if ((state & ~ErrorFlag) is not (0 or NotAllowed))
        {
            return Fault(ReadingStatus.DeviceFault, DecodeStatus.DeviceFault, States[state & ~ErrorFlag], ref readings);
        }

        readings.Follow = new Follow(0, _settings.Settle, State: AfterStart);
        return DecodeStatus.Ok;
    }

    private DecodeStatus Numbers(int course, byte state, scoped ReadOnlySpan<byte> data, ref ReadingBuffer readings)
    {
        var error = state & ~ErrorFlag;
        if (error == NotAllowed && (course & StepMask) == Reading)
        {
            readings.Follow = new Follow(0, State: Starting);
            return DecodeStatus.Ok;
        }

        if (error != 0)
        {
            return Fault(ReadingStatus.DeviceFault, DecodeStatus.DeviceFault, States[error], ref readings);
        }

        if (data.IsEmpty)
        {
            if (course / EmptyAnswer + 1 < MostEmptyAnswers)
            {
                readings.Follow = new Follow(0, UntilNew, State: course + EmptyAnswer);
                return DecodeStatus.Ok;
            }

            return Fault(ReadingStatus.Missing, DecodeStatus.Ok, "no-new-data", ref readings);
        }

        if (data.Length != _settings.Length)
        {
            // It was started by somebody else, in another form.
            return Fault(ReadingStatus.DeviceFault, DecodeStatus.DeviceFault, "other-length", ref readings);
        }

        if (data.IndexOfAnyExcept((byte)0) < 0)
        {
            return Fault(ReadingStatus.WarmingUp, DecodeStatus.WarmingUp, "all-zero", ref readings);
        }

        var broken = (state & ErrorFlag) != 0;
        for (var i = 0; i < _fields.Length; i++)
        {
            var reading = _profile.Fields[i].Value.Read(i, _fields[i].Layout!.Value.Read(data[_fields[i].At..]));
            readings.Add(broken && reading.Status != ReadingStatus.Missing ? reading with { Status = ReadingStatus.DeviceFault } : reading);
        }

        if (broken)
        {
            readings.Reason = "error-flag";
            readings.Follow = _settings.Status is null ? null : new Follow(0, State: Status);
        }

        return DecodeStatus.Ok;
    }

    /// <summary>Says which bit of the status register it was; the readings have been flagged already.</summary>
    private DecodeStatus Tell(scoped ReadOnlySpan<byte> data, ref ReadingBuffer readings)
    {
        if (data.Length >= sizeof(uint))
        {
            var register = BinaryPrimitives.ReadUInt32BigEndian(data);
            foreach (var bit in _settings.Bits)
            {
                if ((register & bit.Mask) != 0)
                {
                    readings.Reason = bit.Reason;
                    break;
                }
            }
        }

        return DecodeStatus.Ok;
    }

    private DecodeStatus Fault(ReadingStatus status, DecodeStatus result, string reason, ref ReadingBuffer readings)
    {
        readings.Reason = reason;
        for (var i = 0; i < _fields.Length; i++)
        {
            readings.Add(i, double.NaN, status);
        }

        return result;
    }

    private int Write(ShdlcRequest request, Span<byte> destination) => Write(request.Command, request.Data, destination);

    private int Write(byte command, ReadOnlySpan<byte> data, Span<byte> destination)
    {
        Span<byte> content = stackalloc byte[ShdlcFramer.MaxContent];
        content[0] = _address;
        content[1] = command;
        content[2] = (byte)data.Length;
        data.CopyTo(content[3..]);
        return ShdlcFramer.Close(content[..(3 + data.Length)], destination);
    }

    /// <summary>The execution errors (SPS30 data sheet V1.0 §5.2, table "error codes").</summary>
    private static string StateName(int state) => state switch
    {
        1 => "wrong-data-length",
        2 => "unknown-command",
        3 => "no-access-right",
        4 => "illegal-parameter",
        0x28 => "argument-out-of-range",
        NotAllowed => "not-allowed-in-this-state",
        _ => string.Create(CultureInfo.InvariantCulture, $"state-{state}"),
    };
}
