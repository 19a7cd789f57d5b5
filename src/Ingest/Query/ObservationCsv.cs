using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using MeetNet.Observations;

namespace MeetNet.Ingest.Query;

/// <summary>
/// CSV by RFC 4180: CRLF, a header line, UTF-8 without a mark, decimal point, instants in UTC with Z, nothing for what is absent. The
/// columns never change place; new ones are added at the end.
/// </summary>
internal static class ObservationCsv
{
    public const string ContentType = "text/csv; charset=utf-8; header=present";

    private const string Head = "datastream,owner,station,observedProperty,unit,simulated,phenomenonTimeBegin,phenomenonTimeEnd,";

    public const string ObservationColumns = Head + "result,quality,qualityTests,raw,procedure,revision,resultTime,receivedTime,validity,verificationStage,nativeCode,code,codeFit,hubQuality,hubTests";

    public const string AggregateColumns = Head + "mean,minimum,maximum,count,excluded,expected,dataCapture,quality,valid,complete,sum,estimate,minimumTime,maximumTime,resultantLength,basis,rule";

    public static Task WriteAsync(PipeWriter output, IEnumerable<ObservationGroup<ObservationAnswer>> groups, CancellationToken stopping) =>
        WriteAsync(output, ObservationColumns, groups, row => (row.PhenomenonTimeBegin, row.PhenomenonTimeEnd), static (line, row) =>
            line.Number(row.Result).Number(row.Quality).Text(row.QualityTests).Number(row.Raw).Text(row.Procedure).Number(row.Revision)
                .Time(row.ResultTime).Time(row.ReceivedTime).Text(row.Validity).Text(row.VerificationStage).Text(row.NativeCode).Text(row.Code).Text(row.CodeFit)
                .Number(row.HubQuality).Text(row.HubTests), stopping);

    public static Task WriteAsync(PipeWriter output, IEnumerable<ObservationGroup<AggregateAnswer>> groups, CancellationToken stopping) =>
        WriteAsync(output, AggregateColumns, groups, row => (row.PhenomenonTimeBegin, row.PhenomenonTimeEnd), static (line, row) =>
            line.Number(row.Mean).Number(row.Minimum).Number(row.Maximum).Number(row.Count).Number(row.Excluded).Number(row.Expected)
                .Number(row.DataCapture).Number(row.Quality).Flag(row.Valid).Flag(row.Complete)
                .Number(row.Sum).Number(row.Estimate).Time(row.MinimumTime).Time(row.MaximumTime).Number(row.ResultantLength).Text(row.Basis).Text(row.Rule), stopping);

    private static async Task WriteAsync<T>(
        PipeWriter output, string columns, IEnumerable<ObservationGroup<T>> groups, Func<T, (DateTimeOffset Begin, DateTimeOffset End)> time, Action<Line, T> write, CancellationToken stopping)
    {
        const int flushAt = 64 * 1024;
        var line = new Line();
        line.Raw(columns).End(output);
        foreach (var group in groups)
        {
            foreach (var row in group.Observations)
            {
                var (begin, end) = time(row);
                line.Text(group.Datastream).Text(group.Owner).Text(group.Station).Text(group.ObservedProperty).Text(group.Unit?.Definition).Flag(group.Simulated)
                    .Time(begin).Time(end);
                write(line, row);
                line.End(output);
                if (output.UnflushedBytes > flushAt)
                {
                    await output.FlushAsync(stopping);
                }
            }
        }
        await output.FlushAsync(stopping);
    }

    /// <summary>One line being put together.</summary>
    private sealed class Line
    {
        private readonly StringBuilder _text = new();

        public Line Raw(string text)
        {
            _text.Append(text).Append(',');
            return this;
        }

        public Line Text(string? text)
        {
            if (text is not null && text.AsSpan().IndexOfAny(",\"\r\n") >= 0)
            {
                return Raw($"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"");
            }
            return Raw(text ?? "");
        }

        public Line Number(double? value) => Raw(value?.ToString(CultureInfo.InvariantCulture) ?? "");

        public Line Number(long? value) => Raw(value?.ToString(CultureInfo.InvariantCulture) ?? "");

        public Line Flag(bool? value) => Raw(value is null ? "" : value.Value ? "true" : "false");

        public Line Time(DateTimeOffset? value) => Raw(value is null ? "" : Iso8601.Format(value.Value));

        public void End(IBufferWriter<byte> output)
        {
            _text.Length--;     // the comma after the last field
            _text.Append("\r\n");
            foreach (var chunk in _text.GetChunks())
            {
                Encoding.UTF8.GetBytes(chunk.Span, output);
            }
            _text.Clear();
        }
    }
}
