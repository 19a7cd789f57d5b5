using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace MeetNet.TestKit;

/// <summary>One logged message.</summary>
public sealed record LogEntry(LogLevel Level, string Category, EventId Id, string Message, Exception? Exception);

/// <summary>
/// Collects what is logged. An Error (or worse) fails the test when this is disposed, unless the test said that it
/// expects it (<see cref="Expect"/>): the world outside may fail, that is no error of ours.
/// </summary>
public sealed class CollectingLogger : ILoggerFactory, ILoggerProvider
{
    private readonly ConcurrentQueue<LogEntry> _entries = new();
    private readonly List<Func<LogEntry, bool>> _expected = [];

    public IReadOnlyCollection<LogEntry> Entries => _entries;

    /// <summary>Errors that nobody expects.</summary>
    public IReadOnlyList<LogEntry> Unexpected =>
        [.. _entries.Where(e => e.Level >= LogLevel.Error && !_expected.Exists(f => f(e)))];

    /// <summary>Errors for which this is true are part of the test.</summary>
    public void Expect(Func<LogEntry, bool> error) => _expected.Add(error);

    public ILogger<T> For<T>() => new Logger<T>(this);

    public ILogger CreateLogger(string categoryName) => new Collector(_entries, categoryName);

    public void AddProvider(ILoggerProvider provider)
    {
        // This is the only one.
    }

    /// <exception cref="InvalidOperationException">An error was logged that no one expects.</exception>
    public void Dispose()
    {
        if (Unexpected is [var first, ..] all)
        {
            throw new InvalidOperationException(
                $"{all.Count} error(s) logged; the first: {first.Category}: {first.Message} {first.Exception}");
        }
    }

    private sealed class Collector(ConcurrentQueue<LogEntry> entries, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            entries.Enqueue(new LogEntry(logLevel, category, eventId, formatter(state, exception), exception));
    }
}
