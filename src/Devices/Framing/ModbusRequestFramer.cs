using System.Buffers.Binary;

namespace MeetNet.Devices.Framing;

/// <summary>Modbus RTU requests as a slave meets them: address, function, two words, CRC; for functions 15 and 16 a byte count and data in between. For simulators.</summary>
internal sealed class ModbusRequestFramer : IFramer
{
    /// <summary>The length of most.</summary>
    public const int Length = 8;

    /// <summary>What is around the data of functions 15 and 16.</summary>
    private const int WriteOverhead = 9;

    private const int CountPlace = 6;

    /// <summary>The most data that a write carries: 123 registers (MODBUS Application Protocol V1.1b3 §6.12).</summary>
    private const int MaxData = 246;

    public int MaxFrame => WriteOverhead + MaxData;

    public FrameCut Cut(ReadOnlySpan<byte> window)
    {
        if (window.IsEmpty)
        {
            return FrameCut.NeedMore;
        }

        if (window[0] > 247 || (window.Length > 1 && window[1] is not ((>= 1 and <= 6) or 15 or 16)))
        {
            return FrameCut.Bad(FrameFault.Noise, 1);
        }

        var length = Length;
        if (window.Length > 1 && window[1] is 15 or 16)
        {
            if (window.Length <= CountPlace)
            {
                return FrameCut.NeedMore;
            }

            if (window[CountPlace] is 0 or > MaxData)
            {
                return FrameCut.Bad(FrameFault.BadLength, 1);
            }

            length = WriteOverhead + window[CountPlace];
        }

        if (window.Length < length)
        {
            return FrameCut.NeedMore;
        }

        return BinaryPrimitives.ReadUInt16LittleEndian(window[(length - 2)..]) == Checksums.Crc16Modbus(window[..(length - 2)])
            ? FrameCut.Frame(length)
            : FrameCut.Bad(FrameFault.BadChecksum, 1);
    }
}
