using System.Numerics;

namespace MeetNet.Mqtt.Sessions;

/// <summary>
/// Packet identifiers in use by this client, shared by PUBLISH and SUBSCRIBE: non-zero and unused when taken ([MQTT-2.2.1-3]). They are
/// given out in a circle, so that one is reused as late as possible.
/// </summary>
internal sealed class PacketIdentifiers
{
    private const int WordBits = 64;
    private readonly ulong[] _used = new ulong[65_536 / WordBits];
    private int _next = 1;

    public PacketIdentifiers()
    {
        _used[0] = 1; // Identifier 0 does not exist.
    }

    /// <summary>Identifiers in use.</summary>
    public int Count { get; private set; }

    /// <summary>Takes an unused identifier; false when all 65,535 are in use.</summary>
    public bool TryTake(out ushort id)
    {
        if (Count == ushort.MaxValue)
        {
            id = 0;
            return false;
        }

        var word = _next / WordBits;
        var free = ~_used[word] & (ulong.MaxValue << (_next % WordBits));
        while (free == 0)
        {
            word = (word + 1) % _used.Length;
            free = ~_used[word];
        }

        var bit = BitOperations.TrailingZeroCount(free);
        _used[word] |= 1UL << bit;
        id = (ushort)((word * WordBits) + bit);
        _next = (id + 1) % 65_536;
        Count++;
        return true;
    }

    /// <summary>Takes this identifier; false when it is in use.</summary>
    public bool TryTake(ushort id)
    {
        var mask = 1UL << (id % WordBits);
        if ((_used[id / WordBits] & mask) != 0)
        {
            return false;
        }

        _used[id / WordBits] |= mask;
        _next = (id + 1) % 65_536;
        Count++;
        return true;
    }

    /// <summary>Gives an identifier back.</summary>
    public void Release(ushort id)
    {
        var mask = 1UL << (id % WordBits);
        if (id != 0 && (_used[id / WordBits] & mask) != 0)
        {
            _used[id / WordBits] &= ~mask;
            Count--;
        }
    }
}
