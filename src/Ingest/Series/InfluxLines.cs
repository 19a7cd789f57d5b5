using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using MeetNet.Observations;
using MeetNet.Observations.Wire;

namespace MeetNet.Ingest.Series;

/// <summary>
/// Observations as InfluxDB line protocol. InfluxDB knows a point by measurement, tags and time, and writes over it when it comes again: the tags
/// therefore hold the whole identity, <c>length</c> and <c>revision</c> too, and the time is the begin.
/// <code>
/// observation,owner=vmm,station=kalmthoutse-heide,sensor=nh3-1,property=nh3,length=3600,revision=0 quality=1i,result=12.31,raw=17.4,procedure="p-…",… 1795251600000000000
/// </code>
/// A field that is left out keeps its old value when a point is written over. <c>has</c> says which of the optional ones are meant, and a result counts only
/// when the quality is not 9 (missing).
/// </summary>
internal static class InfluxLines
{
    public const string Measurement = "observation";

    /// <summary>Bits of the field <c>has</c>.</summary>
    public const int HasRaw = 1, HasTests = 2, HasResultTime = 4, HasFirst = 8, HasSecond = 16;

    /// <summary>InfluxDB's times are nanoseconds since 1970 in 64 bits: 1678 to 2262.</summary>
    private static readonly DateTimeOffset Earliest = new(1678, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly DateTimeOffset Latest = new(2262, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Writes one line. Returns false, with nothing written, for times that InfluxDB can't hold.</summary>
    public static bool TryWrite(IBufferWriter<byte> lines, ReadOnlySpan<byte> tags, string procedure, in ObservationRow row, DateTimeOffset received)
    {
        var time = row.PhenomenonTime;
        if (!Fits(time.Begin) || !Fits(time.End) || !Fits(received) || (row.ResultTime is { } given && !Fits(given)))
        {
            return false;
        }
        lines.Write(tags);
        lines.Write(",length="u8);
        Write(lines, (decimal)time.Length.Ticks / TimeSpan.TicksPerSecond);
        lines.Write(",revision="u8);
        Write(lines, row.Revision);
        lines.Write(" quality="u8);
        var quality = row.Quality;
        Write(lines, (int)quality.Flag);
        lines.Write("i,procedure=\""u8);
        WriteText(lines, procedure);
        lines.Write("\",end="u8);
        Write(lines, Nanoseconds(time.End));
        lines.Write("i,received="u8);
        Write(lines, Nanoseconds(received));
        lines.Write("i"u8);
        var has = 0;
        if (row.Result is { } result)
        {
            lines.Write(",result="u8);
            Write(lines, result);
        }
        if (row.Raw is { } raw)
        {
            has |= HasRaw;
            lines.Write(",raw="u8);
            Write(lines, raw);
        }
        if (quality.Tests is { } tests)
        {
            has |= HasTests;
            lines.Write(",tests=\""u8);
            WriteText(lines, tests);
            lines.Write("\""u8);
        }
        if (row.ResultTime is { } resultTime)
        {
            has |= HasResultTime;
            lines.Write(",result_time="u8);
            Write(lines, Nanoseconds(resultTime));
            lines.Write("i"u8);
        }
        if (row.Inputs.First is { } first)
        {
            has |= HasFirst;
            lines.Write(",input1="u8);
            Write(lines, first);
        }
        if (row.Inputs.Second is { } second)
        {
            has |= HasSecond;
            lines.Write(",input2="u8);
            Write(lines, second);
        }
        lines.Write(",has="u8);
        Write(lines, has);
        lines.Write("i "u8);
        Write(lines, Nanoseconds(time.Begin));
        lines.Write("\n"u8);
        return true;
    }

    /// <summary>Measurement and the tags of a datastream. The alphabet of identifiers needs no escaping in line protocol.</summary>
    public static byte[] Tags(string datastream)
    {
        var parts = datastream.Split('/');
        return Encoding.UTF8.GetBytes($"{Measurement},owner={parts[0]},station={parts[1]},sensor={parts[2]},property={parts[3]}");
    }

    /// <summary>The condition of a query for a datastream. Single quotes can't occur in identifiers; what is not a datastream id matches nothing.</summary>
    public static string Where(string datastream) => DatastreamId.TryParse(datastream, out var id)
        ? $"(\"owner\"='{id.Owner}' AND \"station\"='{id.Station}' AND \"sensor\"='{id.Sensor}' AND \"property\"='{id.Property}')"
        : "(\"owner\"='')";

    public static long Nanoseconds(DateTimeOffset utc) => (utc.Ticks - DateTimeOffset.UnixEpoch.Ticks) * 100;

    public static DateTimeOffset Utc(long nanoseconds) => new(DateTimeOffset.UnixEpoch.Ticks + (nanoseconds / 100), TimeSpan.Zero);

    /// <summary>A time as a bound of a query: beyond what InfluxDB can hold, the nearest that it can.</summary>
    public static long Bound(DateTimeOffset utc) => Nanoseconds(utc < Earliest ? Earliest : utc > Latest ? Latest : utc);

    private static bool Fits(DateTimeOffset utc) => utc >= Earliest && utc < Latest;

    private static void Write(IBufferWriter<byte> lines, long number)
    {
        Utf8Formatter.TryFormat(number, lines.GetSpan(24), out var written);
        lines.Advance(written);
    }

    private static void Write(IBufferWriter<byte> lines, decimal number)
    {
        // 3600 and not 3600.0000000: one length, one tag.
        number.TryFormat(lines.GetSpan(40), out var written, "0.#######", CultureInfo.InvariantCulture);
        lines.Advance(written);
    }

    private static void Write(IBufferWriter<byte> lines, double number)
    {
        number.TryFormat(lines.GetSpan(40), out var written, "R", CultureInfo.InvariantCulture);
        lines.Advance(written);
    }

    /// <summary>Inside double quotes line protocol escapes the quote and the backslash.</summary>
    private static void WriteText(IBufferWriter<byte> lines, string text)
    {
        var safe = text.AsSpan().IndexOfAny('"', '\\') < 0 ? text : text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        var span = lines.GetSpan(Encoding.UTF8.GetMaxByteCount(safe.Length));
        lines.Advance(Encoding.UTF8.GetBytes(safe, span));
    }
}
