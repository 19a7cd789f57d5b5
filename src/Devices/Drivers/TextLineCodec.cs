using MeetNet.Devices.Decoding;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;

namespace MeetNet.Devices.Drivers;

/// <summary>Reads a line into its columns; a line that is not as the profile says gives nothing at all.</summary>
internal sealed class TextLineCodec : IDeviceCodec
{
    private readonly DeviceProfile _profile;
    private readonly TextLineSettings _settings;
    private readonly TextLineFieldSettings[] _fields;
    private readonly byte[] _request;
    private readonly byte[] _prefix;

    public TextLineCodec(DeviceProfile profile, int? address)
    {
        _profile = profile;
        _settings = (TextLineSettings)profile.Settings;
        _request = _settings.At(_settings.Request, address);
        _prefix = _settings.At(_settings.Prefix, address);
        _fields = [.. profile.Fields.Select(f => (TextLineFieldSettings)f.Settings)];
    }

    public IFramer Framer => _settings.Framer;

    public int Exchanges => _request.Length > 0 ? 1 : 0;

    public int WriteRequest(in FrameContext context, Span<byte> destination)
    {
        _request.CopyTo(destination);
        return _request.Length;
    }

    public DecodeStatus Decode(in FrameContext context, ReadOnlySpan<byte> frame, ref ReadingBuffer readings)
    {
        var text = LineFramer.TextOf(frame);
        if (text.IsEmpty || !text.StartsWith(_prefix))
        {
            readings.Reason = "other-line";
            return DecodeStatus.Unexpected;
        }

        text = text[_prefix.Length..];
        Span<Range> columns = stackalloc Range[TextLineSettings.MostColumns];
        var count = Split(text, columns);
        if (_settings.Columns is { } wanted && count != wanted)
        {
            readings.Reason = "column-count";
            return DecodeStatus.Unexpected;
        }

        var status = StatusOf(text, columns[..count]);
        var before = readings.Count;
        for (var i = 0; i < _fields.Length; i++)
        {
            if (!TryField(i, text, columns[..count], out var reading))
            {
                readings.Truncate(before);
                readings.Reason = "not-a-number";
                return DecodeStatus.Unexpected;
            }

            readings.Add(status == ReadingStatus.Ok || reading.Status == ReadingStatus.Missing ? reading : reading with { Status = status });
        }

        return DecodeStatus.Ok;
    }

    /// <summary>False when the column holds neither a number nor a word that the profile knows.</summary>
    private bool TryField(int index, ReadOnlySpan<byte> text, ReadOnlySpan<Range> columns, out RawReading reading)
    {
        var field = _fields[index];
        reading = RawReading.Missing(index);
        if (field.Column > columns.Length)
        {
            return false;
        }

        var column = text[columns[field.Column - 1]].Trim((byte)' ');
        if (column.IsEmpty)
        {
            return true;
        }

        foreach (var word in _settings.Words)
        {
            if (column.SequenceEqual(word.Text))
            {
                reading = new RawReading(index, double.NaN, word.Means);
                return true;
            }
        }

        if (!column.StartsWith(field.Before) || !column[field.Before.Length..].EndsWith(field.After))
        {
            return false;
        }

        var number = column[field.Before.Length..^field.After.Length].Trim((byte)' ');
        if (!AsciiNumber.TryRead(number, out var value))
        {
            return false;
        }

        reading = _profile.Fields[index].Value.Read(index, value);
        return true;
    }

    private ReadingStatus StatusOf(ReadOnlySpan<byte> text, ReadOnlySpan<Range> columns)
    {
        foreach (var rule in _settings.Status)
        {
            if (rule.Column <= columns.Length && text[columns[rule.Column - 1]].Trim((byte)' ').SequenceEqual(rule.Text))
            {
                return rule.Means;
            }
        }

        return ReadingStatus.Ok;
    }

    private int Split(ReadOnlySpan<byte> text, Span<Range> columns)
    {
        var blanks = _settings.Separator is [(byte)' '];
        var count = 0;
        var start = 0;
        while (start <= text.Length && count < columns.Length)
        {
            if (blanks && start < text.Length && text[start] == ' ')
            {
                start++;
                continue;
            }

            var length = _settings.Separator.Length == 0 ? -1 : text[start..].IndexOfAny(_settings.Separator);
            var end = length < 0 ? text.Length : start + length;
            columns[count++] = start..end;
            start = end + 1;
        }

        return count;
    }
}
