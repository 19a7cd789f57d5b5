using System.Buffers;
using MeetNet.Ingest.Intake;
using MeetNet.Mqtt;
using MeetNet.Observations;
using MeetNet.Observations.Wire;

namespace MeetNet.Ingest.Facts;

/// <summary>
/// Puts observations that were made here into the log, by the way of live ones: as batches of an outbox of their own, through <see cref="BatchGate"/>. What is committed is on the disk;
/// <see cref="Finish"/> commits the rest.
/// </summary>
/// <param name="log">The log.</param>
/// <param name="owner">The bronhouder.</param>
/// <param name="station">The station.</param>
/// <param name="epoch">Of the outbox.</param>
/// <param name="last">The highest sequence that it has given out.</param>
/// <param name="now">Time of reception.</param>
internal sealed class BatchAppender(FactTransaction log, string owner, string station, Epoch epoch, long last, DateTimeOffset now)
{
    /// <summary>Batches in one transaction.</summary>
    private const int BatchesAtOnce = 64;

    private readonly List<Arrival> _arrivals = [];
    private readonly BatchWriter _writer = new(owner, station);
    private readonly ArrayBufferWriter<byte> _fragment = new();
    private long _last = last;
    private bool _isOpen;

    /// <summary>Adds a message other than a batch, to be committed with the next.</summary>
    public void Add(string topic, ReadOnlyMemory<byte> payload) => _arrivals.Add(Judge(topic, payload));

    /// <summary>Adds an observation under the next sequence.</summary>
    public void Add(in Observation observation)
    {
        if (!_isOpen)
        {
            _writer.Begin(epoch);
            _isOpen = true;
        }
        _fragment.ResetWrittenCount();
        BatchRow.Write(_fragment, observation);
        if (!_writer.TryAdd(_last + 1, observation.DatastreamId, observation.ProcedureId, _fragment.WrittenSpan))
        {
            Close();
            _writer.Begin(epoch);
            _writer.TryAdd(_last + 1, observation.DatastreamId, observation.ProcedureId, _fragment.WrittenSpan);
            if (_arrivals.Count >= BatchesAtOnce)
            {
                Commit();
            }
        }
        _last++;
    }

    /// <summary>Commits what is left.</summary>
    public void Finish()
    {
        if (_isOpen)
        {
            Close();
            _isOpen = false;
        }
        Commit();
    }

    private void Close()
    {
        var message = new ArrayBufferWriter<byte>();
        _writer.Complete(message);
        _arrivals.Add(Judge(WireTopics.Obs(owner, station), message.WrittenMemory));
    }

    private void Commit()
    {
        if (_arrivals.Count > 0)
        {
            log.Commit(_arrivals);
            _arrivals.Clear();
        }
    }

    /// <summary>The gate that live messages go through; what is made here and does not pass it is a mistake of ours.</summary>
    private Arrival Judge(string topic, ReadOnlyMemory<byte> payload)
    {
        var arrival = BatchGate.Judge(new MqttMessage { Topic = topic, Payload = payload }, now);
        return arrival.Refusal is { } refusal ? throw new InvalidDataException($"{owner}/{station}: {refusal.Detail}") : arrival;
    }
}
