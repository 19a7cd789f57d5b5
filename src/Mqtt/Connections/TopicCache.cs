using System.Text;

namespace MeetNet.Mqtt.Connections;

/// <summary>Strings of topics seen lately, so that a message on a known topic makes no new one. Direct-mapped; bounded.</summary>
internal sealed class TopicCache
{
    private const int Slots = 1024;
    private const int LongestKept = 512;
    private readonly (byte[] Utf8, string Text)[] _slots = new (byte[], string)[Slots];

    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > LongestKept)
        {
            return Encoding.UTF8.GetString(utf8);
        }

        var hash = new HashCode();
        hash.AddBytes(utf8);
        ref var slot = ref _slots[hash.ToHashCode() & (Slots - 1)];
        if (slot.Text is null || !utf8.SequenceEqual(slot.Utf8))
        {
            slot = (utf8.ToArray(), Encoding.UTF8.GetString(utf8));
        }

        return slot.Text;
    }
}
