using MeetNet.Devices.Framing;

namespace MeetNet.Devices.Tests;

/// <summary>What a framer made of a stream: the frames in order, the bytes of faults by reason, and what was left in the window.</summary>
internal sealed record Stream(IReadOnlyList<byte[]> Frames, IReadOnlyDictionary<FrameFault, int> Faults, int Left)
{
    /// <summary>Feeds the bytes in chunks of these sizes (the rest in one), keeping what is not consumed, as the line's loop does.</summary>
    public static Stream Cut(IFramer framer, ReadOnlySpan<byte> bytes, params ReadOnlySpan<int> chunks)
    {
        var frames = new List<byte[]>();
        var faults = new Dictionary<FrameFault, int>();
        var start = 0;
        var end = 0;
        for (var i = 0; i <= chunks.Length; i++)
        {
            end = i < chunks.Length ? Math.Min(bytes.Length, end + chunks[i]) : bytes.Length;
            while (framer.Cut(bytes[start..end]) is { Result: not CutResult.NeedMore } cut)
            {
                Assert.InRange(cut.Consumed, 1, end - start);
                if (cut.Result == CutResult.Frame)
                {
                    Assert.Equal(FrameFault.None, cut.Fault);
                    frames.Add(bytes.Slice(start, cut.Consumed).ToArray());
                }
                else
                {
                    Assert.NotEqual(FrameFault.None, cut.Fault);
                    faults[cut.Fault] = faults.GetValueOrDefault(cut.Fault) + cut.Consumed;
                }

                start += cut.Consumed;
            }
        }

        Assert.Equal(bytes.Length, frames.Sum(f => f.Length) + faults.Values.Sum() + bytes.Length - start);
        return new Stream(frames, faults, bytes.Length - start);
    }
}
