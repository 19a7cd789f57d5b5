using System.Globalization;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Display;

namespace MeetNet.Hosting;

/// <summary>Where the log goes and how much of it.</summary>
internal sealed record LogOptions
{
    public LogLevel Level { get; init; } = LogLevel.Information;

    /// <summary>A file beside the console; null for none. A new one begins each day and at <see cref="FileBytes"/>.</summary>
    public string? File { get; init; }

    public long FileBytes { get; init; } = 16L << 20;

    /// <summary>Files kept; the oldest goes.</summary>
    public int Files { get; init; } = 10;
}

/// <summary>The only place that knows Serilog.</summary>
internal static class LogSetup
{
    /// <summary>Replaces the host's loggers with plain lines on the console and, where asked, in a rolling file.</summary>
    public static ILoggingBuilder AddMeetNetLog(this ILoggingBuilder logging, LogOptions options)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(options.Level);
        return logging.AddSerilog(Make(options), dispose: true);
    }

    private static Logger Make(LogOptions options)
    {
        var lines = new PlainLines();
        var made = new LoggerConfiguration()
            .MinimumLevel.Is(ToSerilog(options.Level))
            // The web server's own request lines would bury the state changes that people look for.
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .WriteTo.Console(lines);
        if (options.File is { } file)
        {
            made.WriteTo.File(lines, file, rollingInterval: RollingInterval.Day, fileSizeLimitBytes: options.FileBytes,
                rollOnFileSizeLimit: true, retainedFileCountLimit: options.Files);
        }
        return made.CreateLogger();
    }

    private static LogEventLevel ToSerilog(LogLevel level) => level switch
    {
        LogLevel.Trace => LogEventLevel.Verbose,
        LogLevel.Debug => LogEventLevel.Debug,
        LogLevel.Information => LogEventLevel.Information,
        LogLevel.Warning => LogEventLevel.Warning,
        LogLevel.Error => LogEventLevel.Error,
        _ => LogEventLevel.Fatal,
    };

    /// <summary><c>2026-11-21T10:00:00.250Z INFO Uplink: message</c>: sorts, greps, and says its time zone.</summary>
    private sealed class PlainLines : ITextFormatter
    {
        // "lj": text stands in the line as it is, without quotes around it.
        private readonly MessageTemplateTextFormatter _message = new("{Message:lj}", CultureInfo.InvariantCulture);

        public void Format(LogEvent logEvent, TextWriter output)
        {
            output.Write(logEvent.Timestamp.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            output.Write(logEvent.Level switch
            {
                LogEventLevel.Verbose => " TRACE ",
                LogEventLevel.Debug => " DEBUG ",
                LogEventLevel.Information => " INFO ",
                LogEventLevel.Warning => " WARN ",
                LogEventLevel.Error => " ERROR ",
                _ => " FATAL ",
            });
            if (logEvent.Properties.TryGetValue("SourceContext", out var source) && source is ScalarValue { Value: string context })
            {
                output.Write(context.AsSpan(context.LastIndexOf('.') + 1));
                output.Write(": ");
            }
            // One event, one line: text from outside (a device, a broker) must not be able to forge a line of its own.
            using var message = new StringWriter(CultureInfo.InvariantCulture);
            _message.Format(logEvent, message);
            output.WriteLine(message.ToString().ReplaceLineEndings("\\n"));
            if (logEvent.Exception is { } exception)
            {
                output.WriteLine(exception);
            }
        }
    }
}
