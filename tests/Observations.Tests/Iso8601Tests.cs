using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace MeetNet.Observations.Tests;

public sealed class Iso8601Tests
{
    [Theory]
    [InlineData("2026-11-21T10:00:00Z", 0)]
    [InlineData("2026-11-21T10:00:00.25Z", 2_500_000)]
    [InlineData("2026-11-21T10:00:00.0000001Z", 1)]
    [InlineData("2026-11-21T10:00:00.9999999Z", 9_999_999)]
    public void An_instant_reads_and_writes_the_same(string text, int ticks)
    {
        Assert.True(Iso8601.TryParse(text, out var instant));
        Assert.Equal(new DateTimeOffset(2026, 11, 21, 10, 0, 0, TimeSpan.Zero).AddTicks(ticks), instant);
        Assert.Equal(text, Iso8601.Format(instant));
    }

    [Theory]
    [InlineData("2026-11-21T10:00:00.2500000Z", "2026-11-21T10:00:00.25Z")]
    [InlineData("2026-11-21T10:00:00.0Z", "2026-11-21T10:00:00Z")]
    public void Trailing_zeros_of_the_fraction_are_read_and_not_written(string read, string written)
    {
        Assert.True(Iso8601.TryParse(read, out var instant));
        Assert.Equal(written, Iso8601.Format(instant));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Z")]
    [InlineData("2026-11-21")]
    [InlineData("2026-11-21T10:00Z")]
    [InlineData("2026-11-21T10:00:00")]
    [InlineData("2026-11-21T10:00:00z")]
    [InlineData("2026-11-21t10:00:00Z")]
    [InlineData("2026-11-21 10:00:00Z")]
    [InlineData("2026-11-21T10:00:00+00:00")]
    [InlineData("2026-11-21T10:00:00.Z")]
    [InlineData("2026-11-21T10:00:00,5Z")]
    [InlineData("2026-11-21T10:00:00.12345678Z")]
    [InlineData("2026-11-21T10:00:00. 1Z")]
    [InlineData("2026-11-21T10:00:00.-1Z")]
    [InlineData("2026-02-29T10:00:00Z")]
    [InlineData("2026-00-21T10:00:00Z")]
    [InlineData("2026-13-21T10:00:00Z")]
    [InlineData("2026-11-00T10:00:00Z")]
    [InlineData("2026-11-31T10:00:00Z")]
    [InlineData("2026-11-21T24:00:00Z")]
    [InlineData("2026-11-21T10:60:00Z")]
    [InlineData("2026-11-21T10:00:60Z")]
    [InlineData("0000-11-21T10:00:00Z")]
    [InlineData("-026-11-21T10:00:00Z")]
    [InlineData("+026-11-21T10:00:00Z")]
    [InlineData("2O26-11-21T10:00:00Z")]
    [InlineData("2026-1/-21T10:00:00Z")]
    [InlineData("2026-1:-21T10:00:00Z")]
    [InlineData("٢026-11-21T10:00:00Z")]
    [InlineData(" 2026-11-21T10:00:00Z")]
    [InlineData("2026-11-21T10:00:00Z ")]
    public void What_is_not_of_the_form_is_refused(string text)
    {
        Assert.False(Iso8601.TryParse(text, out _));
        Assert.False(Iso8601.TryParse(Encoding.UTF8.GetBytes(text), out _));
    }

    [Fact]
    public void Any_instant_survives_writing_and_reading_and_agrees_with_the_platform()
    {
        Prop.ForAll<long>(seed =>
        {
            // FsCheck's numbers are small; the multiplier spreads them over all of time.
            var ticks = (long)(unchecked((ulong)seed * 0x9E3779B97F4A7C15) % (ulong)DateTime.MaxValue.Ticks);
            var instant = new DateTimeOffset(ticks, TimeSpan.Zero);
            var text = Iso8601.Format(instant);
            return Iso8601.TryParse(text, out var back) && back == instant
                && text == instant.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Random_bytes_are_refused_without_a_throw()
    {
        Prop.ForAll<byte[]>(bytes => !Iso8601.TryParse(bytes, out _) && !PhenomenonTime.TryParse(bytes, out _)).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Every_one_byte_change_of_an_instant_is_refused_or_read_as_the_platform_reads_it()
    {
        var good = "2026-11-21T10:00:00.25Z"u8.ToArray();
        for (var at = 0; at < good.Length; at++)
        {
            for (var value = 0; value < 256; value++)
            {
                var bytes = (byte[])good.Clone();
                bytes[at] = (byte)value;
                var expected = DateTimeOffset.TryParseExact(
                    Encoding.Latin1.GetString(bytes), "yyyy-MM-dd'T'HH:mm:ss.ff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant);
                var read = Iso8601.TryParse(bytes, out var found);
                Assert.Equal((expected, expected ? instant : default), (read, found));
            }
        }
    }

    [Fact]
    public void A_local_offset_is_not_written() =>
        Assert.Throws<ArgumentException>(() => Iso8601.Format(new DateTimeOffset(2026, 11, 21, 10, 0, 0, TimeSpan.FromHours(1))));

    [Theory]
    [InlineData("PT10S", 10_000)]
    [InlineData("PT0.5S", 500)]
    [InlineData("PT1M", 60_000)]
    [InlineData("PT1H30M", 5_400_000)]
    [InlineData("PT24H", 86_400_000)]
    [InlineData("PT1H0.001S", 3_600_001)]
    [InlineData("PT0S", 0)]
    public void A_duration_reads_and_writes_the_same(string text, int milliseconds)
    {
        Assert.True(Iso8601.TryParseDuration(text, out var duration));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), duration);
        Assert.Equal(text, Iso8601.FormatDuration(duration));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("PT")]
    [InlineData("P1D")]
    [InlineData("P1M")]
    [InlineData("P1DT1H")]
    [InlineData("PT1")]
    [InlineData("PTS")]
    [InlineData("PT.5S")]
    [InlineData("PT5.S")]
    [InlineData("PT-5S")]
    [InlineData("-PT5S")]
    [InlineData("PT1,5S")]
    [InlineData("PT1.5H")]
    [InlineData("PT5S1H")]
    [InlineData("PT1H1H")]
    [InlineData("PT1e3S")]
    [InlineData("PT0.00000001S")]
    [InlineData("PT9999999H")]
    [InlineData("pt5s")]
    public void What_is_not_a_duration_is_refused(string? text) => Assert.False(Iso8601.TryParseDuration(text, out _));
}
