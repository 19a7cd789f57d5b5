using System.Buffers;
using System.Text;
using MeetNet.Ingest.Intake;
using MeetNet.Mqtt;
using MeetNet.Observations;
using MeetNet.Observations.Wire;

namespace MeetNet.Ingest.Tests.Intake;

/// <summary>Messages as gateways send them, for the tests.</summary>
internal static class Messages
{
    public const string Owner = "vmm";
    public const string Station = "kalmthoutse-heide";
    public const string Procedure = "p-0123456789abcdef";
    public static readonly Epoch Epoch = new(0x9f1c2a3b4d5e6f70);
    public static readonly DateTimeOffset Received = new(2026, 11, 21, 10, 0, 5, TimeSpan.Zero);
    private static readonly DateTimeOffset FirstBegin = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    /// <summary>An observation of the sequence: an instant each second, on one of <paramref name="datastreams"/> sensors in turn.</summary>
    public static Observation Observation(long sequence, double? result = null, int datastreams = 1, string station = Station, string owner = Owner, int revision = 0)
    {
        var time = PhenomenonTime.Instant(FirstBegin.AddSeconds(sequence / datastreams));
        return new Observation(
            $"{owner}/{station}/nh3-{(sequence % datastreams) + 1}/nh3", Procedure, time, time.End.AddSeconds(1), result ?? sequence / 4.0,
            ResultQuality.Good, sequence / 2.0, revision);
    }

    /// <summary>The payload of a batch of the sequences, with the given ranges declared lost.</summary>
    public static byte[] Batch(
        long first, long last, Func<long, Observation>? observation = null, IEnumerable<(long First, long Last)>? lost = null,
        Epoch? epoch = null, string owner = Owner, string station = Station)
    {
        var writer = new BatchWriter(owner, station, WireLimits.AcceptedBytes);
        writer.Begin(epoch ?? Epoch);
        var ranges = new Queue<(long First, long Last)>(lost ?? []);
        var fragment = new ArrayBufferWriter<byte>();
        for (var sequence = first; sequence <= last;)
        {
            if (ranges.TryPeek(out var range) && range.First == sequence)
            {
                Assert.True(writer.TryAddLost(range.First, range.Last, LostReasons.Evicted));
                ranges.Dequeue();
                sequence = range.Last + 1;
                continue;
            }
            var made = observation?.Invoke(sequence) ?? Observation(sequence, owner: owner, station: station);
            fragment.ResetWrittenCount();
            BatchRow.Write(fragment, made);
            Assert.True(writer.TryAdd(sequence, made.DatastreamId, made.ProcedureId, fragment.WrittenSpan));
            sequence++;
        }
        var message = new ArrayBufferWriter<byte>();
        writer.Complete(message);
        return message.WrittenSpan.ToArray();
    }

    public static MqttMessage Obs(byte[] payload, string owner = Owner, string station = Station) => new()
    {
        Topic = WireTopics.Obs(owner, station),
        Payload = payload,
        QualityOfService = MqttQualityOfService.AtLeastOnce,
    };

    /// <summary>A batch that has passed the gate.</summary>
    public static Arrival BatchArrival(long first, long last, Func<long, Observation>? observation = null, IEnumerable<(long, long)>? lost = null, Epoch? epoch = null) =>
        BatchGate.Judge(Obs(Batch(first, last, observation, lost, epoch)), Received);

    public static Arrival HelloArrival(long lowest, long highest, Epoch? epoch = null) => BatchGate.Judge(
        new MqttMessage
        {
            Topic = WireTopics.Hello(Owner, Station),
            Payload = new Hello(Owner, Station, epoch ?? Epoch, lowest, highest).ToUtf8(),
            QualityOfService = MqttQualityOfService.AtLeastOnce,
        },
        Received);

    /// <summary>A message of any text between the version and a checksum that agrees.</summary>
    public static byte[] Sealed(string members)
    {
        var open = Encoding.UTF8.GetBytes("{\"v\":1," + members);
        return [.. open, .. Encoding.UTF8.GetBytes($",\"crc\":\"{Crc32C.Compute(open):x8}\"}}")];
    }
}
