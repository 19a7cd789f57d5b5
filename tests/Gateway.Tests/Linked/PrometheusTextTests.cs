using System.Diagnostics.Metrics;
using MeetNet.Hosting;

namespace MeetNet.Gateway.Tests.Linked;

public sealed class PrometheusTextTests : IDisposable
{
    private readonly Meter _meter = new("test");
    private readonly Meter _other = new("test");

    public void Dispose()
    {
        _meter.Dispose();
        _other.Dispose();
    }

    [Fact]
    public void A_librarys_meter_is_shown_beside_the_programs_own()
    {
        using var library = new Meter("some.library");
        using var text = new PrometheusText(_meter, "some.library");
        _meter.CreateObservableCounter("ours", () => 1L);
        library.CreateObservableCounter("theirs", () => 2L);
        _other.CreateObservableCounter("neither", () => 3L);
        var page = text.Render();
        Assert.Contains("ours_total 1\n", page, StringComparison.Ordinal);
        Assert.Contains("theirs_total 2\n", page, StringComparison.Ordinal);
        Assert.DoesNotContain("neither", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Counters_gauges_and_observables_are_written_as_prometheus_reads_them()
    {
        using var text = new PrometheusText(_meter);
        var bytes = _meter.CreateCounter<long>("meetnet.line.read", "By", "Bytes read \\ from\nlines");
        var depth = _meter.CreateUpDownCounter<int>("meetnet.queue.depth", "{rows}");
        _meter.CreateObservableGauge("meetnet.age", () => 1.5, "s", "Age");
        _meter.CreateObservableCounter("meetnet.seen", () => new Measurement<long>(7, new KeyValuePair<string, object?>("hub", "a\"b\\c\nd")));
        _other.CreateCounter<long>("not.ours").Add(1);

        bytes.Add(3, new KeyValuePair<string, object?>("line", "ttyA"));
        bytes.Add(4, new KeyValuePair<string, object?>("line", "ttyA"));
        bytes.Add(5, new KeyValuePair<string, object?>("line", "ttyB"));
        depth.Add(5);
        depth.Add(-2);

        var expected = """
            # HELP meetnet_age_seconds Age
            # TYPE meetnet_age_seconds gauge
            meetnet_age_seconds 1.5
            # HELP meetnet_line_read_bytes_total Bytes read \\ from\nlines
            # TYPE meetnet_line_read_bytes_total counter
            meetnet_line_read_bytes_total{line="ttyA"} 7
            meetnet_line_read_bytes_total{line="ttyB"} 5
            # HELP meetnet_queue_depth 
            # TYPE meetnet_queue_depth gauge
            meetnet_queue_depth 3
            # HELP meetnet_seen_total 
            # TYPE meetnet_seen_total counter
            meetnet_seen_total{hub="a\"b\\c\nd"} 7

            """;
        Assert.Equal(expected, text.Render());
        // An observable counter reports totals: asking again adds nothing.
        Assert.Equal(expected, text.Render());
    }

    [Fact]
    public void Histograms_have_cumulative_buckets()
    {
        using var text = new PrometheusText(_meter);
        var seconds = _meter.CreateHistogram("commit", "s", "Commit", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        seconds.Record(0.05);
        seconds.Record(0.1);
        seconds.Record(0.5);
        seconds.Record(5);
        Assert.Equal("""
            # HELP commit_seconds Commit
            # TYPE commit_seconds histogram
            commit_seconds_bucket{le="0.1"} 2
            commit_seconds_bucket{le="1"} 3
            commit_seconds_bucket{le="+Inf"} 4
            commit_seconds_sum 5.65
            commit_seconds_count 4

            """, text.Render());
    }

    [Fact]
    public void A_tag_that_is_not_observed_any_more_is_gone()
    {
        var lines = new List<string> { "a", "b" };
        using var text = new PrometheusText(_meter);
        _meter.CreateObservableGauge("open", () => lines.Select(l => new Measurement<int>(1, new KeyValuePair<string, object?>("line", l))));
        Assert.Contains("open{line=\"b\"} 1", text.Render(), StringComparison.Ordinal);
        lines.Remove("b");
        Assert.DoesNotContain("line=\"b\"", text.Render(), StringComparison.Ordinal);
    }

    [Fact]
    public void Tags_without_end_are_summed_into_one()
    {
        using var text = new PrometheusText(_meter);
        var counter = _meter.CreateCounter<long>("c");
        for (var i = 0; i < PrometheusText.MaxTagSets + 50; i++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("i", i));
        }
        Assert.Contains("c_total{overflow=\"true\"} 50\n", text.Render(), StringComparison.Ordinal);
        Assert.Equal(PrometheusText.MaxTagSets + 3, text.Render().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }
}
