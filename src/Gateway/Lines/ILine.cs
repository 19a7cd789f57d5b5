using System.IO.Pipelines;

namespace MeetNet.Gateway.Lines;

/// <summary>
/// An open line to one or more instruments: bytes in, bytes out, until it ends. A line that has ended stays ended; the
/// <see cref="LineSupervisor"/> opens a new one, with a new <see cref="Input"/>.
/// </summary>
internal interface ILine : IAsyncDisposable
{
    /// <summary>As in the station file, for logs and counters.</summary>
    string Name { get; }

    /// <summary>
    /// The bytes that arrive, at most 64 KiB waiting; beyond that the line is not read. For one consumer. The reading is
    /// completed, after the last byte, when the line ends.
    /// </summary>
    PipeReader Input { get; }

    /// <summary>When the byte at this offset arrived.</summary>
    /// <param name="offset">Counted from the opening of the line, 0 for its first byte.</param>
    ArrivalTime ArrivalOf(long offset);

    /// <summary>Sends the bytes; one deadline for all of them. One write at a time.</summary>
    ValueTask<LineWrite> WriteAsync(ReadOnlyMemory<byte> bytes, TimeSpan deadline, CancellationToken cancellationToken);

    /// <summary>Holds the line in the break state for that long, after what was written before has gone out.</summary>
    /// <returns><see cref="LineWrite.TimedOut"/> on a line that has no such state: the devices on it must not need one.</returns>
    ValueTask<LineWrite> BreakAsync(TimeSpan spacing, CancellationToken cancellationToken);

    LineCounters Counters { get; }

    /// <summary>Completes when the line has ended, with the reason. Never faults.</summary>
    Task<LineEnd> Ended { get; }
}

/// <summary>When bytes arrived.</summary>
/// <param name="Monotonic"><see cref="TimeProvider.GetTimestamp"/>: for intervals, right even while the clock is wrong.</param>
/// <param name="Utc">The wall clock at that moment.</param>
internal readonly record struct ArrivalTime(long Monotonic, DateTimeOffset Utc);

/// <summary>Bytes since the line was opened.</summary>
internal readonly record struct LineCounters(long BytesRead, long BytesWritten);

internal enum LineWrite
{
    /// <summary>The kernel has all bytes.</summary>
    Written,

    /// <summary>The deadline passed first; a part may have gone out.</summary>
    TimedOut,

    /// <summary>The line has ended.</summary>
    Ended,
}

internal enum LineEndKind
{
    /// <summary>Disposed by its owner.</summary>
    Closed,

    /// <summary>Unplugged, or the other side closed.</summary>
    HungUp,

    /// <summary>The kernel reported an error.</summary>
    Failed,
}

internal readonly record struct LineEnd(LineEndKind Kind, string Message);

internal enum LineFaultKind
{
    /// <summary>No such port: not plugged in, or a wrong name.</summary>
    NoSuchPort,

    /// <summary>No permission.</summary>
    Denied,

    /// <summary>Another program, or another line, uses it.</summary>
    Busy,

    /// <summary>It can't do what the settings ask.</summary>
    Unsupported,

    /// <summary>Anything else the kernel said.</summary>
    Failed,
}

/// <summary>Why a line could not be opened; the message is for a technician.</summary>
internal readonly record struct LineFault(LineFaultKind Kind, string Message);

/// <summary>An open line, or why not: exactly one of the two.</summary>
internal readonly record struct LineOpening(ILine? Line, LineFault? Fault);
