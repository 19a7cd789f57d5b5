using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;

namespace MeetNet.Devices.Drivers;

/// <summary>
/// The sensor's side: answers the measurements of its profile after a second, with a service request where one is due; knows its identification, the address
/// query and the change of its address. It remembers which measurement was started last, as a sensor does.
/// </summary>
internal sealed class Sdi12Simulator : IDeviceSimulator
{
    /// <summary>How long a measurement takes, by what the sensor says, and when its service request comes.</summary>
    private const int Seconds = 1;

    private static readonly TimeSpan Early = TimeSpan.FromMilliseconds(500);

    private readonly DeviceProfile _profile;
    private readonly Sdi12Settings _settings;
    private byte _address;
    private int _started = -1;

    public Sdi12Simulator(DeviceProfile profile, byte address)
    {
        _profile = profile;
        _settings = (Sdi12Settings)profile.Settings;
        _address = address;
    }

    public int MaxFrame => Sdi12Framer.PacketFrame + Sdi12Framer.LargestPayload;

    public IFramer Requests { get; } = new Sdi12RequestFramer();

    public TimeSpan? SpeaksAfter { get; private set; }

    public int Answer(ReadOnlySpan<byte> request, in SimulatedState state, Span<byte> reply)
    {
        SpeaksAfter = null;
        var asked = Encoding.ASCII.GetString(request).TrimEnd('!');
        if (state.Disturbance == Disturbance.WarmingUp || asked.Length == 0 || (asked[0] != _address && asked != "?"))
        {
            return 0;
        }

        var length = asked[1..] switch
        {
            "" => Line(string.Empty, crc: false, reply),
            "I" => Line("14" + Padded(_profile.Maker, 8) + Padded(_profile.Model, 6) + "001", crc: false, reply),
            ['A', var to] when Sdi12Text.IsAddress((byte)to) => Renamed((byte)to, reply),
            ['D', ..] data => Data(data, state, reply),
            var command => Start(command, state, reply),
        };
        return Disturbances.Apply(state.Disturbance, state.Seed, reply, length);
    }

    public int Emit(in SimulatedState state, Span<byte> frame)
    {
        SpeaksAfter = null;
        return Disturbances.Apply(state.Disturbance, state.Seed, frame, Line(string.Empty, crc: false, frame));
    }

    private int Renamed(byte to, Span<byte> reply)
    {
        _address = to;
        return Line(string.Empty, crc: false, reply);
    }

    private int Start(string command, in SimulatedState state, Span<byte> reply)
    {
        var index = _settings.Measurements.ToList().FindIndex(m => m.Command == command);
        if (index < 0)
        {
            // A measurement that it does not have (§4.4.9, §4.4.10); anything else it does not understand.
            return Sdi12Measurement.Pattern().IsMatch(command) ? Line(command[0] == 'R' ? string.Empty : "0000", crc: false, reply) : 0;
        }

        var measurement = _settings.Measurements[index];
        var pages = Pages(index, state);
        if (measurement.IsContinuous)
        {
            return Line(pages.Count > 0 ? pages[0] : string.Empty, measurement.HasCrc, reply);
        }

        _started = index;
        var count = pages.Count == 0 ? 0 : Highest(index);
        var seconds = count == 0 ? 0 : Seconds;
        SpeaksAfter = seconds > 0 && !measurement.IsConcurrent ? Early : null;
        var digits = measurement.Command[0] switch { 'H' => "000", 'C' => "00", _ => "0" };
        return Line(string.Create(CultureInfo.InvariantCulture, $"{seconds:000}") + count.ToString(digits, CultureInfo.InvariantCulture), crc: false, reply);
    }

    private int Data(string command, in SimulatedState state, Span<byte> reply)
    {
        if (_started < 0 || !int.TryParse(command.AsSpan(command is ['D', 'B', ..] ? 2 : 1), NumberStyles.None, CultureInfo.InvariantCulture, out var page))
        {
            return _started < 0 ? Line(string.Empty, crc: false, reply) : 0;
        }

        var measurement = _settings.Measurements[_started];
        return measurement.IsBinary
            ? Packet(page == 0 ? Numbers(_started, state) : [], reply)
            : Line(Pages(_started, state) is var pages && page < pages.Count ? pages[page] : string.Empty, measurement.HasCrc, reply);
    }

    /// <summary>The values of a measurement, as many in an answer as fit; none when one of them has no number that the sensor could say.</summary>
    private List<string> Pages(int measurement, in SimulatedState state)
    {
        var pages = new List<string>();
        foreach (var number in Numbers(measurement, state))
        {
            if (Sdi12Text.Write(number) is not { } text)
            {
                return [];
            }

            if (pages.Count > 0 && pages[^1].Length + text.Length <= _settings.Measurements[measurement].LongestValues)
            {
                pages[^1] += text;
            }
            else
            {
                pages.Add(text);
            }
        }

        return pages;
    }

    private double[] Numbers(int measurement, in SimulatedState state)
    {
        var numbers = new double[Highest(measurement)];
        for (var i = 0; i < _profile.Fields.Count; i++)
        {
            var field = (Sdi12FieldSettings)_profile.Fields[i].Settings;
            if (field.Measurement == measurement)
            {
                var rule = _profile.Fields[i].Value;
                var value = rule.Write(state.Values[i]);
                numbers[field.Value - 1] = double.IsFinite(value) || rule.Sentinels.Count == 0 ? value : rule.Sentinels[0].Transmitted;
            }
        }

        if (state.Disturbance == Disturbance.DeviceFault)
        {
            var rule = _settings.Status.FirstOrDefault(s => s.Means == ReadingStatus.DeviceFault);
            if (rule is null)
            {
                // It has no way to say so but to have nothing.
                return [];
            }

            if (rule.Measurement == measurement)
            {
                numbers[rule.Value - 1] = rule.Mask is { } mask ? mask & -mask : 1;
            }
        }

        return numbers;
    }

    private int Highest(int measurement) => _profile.Fields.Select(f => (Sdi12FieldSettings)f.Settings).Where(f => f.Measurement == measurement).Select(f => f.Value)
        .Concat(_settings.Status.Where(s => s.Measurement == measurement).Select(s => s.Value)).DefaultIfEmpty(0).Max();

    private int Packet(double[] numbers, Span<byte> reply)
    {
        numbers = numbers.All(double.IsFinite) ? numbers : [];
        reply[0] = _address;
        BinaryPrimitives.WriteUInt16LittleEndian(reply[1..], (ushort)(4 * numbers.Length));
        reply[3] = (byte)(numbers.Length > 0 ? 9 : 0);
        for (var i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(reply[(4 + (4 * i))..], (float)numbers[i]);
        }

        var length = 4 + (4 * numbers.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(reply[length..], Checksums.Crc16Arc(reply[..length]));
        return length + 2;
    }

    private int Line(string text, bool crc, Span<byte> reply)
    {
        reply[0] = _address;
        var length = 1 + Encoding.ASCII.GetBytes(text, reply[1..]);
        length += crc ? Sdi12Text.WriteCrc(reply[..length], reply[length..]) : 0;
        "\r\n"u8.CopyTo(reply[length..]);
        return length + 2;
    }

    private static string Padded(string text, int length) =>
        string.Concat(text.Where(char.IsAsciiLetterOrDigit)).PadRight(length, '_')[..length];
}

/// <summary>Commands as a data recorder sends them: up to and with '!'. What a break looks like to a serial port comes before the address.</summary>
internal sealed class Sdi12RequestFramer : IFramer
{
    public int MaxFrame => 80;

    public FrameCut Cut(ReadOnlySpan<byte> window)
    {
        var within = window[..Math.Min(window.Length, MaxFrame)];
        var noise = 0;
        while (noise < within.Length && within[noise] is not (byte)'?' && !Sdi12Text.IsAddress(within[noise]))
        {
            noise++;
        }

        if (noise > 0)
        {
            return FrameCut.Bad(FrameFault.Noise, noise);
        }

        var end = within.IndexOf((byte)'!');
        return end >= 0 ? FrameCut.Frame(end + 1)
            : within.Length == MaxFrame ? FrameCut.Bad(FrameFault.Overlong, 1)
            : FrameCut.NeedMore;
    }
}
