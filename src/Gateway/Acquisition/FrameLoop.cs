using System.Buffers;
using System.IO.Pipelines;
using MeetNet.Devices.Framing;

namespace MeetNet.Gateway.Acquisition;

/// <summary>How asking for the next frame ended.</summary>
internal enum FrameReadKind
{
    Frame,

    /// <summary>The deadline passed first; bytes of a begun frame still wait.</summary>
    Deadline,

    /// <summary>The line has ended.</summary>
    Ended,
}

/// <param name="Frame">Valid until the loop is used again.</param>
/// <param name="LastByte">Offset of the frame's last byte since the line was opened.</param>
internal readonly record struct FrameRead(FrameReadKind Kind, ReadOnlyMemory<byte> Frame, long LastByte);

/// <summary>
/// From a line's bytes to frames: gives the framer a contiguous window, counts what it can't use by reason, and hands on what it cuts. One consumer.
/// </summary>
internal sealed class FrameLoop : IDisposable
{
    private readonly PipeReader _input;
    private readonly AcquisitionBooks _books;
    private readonly TimeProvider _time;
    private readonly ITimer _deadline;
    private byte[] _scratch = [];
    private ReadOnlySequence<byte> _buffer;
    private ReadOnlyMemory<byte> _echo;
    private bool _open;
    private bool _completed;
    private long _consumed;
    private long _echoed;

    public FrameLoop(PipeReader input, AcquisitionBooks books, TimeProvider time)
    {
        _input = input;
        _books = books;
        _time = time;
        _deadline = time.CreateTimer(static state => ((PipeReader)state!).CancelPendingRead(), input, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The next frame, however many faults come before it.</summary>
    /// <param name="framer">Cuts the stream from here on; may differ from call to call on a line with several instruments.</param>
    /// <param name="deadline">A <see cref="TimeProvider.GetTimestamp"/>; null waits for ever.</param>
    public async ValueTask<FrameRead> NextAsync(IFramer framer, long? deadline, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_open && TryCut(framer, out var frame))
            {
                return new FrameRead(FrameReadKind.Frame, frame, _consumed - 1);
            }

            if (_completed)
            {
                Release();
                return new FrameRead(FrameReadKind.Ended, default, 0);
            }

            if (deadline is { } until)
            {
                var left = _time.GetElapsedTime(_time.GetTimestamp(), until);
                if (left <= TimeSpan.Zero)
                {
                    // The window stays open: whoever gives up on it drops it, and what was only examined could not be read again before more comes.
                    return new FrameRead(FrameReadKind.Deadline, default, 0);
                }

                _deadline.Change(left, Timeout.InfiniteTimeSpan);
            }

            Release();

            // A read that comes back cancelled (by this deadline, or by the last one firing late) brings the same window again; the clock decides above.
            var read = await _input.ReadAsync(cancellationToken);
            _deadline.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _buffer = read.Buffer;
            _completed = read.IsCompleted;
            _open = true;
        }
    }

    /// <summary>How many bytes have gone through since the line was opened, without echoes.</summary>
    public long Consumed => _consumed - _echoed;

    /// <summary>Whether nothing has come since that many bytes had gone through, except for the beginning of an echo of what was sent.</summary>
    public bool IsSilentSince(long consumed, ReadOnlySpan<byte> sent)
    {
        if (Consumed != consumed || _buffer.Length > sent.Length)
        {
            return false;
        }

        foreach (var segment in _buffer)
        {
            if (!sent.StartsWith(segment.Span))
            {
                return false;
            }

            sent = sent[segment.Length..];
        }

        return true;
    }

    /// <summary>These bytes are about to be sent on a line whose adapter hears itself: when they are the first that come back, they are taken out.</summary>
    /// <param name="sent">Must stay as it is until an answer has come or was given up.</param>
    public void ExpectEcho(ReadOnlyMemory<byte> sent) => _echo = sent;

    /// <summary>Throws away what has come without being asked for, before the next request: the late answer of another device is the commonest wrong value on a shared line.</summary>
    public void DropUnasked()
    {
        var dropped = DropWindow();
        if (dropped > 0)
        {
            _books.Unasked(dropped);
        }
    }

    /// <summary>Throws away the beginning of a frame whose rest did not come in time.</summary>
    public void DropIncomplete()
    {
        var dropped = DropWindow();
        if (dropped > 0)
        {
            _books.Fault(FrameFault.Incomplete, dropped);
        }
    }

    public void Dispose() => _deadline.Dispose();

    /// <summary>Cuts until a frame comes out or the framer needs more.</summary>
    private bool TryCut(IFramer framer, out ReadOnlyMemory<byte> frame)
    {
        while (TakeEcho() && !_buffer.IsEmpty)
        {
            var window = Window(framer.MaxFrame);
            var cut = framer.Cut(window.Span);
            if (cut.Result == CutResult.NeedMore)
            {
                break;
            }

            _buffer = _buffer.Slice(cut.Consumed);
            _consumed += cut.Consumed;
            if (cut.Result == CutResult.Frame)
            {
                _books.Frame(cut.Consumed);
                frame = window[..cut.Consumed];
                return true;
            }

            _books.Fault(cut.Fault, cut.Consumed);
        }

        if (_completed && !_buffer.IsEmpty)
        {
            _books.Fault(FrameFault.Incomplete, _buffer.Length);
            _consumed += _buffer.Length;
            _buffer = _buffer.Slice(_buffer.End);
        }

        frame = default;
        return false;
    }

    /// <summary>Takes out the echo; false while it may still be coming. Anything else that comes first is for the framer to judge: then there was none.</summary>
    private bool TakeEcho()
    {
        if (_echo.IsEmpty)
        {
            return true;
        }

        var here = (int)Math.Min(_buffer.Length, _echo.Length);
        Span<byte> first = stackalloc byte[here];
        _buffer.Slice(0, here).CopyTo(first);
        if (!first.SequenceEqual(_echo.Span[..here]))
        {
            _echo = default;
            return true;
        }

        if (here < _echo.Length)
        {
            return false;
        }

        _buffer = _buffer.Slice(here);
        _consumed += here;
        _echoed += here;
        _books.Echo(here);
        _echo = default;
        return true;
    }

    /// <summary>The waiting bytes in one piece, at least as many as the longest frame when there are that many. Copies only where two segments meet.</summary>
    private ReadOnlyMemory<byte> Window(int longest)
    {
        if (_buffer.IsSingleSegment || _buffer.First.Length >= longest)
        {
            return _buffer.First;
        }

        var length = (int)Math.Min(_buffer.Length, longest);
        if (_scratch.Length < length)
        {
            _scratch = new byte[longest];
        }

        _buffer.Slice(0, length).CopyTo(_scratch);
        return _scratch.AsMemory(0, length);
    }

    private long DropWindow()
    {
        var dropped = 0L;
        _echo = default;
        if (_open)
        {
            dropped = _buffer.Length;
            _input.AdvanceTo(_buffer.End);
            _buffer = default;
            _open = false;
        }

        while (!_completed && _input.TryRead(out var read))
        {
            dropped += read.Buffer.Length;
            _completed = read.IsCompleted;
            _input.AdvanceTo(read.Buffer.End);
        }

        _consumed += dropped;
        return dropped;
    }

    private void Release()
    {
        if (_open)
        {
            _input.AdvanceTo(_buffer.Start, _buffer.End);
            _buffer = default;
            _open = false;
        }
    }
}
