using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;

namespace MeetNet.Devices.Drivers;

/// <summary>
/// Measures and fetches (SDI-12 specification 1.4 §4.4, §5):
/// <code>
/// aM! → atttn      wait ttt seconds, or until the service request a       aD0! → a values   aD1! → a values   … until there are n
/// aC! → atttnn     the line is free for others meanwhile                  the same
/// aR0! → a values
/// </code>
/// Each measurement of the profile is two exchanges: the start, and the data command, which is repeated with the next number. What has come so far is
/// in <see cref="Follow.State"/>.
/// </summary>
internal sealed class Sdi12Codec : IDeviceCodec
{
    /// <summary>A break is at least 12 ms of spacing, then 8.33 ms of marking, each ± 0.4 ms (§7).</summary>
    private static readonly LineBreak Break = new(TimeSpan.FromMilliseconds(13), TimeSpan.FromMilliseconds(9));

    /// <summary>One character: start bit, seven data bits, parity, stop bit at 1200 baud (§4.1).</summary>
    private const double CharacterMilliseconds = 8.33;

    /// <summary>
    /// A sensor begins to answer within 15 ms, and a command may be repeated without a break until 87 ms after it (§7.2). The first two characters of an
    /// answer, which show that it is no echo, are there after 32 ms, and a USB adapter holds them back for 16 ms more.
    /// </summary>
    private const double SilenceMilliseconds = 65;

    /// <summary>What makes the break itself also repeats by itself: three times three tries of up to 65 ms and their breaks.</summary>
    private static readonly TimeSpan AdapterSilence = TimeSpan.FromMilliseconds(700);

    /// <summary>How often a command is repeated before there is a new break (§7.2).</summary>
    private const int TriesPerBreak = 3;

    /// <summary>A service request that is sent in the last moment takes 25 ms on the line and up to 16 ms in a USB adapter.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(100);

    private readonly DeviceProfile _profile;
    private readonly Sdi12Settings _settings;
    private readonly Sdi12FieldSettings[] _fields;
    private readonly int[] _wanted;
    private readonly byte _address;
    private readonly bool _breaks;

    /// <param name="breaks">Whether the line makes the breaks, and not an adapter.</param>
    public Sdi12Codec(DeviceProfile profile, byte address, bool breaks)
    {
        _profile = profile;
        _settings = (Sdi12Settings)profile.Settings;
        _fields = [.. profile.Fields.Select(f => (Sdi12FieldSettings)f.Settings)];
        _wanted = [.. _settings.Measurements.Select((_, m) => Wanted(m))];
        _address = address;
        _breaks = breaks;
        Framer = new Sdi12Framer(_settings.Measurements.Any(m => m.IsBinary) ? Sdi12Answers.Packets : Sdi12Answers.Lines);
    }

    public IFramer Framer { get; }

    public int Exchanges => 2 * _settings.Measurements.Count;

    /// <summary>A command that goes on within 87 ms of the last answer needs no break; a sensor that was let measure, or has not answered three times, does (§7.1, §7.2).</summary>
    public LineBreak BreakBefore(in FrameContext context)
    {
        var goesOn = context.Attempt == 0 ? context.Exchange % 2 == 1 && Sdi12State.Of(context.State).Page > 0 : context.Silent;
        return _breaks && (!goesOn || context.Attempt % TriesPerBreak == 0 && context.Attempt > 0) ? Break : default;
    }

    public TimeSpan SilenceLimit(in FrameContext context, int requestLength) =>
        _breaks ? TimeSpan.FromMilliseconds((requestLength * CharacterMilliseconds) + SilenceMilliseconds) : AdapterSilence;

    public int WriteRequest(in FrameContext context, Span<byte> destination)
    {
        var measurement = _settings.Measurements[Math.Clamp(context.Exchange / 2, 0, _settings.Measurements.Count - 1)];
        destination[0] = _address;
        var length = 1;
        if (context.Exchange % 2 == 0)
        {
            length += Encoding.ASCII.GetBytes(measurement.Command, destination[1..]);
        }
        else
        {
            destination[length++] = (byte)'D';
            if (measurement.IsBinary)
            {
                destination[length++] = (byte)'B';
            }

            Utf8Formatter.TryFormat(Sdi12State.Of(context.State).Page, destination[length..], out var digits);
            length += digits;
        }

        destination[length] = (byte)'!';
        return length + 1;
    }

    public DecodeStatus Decode(in FrameContext context, ReadOnlySpan<byte> frame, ref ReadingBuffer readings)
    {
        if (context.Exchange >= Exchanges)
        {
            readings.Reason = "not-asked";
            return DecodeStatus.Unexpected;
        }

        var measurement = Math.Max(0, context.Exchange / 2);
        var state = Sdi12State.Of(context.State);
        if (context.Exchange % 2 == 1 && _settings.Measurements[measurement].IsBinary && Sdi12Framer.IsPacket(frame))
        {
            return Packet(measurement, state, frame, ref readings);
        }

        if (Sdi12Text.Take(frame, _address, out var answer) is { } reason)
        {
            readings.Reason = reason;
            return DecodeStatus.Unexpected;
        }

        if (context.Exchange == FrameContext.Waiting)
        {
            readings.Reason = answer.Length == 1 ? null : "no-service-request";
            return answer.Length == 1 ? DecodeStatus.Ok : DecodeStatus.Unexpected;
        }

        return context.Exchange % 2 == 1 || _settings.Measurements[measurement].IsContinuous
            ? Values(measurement, state, answer, ref readings)
            : Started(measurement, state, answer, ref readings);
    }

    public IFramer CommandFramer(int command) =>
        ((Sdi12CommandSettings)_profile.Commands[command].Settings).Lines ? new Sdi12Framer(Sdi12Answers.Texts) : new Sdi12Framer(Sdi12Answers.Lines);

    public int WriteCommand(int command, double? argument, Span<byte> destination) =>
        Sdi12Commands.Write((Sdi12CommandSettings)_profile.Commands[command].Settings, _address, argument, destination);

    public CommandAnswer DecodeCommand(int command, ReadOnlySpan<byte> frame, out string said) =>
        Sdi12Commands.Decode((Sdi12CommandSettings)_profile.Commands[command].Settings, _address, frame, out said);

    /// <summary>The answer to the command that starts a measurement.</summary>
    private DecodeStatus Started(int measurement, Sdi12State state, ReadOnlySpan<byte> answer, ref ReadingBuffer readings)
    {
        if (!Sdi12Text.TryTiming(answer, out var seconds, out var count))
        {
            readings.Reason = "not-a-time";
            return DecodeStatus.Unexpected;
        }

        if (count == 0)
        {
            return Ended(measurement, state with { Received = 0 }, "nothing-available", ref readings);
        }

        var kind = _settings.Measurements[measurement];
        var wait = TimeSpan.FromSeconds(seconds);
        readings.Follow = new Follow(
            (2 * measurement) + 1,
            seconds > 0 && !kind.IsConcurrent ? wait + Grace : wait,
            FrameEndsWait: seconds > 0 && !kind.IsConcurrent,
            FreesLine: seconds > 0 && kind.IsConcurrent,
            State: (state with { Count = Math.Min(count, Sdi12State.MostValues), Received = 0, Page = 0 }).Packed);
        return DecodeStatus.Ok;
    }

    /// <summary>The answer to a data command, or to a continuous measurement.</summary>
    private DecodeStatus Values(int measurement, Sdi12State state, ReadOnlySpan<byte> answer, ref ReadingBuffer readings)
    {
        var kind = _settings.Measurements[measurement];
        if (kind.HasCrc && !Sdi12Text.TryCrc(ref answer))
        {
            readings.Reason = "crc-mismatch";
            return DecodeStatus.Unexpected;
        }

        Span<double> values = stackalloc double[Sdi12Framer.LargestPayload / 8];
        var count = Sdi12Text.Values(answer[1..], values);
        if (count < 0)
        {
            readings.Reason = "malformed";
            return DecodeStatus.Unexpected;
        }

        return Taken(measurement, kind.IsContinuous ? state with { Count = count, Received = 0 } : state, values[..count], ref readings);
    }

    /// <summary>The answer to a data command of high-volume binary; the framer has seen to the CRC.</summary>
    private DecodeStatus Packet(int measurement, Sdi12State state, ReadOnlySpan<byte> frame, ref ReadingBuffer readings)
    {
        if (frame[0] != _address || frame.Length < Sdi12Framer.PacketFrame)
        {
            readings.Reason = "other-device";
            return DecodeStatus.Unexpected;
        }

        Span<double> values = stackalloc double[Sdi12Framer.LargestPayload];
        var payload = frame[4..^2];
        var size = Sdi12Packet.SizeOf(frame[3]);
        if (size == 0 ? !payload.IsEmpty : payload.Length % size != 0)
        {
            readings.Reason = "malformed";
            return DecodeStatus.Unexpected;
        }

        var count = size == 0 ? 0 : payload.Length / size;
        for (var i = 0; i < count; i++)
        {
            values[i] = Sdi12Packet.Read(frame[3], payload[(i * size)..]);
        }

        return Taken(measurement, state, values[..count], ref readings);
    }

    /// <summary>Takes the next values of a measurement and says how it goes on.</summary>
    private DecodeStatus Taken(int measurement, Sdi12State state, scoped ReadOnlySpan<double> values, ref ReadingBuffer readings)
    {
        var kind = _settings.Measurements[measurement];
        if (values.IsEmpty)
        {
            if (state.Received > 0 || state.Again || kind.IsContinuous)
            {
                return Ended(measurement, state, state.Received > 0 ? "fewer-values" : kind.IsContinuous ? "no-data" : "aborted", ref readings);
            }

            // Only its address: it has stopped measuring, by a break for instance, and has to be asked anew (§4.4.5.1).
            readings.Follow = new Follow(2 * measurement, State: new Sdi12State(0, 0, 0, Again: true, state.Status).Packed);
            return DecodeStatus.Ok;
        }

        foreach (var rule in _settings.Status)
        {
            var at = rule.Value - 1 - state.Received;
            if (state.Status == ReadingStatus.Ok && rule.Measurement == measurement && at >= 0 && at < values.Length && rule.Fits(values[at]))
            {
                state = state with { Status = rule.Means };
            }
        }

        for (var i = 0; i < _fields.Length; i++)
        {
            var at = _fields[i].Value - 1 - state.Received;
            if (_fields[i].Measurement == measurement && at >= 0 && at < values.Length && at < state.Count - state.Received)
            {
                var reading = _profile.Fields[i].Value.Read(i, values[at]);
                readings.Add(state.Status == ReadingStatus.Ok || reading.Status == ReadingStatus.Missing ? reading : reading with { Status = state.Status });
            }
        }

        state = state with { Received = Math.Min(Sdi12State.MostValues, state.Received + values.Length) };
        if (state.Received >= Math.Min(state.Count, _wanted[measurement]) || kind.IsContinuous || state.Page == kind.LastPage)
        {
            return Ended(measurement, state, "fewer-values", ref readings);
        }

        readings.Follow = new Follow((2 * measurement) + 1, State: (state with { Page = state.Page + 1 }).Packed);
        return DecodeStatus.Ok;
    }

    /// <summary>Ends a measurement: the values that did not come are missing, and the next measurement begins.</summary>
    private DecodeStatus Ended(int measurement, Sdi12State state, string reason, ref ReadingBuffer readings)
    {
        for (var i = 0; i < _fields.Length; i++)
        {
            if (_fields[i].Measurement == measurement && _fields[i].Value > Math.Min(state.Count, state.Received))
            {
                readings.Add(RawReading.Missing(i));
                readings.Reason = reason;
            }
        }

        if (measurement + 1 < _settings.Measurements.Count || state.Received == 0)
        {
            readings.Follow = new Follow(2 * (measurement + 1), State: new Sdi12State(0, 0, 0, Again: false, state.Status).Packed);
        }

        return DecodeStatus.Ok;
    }

    /// <summary>The last value of a measurement that anything is made of.</summary>
    private int Wanted(int measurement) => Math.Max(
        _fields.Where(f => f.Measurement == measurement).Select(f => f.Value).DefaultIfEmpty(0).Max(),
        _settings.Status.Where(s => s.Measurement == measurement).Select(s => s.Value).DefaultIfEmpty(0).Max());
}

/// <summary>The numbers in a packet of the high-volume binary command, low byte first (SDI-12 specification 1.4 §5.2.1, table 16).</summary>
internal static class Sdi12Packet
{
    /// <summary>Bytes of one number; 0 for a type that there is not, and for "no data".</summary>
    public static int SizeOf(byte type) => type switch
    {
        1 or 2 => 1,
        3 or 4 => 2,
        5 or 6 or 9 => 4,
        7 or 8 or 10 => 8,
        _ => 0,
    };

    /// <summary>One number.</summary>
    public static double Read(byte type, ReadOnlySpan<byte> bytes) => type switch
    {
        1 => unchecked((sbyte)bytes[0]),
        2 => bytes[0],
        3 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
        4 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        5 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        6 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        7 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        8 => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        9 => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        10 => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        _ => double.NaN,
    };
}
