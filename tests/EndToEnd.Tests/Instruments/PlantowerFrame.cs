using System.Buffers.Binary;

namespace MeetNet.EndToEnd.Tests.Instruments;

/// <summary>
/// A PMS5003 frame from the manual's layout (Plantower PMS5003 series data manual, appendix I), written here on its own so
/// that the tests do not check the product's codec against itself.
/// </summary>
internal static class PlantowerFrame
{
    public const int Length = 32;

    public static byte[] Of(ushort pm1, ushort pm25, ushort pm10)
    {
        var frame = new byte[Length];
        frame[0] = 0x42;
        frame[1] = 0x4D;
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), 28);
        // Words 1-3 are "CF=1", words 4-6 "under atmospheric environment": the outdoor ones.
        ushort[] words = [(ushort)(pm1 ^ 0x5), (ushort)(pm25 ^ 0x5), (ushort)(pm10 ^ 0x5), pm1, pm25, pm10, 1500, 450, 90, 12, 3, 1, 0x9700];
        for (var i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(4 + (2 * i)), words[i]);
        }

        var sum = 0;
        for (var i = 0; i < 30; i++)
        {
            sum += frame[i];
        }

        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(30), (ushort)sum);
        return frame;
    }
}
