using MeetNet.Observations.Wire;
using MeetNet.TestKit;

namespace MeetNet.Observations.Tests.Wire;

/// <summary>
/// The messages of tests/goldens/wire/v1. A valid one is <c>{kind}.json</c> or <c>{kind}-{what}.json</c>; an invalid one is
/// <c>invalid/{kind}.{reason}.{what}.json</c>. A file holds the bytes of one message, without a line end. They were made
/// by another implementation (of JSON text, CRC-32C and SHA-256), so that they check both sides.
/// </summary>
internal static class WireGoldens
{
    private const string Folder = "tests/goldens/wire/v1";

    public static byte[] Bytes(string name) => RepositoryFile.Bytes($"{Folder}/{name}.json");

    public static IEnumerable<string> ValidNames() => Names(Folder);

    public static IEnumerable<string> InvalidNames() => Names($"{Folder}/invalid").Select(name => $"invalid/{name}");

    /// <summary>Reads a message of the kind that its golden's name begins with.</summary>
    public static bool TryRead(string name, ReadOnlySpan<byte> payload, out object? message, out WireFault fault)
    {
        var kind = Path.GetFileName(name).Split('.', '-')[0];
        bool read;
        (read, message) = kind switch
        {
            "obs" => (BatchReader.TryRead(payload, out var x, out fault), (object?)x),
            "hello" => (Hello.TryRead(payload, out var x, out fault), x),
            "ack" => (Acknowledgement.TryRead(payload, out var x, out fault), x),
            "state" => (StationState.TryRead(payload, out var x, out fault), x),
            "announcement" => (Announcement.TryRead(payload, out var x, out fault), x),
            _ => throw new InvalidOperationException($"{name} is not of a kind of message."),
        };
        return read;
    }

    private static IEnumerable<string> Names(string folder) =>
        Directory.EnumerateFiles(RepositoryFile.PathOf(folder), "*.json").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal);
}
