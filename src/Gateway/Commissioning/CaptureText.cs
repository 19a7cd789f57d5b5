using System.Globalization;
using System.Text;
using MeetNet.Devices;
using MeetNet.Devices.Framing;
using MeetNet.Gateway.Lines;
using MeetNet.Gateway.Stations;

namespace MeetNet.Gateway.Commissioning;

/// <summary>A recording of a line as a file of vectors for one instrument (tests/vectors/README.md).</summary>
internal static class CaptureText
{
    /// <summary>What one vector is made of: a request and all that came until the next, or one frame of an instrument that talks unasked.</summary>
    private sealed record Piece(ArrivalTime At, FrameContext Context, byte[]? Request, byte[] Bytes);

    public static string Write(Station station, Instrument instrument, IReadOnlyList<RecordedBytes> record)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# Captured. What is expected is what was made of the bytes at the time: look it through before it becomes a case.\n");
        if (instrument.Address.ToString() is var address && instrument.Address.Number is not null || instrument.Address.Text is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"address: {address}\n");
        }

        if (instrument.Address.Framing is { } framing)
        {
            text.Append(CultureInfo.InvariantCulture, $"framing: {framing}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"sources:\n  captured: \"{instrument.Profile.Id}, serial number {Quoted(instrument.SerialNumber)}, at {station.FullName}, line {instrument.Line}\"\nvectors:\n");
        var names = new HashSet<string>(StringComparer.Ordinal);
        var pieces = instrument.Codec.Exchanges == 0 ? Frames(instrument, record) : Exchanges(instrument, record);
        foreach (var piece in pieces)
        {
            var name = piece.At.Utc.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
            for (var twice = 2; !names.Add(name); twice++)
            {
                name = string.Create(CultureInfo.InvariantCulture, $"{piece.At.Utc:yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {twice}");
            }

            Append(text, instrument, piece, name);
        }

        return text.ToString();
    }

    /// <summary>Each request of the instrument with what came until the next request of anybody.</summary>
    private static IEnumerable<Piece> Exchanges(Instrument instrument, IReadOnlyList<RecordedBytes> record)
    {
        for (var i = 0; i < record.Count; i++)
        {
            if (record[i].Asked is { } asked && asked.Instrument.Sensor == instrument.Sensor)
            {
                yield return new Piece(record[i].At, asked.Context, record[i].Bytes, [.. record.Skip(i + 1).TakeWhile(r => r.Asked is null).SelectMany(r => r.Bytes)]);
            }
        }
    }

    /// <summary>Each frame with the faulty bytes before it.</summary>
    private static IEnumerable<Piece> Frames(Instrument instrument, IReadOnlyList<RecordedBytes> record)
    {
        var all = record.Where(r => r.Asked is null).SelectMany(r => r.Bytes).ToArray();
        var (begin, at) = (0, 0);
        while (at < all.Length)
        {
            var cut = instrument.Codec.Framer.Cut(all.AsSpan(at));
            if (cut.Result == CutResult.NeedMore)
            {
                at = all.Length;
            }

            at += cut.Consumed;
            if (cut.Result != CutResult.Fault || at == all.Length)
            {
                yield return new Piece(ArrivalOf(record, begin), FrameContext.Of(0), null, all[begin..at]);
                begin = at;
            }
        }
    }

    private static ArrivalTime ArrivalOf(IReadOnlyList<RecordedBytes> record, int offset)
    {
        foreach (var bytes in record.Where(r => r.Asked is null))
        {
            if (offset < bytes.Bytes.Length)
            {
                return bytes.At;
            }

            offset -= bytes.Bytes.Length;
        }

        return default;
    }

    private static void Append(StringBuilder text, Instrument instrument, Piece piece, string name)
    {
        text.Append(CultureInfo.InvariantCulture, $"  - name: \"{name}\"\n    source: captured\n");
        Number(text, "exchange", piece.Context.Exchange);
        Number(text, "state", piece.Context.State);
        if (piece.Request is { } request)
        {
            Number(text, "requestNumber", piece.Context.Request);
            text.Append(CultureInfo.InvariantCulture, $"    request: \"{Convert.ToHexString(request)}\"\n");
        }

        if (piece.Bytes.Length > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"    hex: \"{Convert.ToHexString(piece.Bytes)}\"\n");
            AppendMeaning(text, instrument, piece);
        }
    }

    private static void AppendMeaning(StringBuilder text, Instrument instrument, Piece piece)
    {
        var (faults, frames, left) = (new SortedDictionary<FrameFault, int>(), new List<Range>(), 0);
        for (var at = 0; at < piece.Bytes.Length;)
        {
            var cut = instrument.Codec.Framer.Cut(piece.Bytes.AsSpan(at));
            if (cut.Result == CutResult.NeedMore)
            {
                left = piece.Bytes.Length - at;
                break;
            }

            if (cut.Result == CutResult.Frame)
            {
                frames.Add(at..(at + cut.Consumed));
            }
            else
            {
                faults[cut.Fault] = faults.GetValueOrDefault(cut.Fault) + cut.Consumed;
            }

            at += cut.Consumed;
        }

        if (frames.Count != 1)
        {
            text.Append(CultureInfo.InvariantCulture, $"    frames: {frames.Count}\n");
        }

        if (faults.Count > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"    faults: {{{string.Join(", ", faults.Select(f => $"{Kebab(f.Key.ToString())}: {f.Value}"))}}}\n");
        }

        Number(text, "left", left);
        if (frames.Count > 0)
        {
            AppendReadings(text, instrument, piece.Context, piece.Bytes.AsSpan(frames[^1]));
        }
    }

    private static void AppendReadings(StringBuilder text, Instrument instrument, FrameContext context, ReadOnlySpan<byte> frame)
    {
        var fields = instrument.Profile.Fields;
        var readings = new ReadingBuffer(new RawReading[Math.Max(fields.Count, instrument.Codec.MaxReadings)]);
        var status = instrument.Codec.Decode(context, frame, ref readings);
        if (status != DecodeStatus.Ok)
        {
            text.Append(CultureInfo.InvariantCulture, $"    status: {Kebab(status.ToString())}\n");
        }

        if (readings.Reason is { } reason)
        {
            text.Append(CultureInfo.InvariantCulture, $"    reason: {reason}\n");
        }

        if (readings.Counter is { } counter)
        {
            text.Append(CultureInfo.InvariantCulture, $"    counter: {counter}\n");
        }

        if (readings.DeviceTime is { } time)
        {
            text.Append(CultureInfo.InvariantCulture, $"    deviceTime: \"{time.Stamp:yyyy-MM-dd'T'HH:mm:ss}\"\n");
        }

        if (readings.Follow is { } follow)
        {
            text.Append(CultureInfo.InvariantCulture, $"    follow: {{exchange: {follow.Exchange}, after: {(long)follow.After.TotalMilliseconds}ms, ");
            text.Append(CultureInfo.InvariantCulture, $"frameEndsWait: {Word(follow.FrameEndsWait)}, freesLine: {Word(follow.FreesLine)}, state: {follow.State}}}\n");
        }

        text.Append(readings.Count > 0 ? "    readings:\n" : string.Empty);
        foreach (var reading in readings.Readings)
        {
            var value = double.IsFinite(reading.Value) ? "value: " + reading.Value.ToString("R", CultureInfo.InvariantCulture) : string.Empty;
            var words = new[] { $"field: {fields[reading.Field].Name}", value, reading.Status == ReadingStatus.Ok ? string.Empty : $"status: {Kebab(reading.Status.ToString())}", Time(reading.Time), Unit(reading.Unit) };
            text.Append(CultureInfo.InvariantCulture, $"      - {{{string.Join(", ", words.Where(w => w.Length > 0))}}}\n");
        }
    }

    private static string Time(DeviceTime? time) => time is not { } own
        ? string.Empty
        : string.Create(CultureInfo.InvariantCulture, $"time: \"{own.Stamp:yyyy-MM-dd'T'HH:mm:ss}")
            + (own.Offset is not { } offset ? string.Empty : offset == TimeSpan.Zero ? "Z" : new DateTimeOffset(own.Stamp, offset).ToString("zzz", CultureInfo.InvariantCulture)) + "\"";

    private static string Unit(SaidUnit? unit) => unit is { } said ? $"{(said.KindOnly ? "like" : "unit")}: \"{said.Code}\"" : string.Empty;

    private static void Number(StringBuilder text, string key, long value)
    {
        if (value != 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"    {key}: {value}\n");
        }
    }

    private static string Word(bool value) => value ? "true" : "false";

    private static string Quoted(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);

    /// <summary>BadChecksum → bad-checksum.</summary>
    private static string Kebab(string name) => string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i > 0 ? "-" : string.Empty) + char.ToLowerInvariant(c) : c.ToString()));
}
