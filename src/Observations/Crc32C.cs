using System.Buffers.Binary;
using System.Numerics;

namespace MeetNet.Observations;

/// <summary>
/// CRC-32C (Castagnoli; RFC 3720 appendix B.4: reflected polynomial 0x82F63B78, initial value and final XOR all ones).
/// MQTT carries no checksum of its payload and SQLite's own sees few bit flips, so each message and each outbox row
/// carries this one. Uses the processor's instruction where there is one.
/// </summary>
public static class Crc32C
{
    /// <summary>The checksum of the bytes.</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes) => Append(0, bytes);

    /// <summary>The checksum of what <paramref name="crc"/> is the checksum of, followed by the bytes; start with 0.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        var state = ~crc;
        while (bytes.Length >= sizeof(ulong))
        {
            state = BitOperations.Crc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var b in bytes)
        {
            state = BitOperations.Crc32C(state, b);
        }

        return ~state;
    }
}
