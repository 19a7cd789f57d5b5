using System.Buffers;
using MeetNet.Gateway.Outbox;
using MeetNet.Observations.Wire;

namespace MeetNet.Gateway.Uplink;

/// <summary>From what the outbox holds to one message; rows go as they were stored, byte for byte. Not thread-safe.</summary>
internal sealed class BatchComposer(string owner, string station, int maximumBytes)
{
    private readonly BatchWriter _writer = new(owner, station, maximumBytes);

    /// <summary>A batch of the beginning of what was read, as much as fits.</summary>
    /// <returns>The message, and the last sequence it covers (the first being the one after <see cref="OutboxRead.After"/>).</returns>
    public (byte[] Message, long Last, int Rows) Compose(in OutboxRead read)
    {
        _writer.Begin(read.Epoch);
        var (rows, lost) = (0, 0);
        while (rows < read.Rows.Count || lost < read.Lost.Count)
        {
            var rowFirst = lost == read.Lost.Count || (rows < read.Rows.Count && read.Rows[rows].Sequence < read.Lost[lost].First);
            if (rowFirst)
            {
                var row = read.Rows[rows];
                if (!_writer.TryAdd(row.Sequence, row.Datastream, row.Procedure, row.Fragment.Span))
                {
                    break;
                }

                rows++;
            }
            else
            {
                var range = read.Lost[lost];
                if (!_writer.TryAddLost(range.First, range.Last, range.Reason))
                {
                    break;
                }

                lost++;
            }
        }

        var message = new ArrayBufferWriter<byte>(4096);
        _writer.Complete(message);
        return (message.WrittenSpan.ToArray(), _writer.Last, rows);
    }
}
