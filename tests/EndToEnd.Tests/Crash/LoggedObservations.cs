using System.Buffers.Binary;
using System.Text.Json;
using MeetNet.Sqlite;

namespace MeetNet.EndToEnd.Tests.Crash;

/// <summary>One observation of the fact log: its identity and the device's own number.</summary>
internal readonly record struct Logged(string Epoch, long Sequence, string Datastream, double? Raw, double? Result);

/// <summary>
/// The fact log, read from its file after ingest has stopped, with a JSON reader that is not the product's. Only sequences that the log says
/// count are returned; what a batch repeats of an earlier one does not.
/// </summary>
internal static class LoggedObservations
{
    public static List<Logged> Read(string factsFile)
    {
        using var file = SqliteFile.OpenReader(factsFile);
        using var statement = file.Prepare(
            "SELECT o.epoch, f.accepted, f.payload FROM facts f JOIN outboxes o ON o.id = f.outbox WHERE f.kind = 1 ORDER BY f.position");
        var all = new List<Logged>();
        while (statement.Step())
        {
            var epoch = statement.TextOrNull(0)!;
            var accepted = Ranges(statement.Bytes(1));
            using var batch = JsonDocument.Parse(statement.Bytes(2).ToArray());
            Add(all, epoch, accepted, batch.RootElement);
        }

        return all;
    }

    private static void Add(List<Logged> all, string epoch, List<(long First, long Last)>? accepted, JsonElement batch)
    {
        foreach (var group in batch.GetProperty("datastreams").EnumerateArray())
        {
            var datastream = group.GetProperty("Datastream").GetProperty("@iot.id").GetString()!;
            var components = group.GetProperty("components").EnumerateArray().Select(c => c.GetString()).ToList();
            int At(string name) => components.IndexOf(name);
            foreach (var row in group.GetProperty("dataArray").EnumerateArray())
            {
                var sequence = row[At("sequence")].GetInt64();
                if (accepted is null || accepted.Any(r => sequence >= r.First && sequence <= r.Last))
                {
                    all.Add(new Logged(epoch, sequence, datastream, Number(row[At("raw")]), Number(row[At("result")])));
                }
            }
        }
    }

    private static double? Number(JsonElement value) => value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    private static List<(long First, long Last)>? Ranges(ReadOnlySpan<byte> blob)
    {
        if (blob.IsEmpty)
        {
            return null;
        }

        var ranges = new List<(long, long)>();
        for (; blob.Length >= 16; blob = blob[16..])
        {
            ranges.Add((BinaryPrimitives.ReadInt64LittleEndian(blob), BinaryPrimitives.ReadInt64LittleEndian(blob[8..])));
        }

        return ranges;
    }
}
