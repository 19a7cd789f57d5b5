using System.Diagnostics;
using MeetNet.Gateway.Commissioning;

namespace MeetNet.TestKit;

/// <summary>
/// A serial line without hardware: this side is the instrument, <see cref="Path"/> is the port. Every byte value passes
/// unchanged. Given a link, the port can be unplugged and come back under the same name, on another device.
/// </summary>
public sealed class PtyPair : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    private readonly Lock _lock = new();
    private readonly string? _link;
    private Pty? _pty;

    private PtyPair(string? link)
    {
        _link = link;
        Plug();
    }

    /// <summary>What a gateway opens: the link where there is one, else the device.</summary>
    public string Path { get; private set; } = "";

    /// <param name="link">A symbolic link to the port, made and replaced here; null for none.</param>
    public static PtyPair Open(string? link = null) => new(link);

    /// <summary>Plugs the instrument in (again): a new device under the same link.</summary>
    public void Plug()
    {
        lock (_lock)
        {
            _pty?.Dispose();
            _pty = Pty.Open();
            Path = _link ?? _pty.SlavePath;
            if (_link is not null)
            {
                File.Delete(_link);
                File.CreateSymbolicLink(_link, _pty.SlavePath);
            }
        }
    }

    /// <summary>Pulls the plug: whoever has the port open sees a hang-up, and the port's name is gone.</summary>
    public void Unplug()
    {
        lock (_lock)
        {
            if (_link is not null)
            {
                File.Delete(_link);
            }
            _pty?.Dispose();
            _pty = null;
        }
    }

    /// <summary>Sends all bytes, waiting while the port's buffer is full.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, TimeSpan? deadline = null)
    {
        await RepeatAsync(
            () =>
            {
                bytes = bytes[Plugged.Write(bytes.Span)..];
                return bytes.IsEmpty;
            },
            deadline,
            () => $"{bytes.Length} bytes were not taken");
    }

    /// <summary>Reads exactly so many bytes.</summary>
    public async Task<byte[]> ReadAsync(int count, TimeSpan? deadline = null)
    {
        var read = new byte[count];
        var have = 0;
        await RepeatAsync(
            () =>
            {
                have += have < count && Plugged.WaitReadable(TimeSpan.Zero) ? Plugged.Read(read.AsSpan(have)) : 0;
                return have == count;
            },
            deadline,
            () => $"{have} of {count} bytes came: {Convert.ToHexString(read.AsSpan(0, have))}");
        return read;
    }

    public void Dispose() => Unplug();

    private Pty Plugged => _pty ?? throw new InvalidOperationException("The port is unplugged.");

    private async Task RepeatAsync(Func<bool> step, TimeSpan? deadline, Func<string> state)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            lock (_lock)
            {
                if (step())
                {
                    return;
                }
            }
            if (Stopwatch.GetElapsedTime(began) > (deadline ?? Eventually.Deadline))
            {
                throw new TimeoutException(state());
            }
            await Task.Delay(Pause, TimeProvider.System);
        }
    }
}
