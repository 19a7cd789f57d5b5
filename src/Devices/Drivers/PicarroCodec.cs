using System.Buffers.Text;
using System.Text;
using MeetNet.Devices.Decoding;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;

namespace MeetNet.Devices.Drivers;

/// <summary>Asks for the status, as far as the profile knows it, then for numbers. Answers end with LF and then CR.</summary>
internal sealed class PicarroCodec : IDeviceCodec
{
    /// <summary>More than 64 numbers of 15 characters.</summary>
    public const int LongestLine = 2048;

    /// <summary>A buffer is emptied over several polls rather than in one that takes the line for long; it holds 512 sets (CommandInterface.py).</summary>
    public const int MostSets = 32;

    /// <summary>ERR:3001, measurement system disabled: it is still warming up. ERR:3002: nothing in the buffer.</summary>
    private const int Disabled = 3001;
    private const int NoData = 3002;

    private static readonly LineFramer Lines = new(LineEnding.Cr, LongestLine);
    private static readonly byte[] StatusCommand = "_Instr_GetStatus"u8.ToArray();

    private readonly DeviceProfile _profile;
    private readonly PicarroSettings _settings;
    private readonly PicarroFieldSettings[] _fields;
    private readonly byte[] _ask;
    private readonly int _first;

    public PicarroCodec(DeviceProfile profile, DeviceAddress at)
    {
        _ = at;
        _profile = profile;
        _settings = (PicarroSettings)profile.Settings;
        _fields = [.. profile.Fields.Select(f => (PicarroFieldSettings)f.Settings)];
        _ask = Encoding.ASCII.GetBytes(_settings.Ask);
        _first = _settings.Status.Count > 0 ? 1 : 0;
    }

    public IFramer Framer => Lines;

    public int Exchanges => _first + 1;

    public int MaxReadings => _settings.Ask == PicarroSettings.Buffer ? MostSets * _fields.Length : 0;

    public int WriteRequest(in FrameContext context, Span<byte> destination)
    {
        var command = context.Exchange < _first ? StatusCommand : _ask;
        command.CopyTo(destination);
        destination[command.Length] = LineFramer.Cr;
        return command.Length + 1;
    }

    public DecodeStatus Decode(in FrameContext context, ReadOnlySpan<byte> frame, ref ReadingBuffer readings)
    {
        var text = LineFramer.TextOf(frame);
        if (context.Exchange < 0 || context.Exchange >= Exchanges || text.IsEmpty)
        {
            readings.Reason = "not-asked";
            return DecodeStatus.Unexpected;
        }

        if (PicarroAnswer.TryError(text, out var code, out _))
        {
            return Error(context, code, ref readings);
        }

        return context.Exchange < _first ? Status(text, ref readings) : Numbers(context, text, ref readings);
    }

    private DecodeStatus Error(in FrameContext context, int code, ref ReadingBuffer readings)
    {
        if (code == NoData && context.Exchange >= _first)
        {
            // The end of a buffer; without a buffer, a poll without numbers.
            if (_settings.Ask != PicarroSettings.Buffer)
            {
                readings.Reason = "no-data";
                AddAll(ReadingStatus.Missing, ref readings);
            }

            return DecodeStatus.Ok;
        }

        readings.Reason = code == Disabled ? "warming-up" : ReasonOf(code);
        readings.Follow = new Follow(Exchanges);
        AddAll(code == Disabled ? ReadingStatus.WarmingUp : ReadingStatus.DeviceFault, ref readings);
        return code == Disabled ? DecodeStatus.WarmingUp : DecodeStatus.DeviceFault;
    }

    /// <summary>The groups of CommandInterface.ini: 1xxx communication, 2xxx command, 3xxx measurement, 4xxx interfaces, 5xxx and 6xxx other parts.</summary>
    private static string ReasonOf(int code) => (code / 1000) switch
    {
        1 => "err-communication",
        2 => "err-command",
        3 => "err-measurement",
        4 => "err-interface",
        _ => "err-instrument",
    };

    private DecodeStatus Status(ReadOnlySpan<byte> text, ref ReadingBuffer readings)
    {
        if (!Utf8Parser.TryParse(text, out uint word, out var used) || used != text.Length)
        {
            readings.Reason = "other-answer";
            return DecodeStatus.Unexpected;
        }

        readings.Follow = new Follow(_first, State: (int)StatusBits.Of(_settings.Status, word));
        return DecodeStatus.Ok;
    }

    private DecodeStatus Numbers(in FrameContext context, ReadOnlySpan<byte> text, ref ReadingBuffer readings)
    {
        DeviceTime? time = null;
        if (_settings.Timed)
        {
            if (!PicarroAnswer.TryTime(ref text, out var stamp))
            {
                readings.Reason = "no-time";
                return DecodeStatus.Unexpected;
            }

            time = stamp with { Offset = _settings.Zone };
        }

        Span<double> numbers = stackalloc double[PicarroSettings.MostLabels];
        var count = PicarroAnswer.Numbers(text, numbers);
        if (count != _settings.Labels.Count)
        {
            // A label that is not measured is left out, and all after it would be another's.
            readings.Reason = count < 0 ? "not-a-number" : "label-count";
            return DecodeStatus.Unexpected;
        }

        var state = new PicarroState(context.State);
        if (_settings.Ask == PicarroSettings.Buffer)
        {
            var here = PicarroState.TimeOf(time!.Value);
            if (state.Sets > 0 && state.Time == here)
            {
                return DecodeStatus.Ok;
            }

            if (state.Sets + 1 < MostSets)
            {
                readings.Follow = new Follow(context.Exchange, State: PicarroState.Of(state.Status, state.Sets + 1, here));
            }
        }

        var status = state.Status;
        for (var i = 0; i < _fields.Length; i++)
        {
            var number = numbers[_fields[i].Column];
            var reading = _profile.Fields[i].Value.Read(i, number) with { Time = _settings.Ask == PicarroSettings.Buffer ? time : null };
            readings.Add(status == ReadingStatus.Ok || reading.Status == ReadingStatus.Missing ? reading : reading with { Status = status });
        }

        readings.DeviceTime = time;
        return DecodeStatus.Ok;
    }

    private void AddAll(ReadingStatus status, ref ReadingBuffer readings)
    {
        for (var i = 0; i < _fields.Length; i++)
        {
            readings.Add(i, double.NaN, status);
        }
    }
}

/// <summary>What is remembered in a poll, in one number: what the instrument said of itself, how many sets have come, and the end of the last one's time.</summary>
internal readonly record struct PicarroState(int Number)
{
    private const int SetsAt = 8;
    private const int TimeAt = 14;
    private const int TimeMask = 0x1_FFFF;

    public ReadingStatus Status => (ReadingStatus)(Number & 0xFF);

    public int Sets => (Number >> SetsAt) & 0x3F;

    public int Time => Number >> TimeAt;

    /// <summary>The milliseconds of a stamp, as far as there is room for them: about two minutes, and sets come every second.</summary>
    public static int TimeOf(DeviceTime time) => (int)(time.Stamp.Ticks / TimeSpan.TicksPerMillisecond & TimeMask);

    public static int Of(ReadingStatus status, int sets, int time) => (int)status | (sets << SetsAt) | (time << TimeAt);
}

/// <summary>The forms of Picarro's answers.</summary>
internal static class PicarroAnswer
{
    private const int StampLength = 23;

    /// <summary><c>ERR:nnnn    text TAB stamp</c>.</summary>
    public static bool TryError(ReadOnlySpan<byte> text, out int code, out ReadOnlySpan<byte> words)
    {
        code = 0;
        words = default;
        if (!text.StartsWith("ERR:"u8) || text.Length < 8 || !BayernHessenCodec.TryDigits(text.Slice(4, 4), out code))
        {
            return false;
        }

        words = text[8..];
        var tab = words.IndexOf((byte)'\t');
        words = (tab < 0 ? words : words[..tab]).Trim((byte)' ');
        return true;
    }

    /// <summary>How many sets <c>_Meas_GetBuffer</c> announces: <c>n;</c>.</summary>
    public static bool TryCount(ReadOnlySpan<byte> text, out int count)
    {
        count = 0;
        return text.EndsWith(";"u8) && BayernHessenCodec.TryDigits(text[..^1], out count);
    }

    /// <summary>Takes <c>yyyy-MM-dd HH:mm:ss.fff;</c> from the front.</summary>
    public static bool TryTime(ref ReadOnlySpan<byte> text, out DeviceTime time)
    {
        time = default;
        if (text.Length <= StampLength || text[StampLength] != ';' || !IsoStamp.TryParse(text[..StampLength], out time))
        {
            return false;
        }

        text = text[(StampLength + 1)..];
        return true;
    }

    /// <summary>The numbers between semicolons, NaN where there is none; -1 when one is neither.</summary>
    public static int Numbers(ReadOnlySpan<byte> text, Span<double> numbers)
    {
        text = text.EndsWith(";"u8) ? text[..^1] : text;
        var count = 0;
        while (count < numbers.Length)
        {
            var end = text.IndexOf((byte)';');
            var word = end < 0 ? text : text[..end];
            if (!AsciiNumber.TryRead(word, out numbers[count]))
            {
                if (!Ascii.EqualsIgnoreCase(word, "nan"u8))
                {
                    return -1;
                }

                numbers[count] = double.NaN;
            }

            count++;
            if (end < 0)
            {
                return count;
            }

            text = text[(end + 1)..];
        }

        return -1;
    }
}
