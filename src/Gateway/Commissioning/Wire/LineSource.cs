using System.Buffers;
using System.IO.Pipelines;

namespace MeetNet.Gateway.Commissioning.Wire;

/// <summary>Standard input as messages: all of it as one, or one a line.</summary>
internal static class LineSource
{
    /// <summary>Largest payload of the protocol (MQTT 5.0 §1.5.5: four bytes of remaining length).</summary>
    public const int LargestPayload = 268_435_455;

    /// <summary>Each line without its '\n'; a last one without an end counts, an empty one is an empty message.</summary>
    /// <exception cref="WireFailure">A line is longer than a message can be.</exception>
    public static async IAsyncEnumerable<byte[]> LinesAsync(Stream input)
    {
        var reader = PipeReader.Create(input, new StreamPipeReaderOptions(leaveOpen: true));
        while (true)
        {
            var result = await reader.ReadAsync();
            var rest = result.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                yield return rest.Slice(0, end).ToArray();
                rest = rest.Slice(rest.GetPosition(1, end));
            }

            if (rest.Length > LargestPayload)
            {
                throw TooLarge("a line");
            }

            if (result.IsCompleted)
            {
                if (rest.Length > 0)
                {
                    yield return rest.ToArray();
                }

                yield break;
            }

            reader.AdvanceTo(rest.Start, rest.End);
        }
    }

    /// <summary>All of it.</summary>
    /// <exception cref="WireFailure">It is longer than a message can be.</exception>
    public static async Task<byte[]> WholeAsync(Stream input)
    {
        using var all = new MemoryStream();
        var buffer = new byte[81_920];
        while (await input.ReadAsync(buffer) is > 0 and var count)
        {
            all.Write(buffer.AsSpan(0, count));
            if (all.Length > LargestPayload)
            {
                throw TooLarge("the input");
            }
        }

        return all.ToArray();
    }

    /// <summary>A file.</summary>
    /// <exception cref="WireFailure">It can't be read, or is longer than a message can be.</exception>
    public static byte[] File(string path)
    {
        try
        {
            return new FileInfo(path).Length > LargestPayload ? throw TooLarge($"the file '{path}'") : System.IO.File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw WireFailure.Usage($"-f: {e.Message}");
        }
    }

    private static WireFailure TooLarge(string what) => WireFailure.Usage($"{what} has more than {LargestPayload} bytes, the most that a message can have");
}
