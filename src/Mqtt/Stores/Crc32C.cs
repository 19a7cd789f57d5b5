using System.Buffers.Binary;
using System.Numerics;

namespace MeetNet.Mqtt.Stores;

/// <summary>CRC-32C (RFC 3720 appendix B.4: reflected polynomial 0x82F63B78, initial value and final XOR all ones).</summary>
internal static class Crc32C
{
    public static uint Compute(ReadOnlySpan<byte> bytes)
    {
        var state = uint.MaxValue;
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
