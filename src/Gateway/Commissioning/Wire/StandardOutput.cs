using System.Runtime.InteropServices;
using MeetNet.Gateway.Lines;
using Microsoft.Win32.SafeHandles;

namespace MeetNet.Gateway.Commissioning.Wire;

/// <summary>Who read the output has gone (<c>| head -1</c>).</summary>
internal sealed class OutputClosedException() : IOException("the reader of the output has gone");

/// <summary>
/// Standard output by write(2), unbuffered. The console's own stream takes a closed pipe for success, and a FileStream keeps a file position of its own: the
/// first would acknowledge what nobody has, the second overwrite what the same shell wrote to the file before.
/// </summary>
internal sealed class StandardOutput : Stream
{
    private const int BrokenPipe = 32; // EPIPE, errno.h
    private const int Forever = -1;

    private readonly SafeFileHandle _file = new(1, ownsHandle: false);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Writes all of it.</summary>
    /// <exception cref="OutputClosedException">The other end of the pipe is closed.</exception>
    /// <exception cref="IOException">Anything else: a full disk.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var written = Termios.Write(_file, in MemoryMarshal.GetReference(buffer), (nuint)buffer.Length);
            if (written >= 0)
            {
                buffer = buffer[(int)written..];
                continue;
            }

            var error = Marshal.GetLastPInvokeError();
            if (error == Termios.TryAgain)
            {
                // Somebody who shares the terminal has set it to non-blocking.
                _ = Termios.Poll([new Termios.PollEntry { Descriptor = 1, Asked = Termios.PollOut }], 1, Forever);
            }
            else if (error != Termios.Interrupted)
            {
                throw error == BrokenPipe ? new OutputClosedException() : new IOException(Termios.Message(error));
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
        // Nothing is kept back.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
