using System.Buffers;

namespace MeetNet.Mqtt.Connections;

/// <summary>
/// Bytes read and not yet parsed, always contiguous. As large as one read, and for as long as it takes as large as one packet.
/// </summary>
internal sealed class ReceiveBuffer(int readSize) : IDisposable
{
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(readSize);
    private int _start;
    private int _end;

    /// <summary>What has not been consumed.</summary>
    public ReadOnlySpan<byte> Window => _bytes.AsSpan(_start.._end);

    /// <summary>Room for the next read, never empty. Makes place for a packet of <paramref name="wanted"/> bytes at the start of the window.</summary>
    public Memory<byte> Free(int wanted)
    {
        var held = _end - _start;
        var capacity = Math.Max(wanted, readSize);
        if (_bytes.Length < capacity || (held == 0 && _bytes.Length > 2 * capacity))
        {
            var other = ArrayPool<byte>.Shared.Rent(capacity);
            Window.CopyTo(other);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = other;
            _start = 0;
            _end = held;
        }
        else if (held == 0)
        {
            _start = 0;
            _end = 0;
        }
        else if (_bytes.Length - _end < readSize / 2 || _bytes.Length - _start < wanted)
        {
            Window.CopyTo(_bytes);
            _start = 0;
            _end = held;
        }

        return _bytes.AsMemory(_end);
    }

    /// <summary>That many bytes were read into <see cref="Free"/>.</summary>
    public void Commit(int count) => _end += count;

    /// <summary>That many bytes at the start of the window are done with.</summary>
    public void Consume(int count) => _start += count;

    /// <summary>Forgets the window.</summary>
    public void Clear() => _start = _end;

    /// <inheritdoc/>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        _start = 0;
        _end = 0;
    }
}
