using System.Globalization;
using System.Text;
using MeetNet.Devices.Decoding;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;
using MeetNet.Yaml;

namespace MeetNet.Devices.Drivers;

/// <summary>
/// Los Gatos Research (ABB) ICOS analysers: one record of columns after another, unasked. Layout and date differ by model, so the profile has the header of
/// the instrument's own files, and a header that comes with the records must be the same (patricktokeeffe/daqfactory-drivers, LGR_UGGA and LGR_N2O_CO).
/// </summary>
internal sealed class LgrDriver : IDeviceDriver
{
    public string Name => "lgr";

    public Carrier Carrier => Carrier.Stream;

    public bool IsPolled(DriverSettings settings) => false;

    public IDeviceCodec Bind(DeviceProfile profile, DeviceAddress at) => new LgrCodec(profile, Alone(at));

    public IDeviceSimulator Simulate(DeviceProfile profile, DeviceAddress at) => new LgrSimulator(profile, Alone(at));

    public DriverSettings ReadSettings(YamlMap section)
    {
        var header = section.Require("header");
        var columns = header.String().Split(',').Select(c => c.Trim()).ToList();
        if (header.Exists && (columns.Count is < 2 or > LgrSettings.MostColumns || columns[0] != "Time"))
        {
            header.Problem($"'header' is the first line of the instrument's files: 'Time' and up to {LgrSettings.MostColumns} names, with commas between");
        }

        var monthFirst = section.Choice("date", "ymd", "mdy") == "mdy";
        var flag = section.Require("fitFlag");
        var column = columns.IndexOf(flag.String());
        if (flag.Exists && column < 0)
        {
            flag.Problem("'fitFlag' is not one of the columns of the header");
        }

        return new LgrSettings(columns, monthFirst, Math.Max(0, column), section.Integer("good", 0, 9));
    }

    public FieldSettings ReadField(YamlMap field, DriverSettings settings)
    {
        var column = field.Require("column");
        var index = ((LgrSettings)settings).Columns.IndexOf(column.String());
        if (column.Exists && index < 1)
        {
            column.Problem("this is not one of the columns of the header");
        }

        return new LgrFieldSettings(Math.Max(1, index));
    }

    public void Check(DeviceProfile profile, ProfilePlaces places)
    {
        for (var i = 0; i < profile.Fields.Count; i++)
        {
            if (profile.Fields.Take(i).FirstOrDefault(f => f.Settings.Equals(profile.Fields[i].Settings)) is { } other)
            {
                places.Field(i, "column", $"this column is field '{other.Name}' already");
            }
        }
    }

    private static DeviceAddress Alone(DeviceAddress at) => at == DeviceAddress.None
        ? at
        : throw new ProfileException($"an LGR analyser is alone on its line and has no address, not {at}");
}

/// <param name="Columns">The names of the header.</param>
/// <param name="MonthFirst">MM/dd/yy; otherwise yyyy/MM/dd.</param>
/// <param name="FitFlag">The column that says how well the spectrum was fitted.</param>
/// <param name="Good">What stands there for a measurement.</param>
internal sealed record LgrSettings(List<string> Columns, bool MonthFirst, int FitFlag, int Good) : DriverSettings
{
    public const int MostColumns = 64;

    public const int LongestLine = 2048;
}

/// <summary>Which column, from 0; column 0 is the time.</summary>
internal sealed record LgrFieldSettings(int Column) : FieldSettings;

/// <summary>Reads records. Remembers only whether the instrument has shown a header that is not the profile's: then no column can be trusted.</summary>
internal sealed class LgrCodec : IDeviceCodec
{
    private static readonly LineFramer Lines = new(LineEnding.Lf, LgrSettings.LongestLine);

    private readonly DeviceProfile _profile;
    private readonly LgrSettings _settings;
    private readonly LgrFieldSettings[] _fields;
    private readonly byte[][] _header;
    private bool _otherHeader;

    public LgrCodec(DeviceProfile profile, DeviceAddress at)
    {
        _ = at;
        _profile = profile;
        _settings = (LgrSettings)profile.Settings;
        _fields = [.. profile.Fields.Select(f => (LgrFieldSettings)f.Settings)];
        _header = [.. _settings.Columns.Select(Encoding.ASCII.GetBytes)];
    }

    public IFramer Framer => Lines;

    public DecodeStatus Decode(in FrameContext context, ReadOnlySpan<byte> frame, ref ReadingBuffer readings)
    {
        var text = LineFramer.TextOf(frame);
        Span<Range> columns = stackalloc Range[LgrSettings.MostColumns];
        var count = Split(text, columns);
        if (count > 0 && text[columns[0]].Trim((byte)' ').SequenceEqual("Time"u8))
        {
            _otherHeader = !IsHeader(text, columns[..count]);
            readings.Reason = _otherHeader ? "other-columns" : "header";
            return DecodeStatus.Unexpected;
        }

        if (_otherHeader || count != _header.Length)
        {
            readings.Reason = _otherHeader ? "other-columns" : "column-count";
            return DecodeStatus.Unexpected;
        }

        if (!TryStamp(text[columns[0]].Trim((byte)' '), _settings.MonthFirst, out var time) || !AsciiNumber.TryRead(text[columns[_settings.FitFlag]].Trim((byte)' '), out var fit))
        {
            readings.Reason = "not-a-record";
            return DecodeStatus.Unexpected;
        }

        var before = readings.Count;
        for (var i = 0; i < _fields.Length; i++)
        {
            var word = text[columns[_fields[i].Column]].Trim((byte)' ');
            var missing = Ascii.EqualsIgnoreCase(word, "nan"u8);
            if (!AsciiNumber.TryRead(word, out var number) && !missing)
            {
                readings.Truncate(before);
                readings.Reason = "not-a-number";
                return DecodeStatus.Unexpected;
            }

            var reading = missing ? RawReading.Missing(i) : _profile.Fields[i].Value.Read(i, number);
            readings.Add(fit == _settings.Good || missing ? reading : reading with { Status = ReadingStatus.DeviceFault });
        }

        readings.Reason = fit == _settings.Good ? readings.Reason : "fit-flag";
        readings.DeviceTime = time;
        return DecodeStatus.Ok;
    }

    /// <summary><c>yyyy/MM/dd HH:mm:ss.fff</c> or <c>MM/dd/yy HH:mm:ss.fff</c>, local time without a zone.</summary>
    internal static bool TryStamp(ReadOnlySpan<byte> text, bool monthFirst, out DeviceTime time)
    {
        time = default;
        var blank = text.IndexOf((byte)' ');
        if (blank != (monthFirst ? 8 : 10))
        {
            return false;
        }

        Span<byte> iso = stackalloc byte[32];
        var year = monthFirst ? text.Slice(6, 2) : text[2..4];
        var month = monthFirst ? text[..2] : text.Slice(5, 2);
        var day = monthFirst ? text.Slice(3, 2) : text.Slice(8, 2);
        var century = monthFirst ? "20"u8 : text[..2];
        var rest = text[(blank + 1)..];
        if (rest.Length > 20)
        {
            return false;
        }

        century.CopyTo(iso);
        year.CopyTo(iso[2..]);
        iso[4] = iso[7] = (byte)'-';
        month.CopyTo(iso[5..]);
        day.CopyTo(iso[8..]);
        iso[10] = (byte)'T';
        rest.CopyTo(iso[11..]);
        return IsoStamp.TryParse(iso[..(11 + rest.Length)], out time);
    }

    private bool IsHeader(ReadOnlySpan<byte> text, ReadOnlySpan<Range> columns)
    {
        if (columns.Length != _header.Length)
        {
            return false;
        }

        for (var i = 0; i < columns.Length; i++)
        {
            if (!text[columns[i]].Trim((byte)' ').SequenceEqual(_header[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static int Split(ReadOnlySpan<byte> text, Span<Range> columns)
    {
        var (count, start) = (0, 0);
        while (count < columns.Length)
        {
            var length = text[start..].IndexOf((byte)',');
            columns[count++] = length < 0 ? start..text.Length : start..(start + length);
            if (length < 0)
            {
                return count;
            }

            start += length + 1;
        }

        return -1;
    }
}

internal sealed class LgrSimulator : IDeviceSimulator
{
    private readonly DeviceProfile _profile;
    private readonly LgrSettings _settings;

    public LgrSimulator(DeviceProfile profile, DeviceAddress at)
    {
        _ = at;
        _profile = profile;
        _settings = (LgrSettings)profile.Settings;
    }

    public int MaxFrame => LgrSettings.LongestLine;

    public IFramer? Requests => null;

    public int Emit(in SimulatedState state, Span<byte> frame)
    {
        // It has no way to say that it warms up.
        if (state.Disturbance == Disturbance.WarmingUp)
        {
            return 0;
        }

        var columns = new string[_settings.Columns.Count];
        Array.Fill(columns, Written(0));
        columns[0] = state.DeviceTime.Stamp.ToString(_settings.MonthFirst ? "MM'/'dd'/'yy HH:mm:ss.fff" : "yyyy'/'MM'/'dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
        var fit = state.Disturbance == Disturbance.DeviceFault ? 0 : _settings.Good;
        columns[_settings.FitFlag] = fit.ToString(CultureInfo.InvariantCulture).PadLeft(15);
        for (var i = 0; i < _profile.Fields.Count; i++)
        {
            columns[((LgrFieldSettings)_profile.Fields[i].Settings).Column] = Written(_profile.Fields[i].Value.Write(state.Values[i]));
        }

        return Disturbances.Apply(state.Disturbance, state.Seed, frame, Encoding.ASCII.GetBytes(string.Join(',', columns) + "\r\n", frame));

        static string Written(double value) => (double.IsNaN(value) ? "NaN" : value.ToString("0.000000e+00", CultureInfo.InvariantCulture)).PadLeft(15);
    }
}
