using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace MeetNet.Hosting;

/// <summary>
/// The instruments of a program's <see cref="Meter"/>, and of libraries' meters by name, as Prometheus text (exposition format 0.0.4), for <c>/metrics</c>. Make it
/// together with the meter: what is counted before it listens is not seen. Thread-safe.
/// <para>Names: <c>meetnet.line.read</c> with unit <c>By</c> becomes <c>meetnet_line_read_bytes_total</c>.</para>
/// </summary>
internal sealed class PrometheusText : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Tag combinations kept per instrument; further ones are summed under <c>overflow="true"</c>.</summary>
    public const int MaxTagSets = 1000;

    private const string OverflowTags = "overflow=\"true\"";

    private readonly MeterListener _listener = new();
    private readonly SortedDictionary<string, Family> _families = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    public PrometheusText(Meter meter, params string[] libraries)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, meter) || libraries.Contains(instrument.Meter.Name))
            {
                listener.EnableMeasurementEvents(instrument, Add(instrument));
            }
        };
        _listener.SetMeasurementEventCallback<int>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<float>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, state) => Record(state, value, tags));
        _listener.Start();
    }

    /// <summary>Asks the observable instruments and writes everything, sorted by name.</summary>
    public string Render()
    {
        lock (_lock)
        {
            foreach (var family in _families.Values.Where(f => f.IsObservable))
            {
                family.Cells.Clear(); // a tag combination that is no longer observed is gone
            }
            _listener.RecordObservableInstruments();
            var text = new StringBuilder();
            foreach (var family in _families.Values)
            {
                family.Write(text);
            }
            return text.ToString();
        }
    }

    public void Dispose() => _listener.Dispose();

    private Family Add(Instrument instrument)
    {
        var family = new Family(instrument);
        lock (_lock)
        {
            // Two instruments of one name would make an invalid page; the later one replaces the earlier.
            _families[family.Name] = family;
        }
        return family;
    }

    private void Record(object? state, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var family = (Family)state!;
        var key = tags.IsEmpty ? "" : TagText(tags);
        lock (_lock)
        {
            family.Record(key, value);
        }
    }

    private static string TagText(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in tags)
        {
            text.Append(text.Length == 0 ? "" : ",").Append(Legal(name)).Append("=\"");
            foreach (var c in Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")
            {
                _ = c switch
                {
                    '\\' => text.Append("\\\\"),
                    '"' => text.Append("\\\""),
                    '\n' => text.Append("\\n"),
                    _ => text.Append(c),
                };
            }
            text.Append('"');
        }
        return text.ToString();
    }

    private static string Legal(string name) =>
        string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c == '_' ? c : '_'));

    /// <summary>One instrument: a metric family.</summary>
    private sealed class Family
    {
        /// <summary>Prometheus' own default buckets, for durations in seconds.</summary>
        private static readonly double[] DefaultBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

        private readonly string _help;
        private readonly string _type;
        private readonly bool _sums;
        private readonly double[] _bounds;

        public Family(Instrument instrument)
        {
            var kind = instrument.GetType().GetGenericTypeDefinition();
            IsObservable = instrument.IsObservable;
            var isCounter = kind == typeof(Counter<>) || kind == typeof(ObservableCounter<>);
            _type = isCounter ? "counter" : kind == typeof(Histogram<>) ? "histogram" : "gauge";
            // A counter reports what to add; an observable one reports the total.
            _sums = kind == typeof(Counter<>) || kind == typeof(UpDownCounter<>);
            _bounds = (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries?.ToArray()
                ?? (instrument as Histogram<long>)?.Advice?.HistogramBucketBoundaries?.Select(b => (double)b).ToArray()
                ?? DefaultBounds;
            Name = Legal(instrument.Name) + UnitSuffix(instrument) + (isCounter ? "_total" : "");
            _help = (instrument.Description ?? "").Replace("\\", "\\\\", StringComparison.Ordinal).ReplaceLineEndings("\\n");
        }

        public string Name { get; }

        public bool IsObservable { get; }

        public Dictionary<string, Cell> Cells { get; } = new(StringComparer.Ordinal);

        public void Record(string tags, double value)
        {
            if (!Cells.TryGetValue(tags, out var cell))
            {
                tags = Cells.Count < MaxTagSets ? tags : OverflowTags;
                if (!Cells.TryGetValue(tags, out cell))
                {
                    Cells[tags] = cell = new Cell(_type == "histogram" ? new long[_bounds.Length] : []);
                }
            }
            cell.Value = _sums || _type == "histogram" || tags == OverflowTags ? cell.Value + value : value;
            cell.Count++;
            for (var i = 0; i < cell.Buckets.Length; i++)
            {
                cell.Buckets[i] += value <= _bounds[i] ? 1 : 0;
            }
        }

        public void Write(StringBuilder text)
        {
            if (Cells.Count == 0)
            {
                return;
            }
            text.Append(CultureInfo.InvariantCulture, $"# HELP {Name} {_help}\n# TYPE {Name} {_type}\n");
            foreach (var (tags, cell) in Cells.OrderBy(c => c.Key, StringComparer.Ordinal))
            {
                if (_type == "histogram")
                {
                    var before = tags.Length == 0 ? "" : tags + ",";
                    for (var i = 0; i < _bounds.Length; i++)
                    {
                        text.Append(CultureInfo.InvariantCulture, $"{Name}_bucket{{{before}le=\"{_bounds[i]}\"}} {cell.Buckets[i]}\n");
                    }
                    text.Append(CultureInfo.InvariantCulture, $"{Name}_bucket{{{before}le=\"+Inf\"}} {cell.Count}\n");
                    Line(text, "_sum", tags, cell.Value);
                    Line(text, "_count", tags, cell.Count);
                }
                else
                {
                    Line(text, "", tags, cell.Value);
                }
            }
        }

        private void Line(StringBuilder text, string suffix, string tags, double value) => text
            .Append(Name).Append(suffix).Append(tags.Length == 0 ? "" : "{" + tags + "}").Append(' ')
            .Append(double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf"
                : value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');

        private static string UnitSuffix(Instrument instrument)
        {
            var suffix = instrument.Unit switch
            {
                "s" => "_seconds",
                "By" => "_bytes",
                "Cel" => "_celsius",
                _ => "", // {row} and the like are annotations, not units
            };
            return instrument.Name.EndsWith(suffix, StringComparison.Ordinal) ? "" : suffix;
        }
    }

    private sealed class Cell(long[] buckets)
    {
        public double Value { get; set; }

        public long Count { get; set; }

        public long[] Buckets { get; } = buckets;
    }
}
