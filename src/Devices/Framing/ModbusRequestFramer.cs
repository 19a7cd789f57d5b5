using System.Buffers.Binary;

namespace MeetNet.Devices.Framing;

/// <summary>Requests of eight bytes as a slave meets them: address, function 1..6, two words, CRC. For simulators.</summary>
internal sealed class ModbusRequestFramer : IFramer
{
    public const int Length = 8;

    public int MaxFrame => Length;

    public FrameCut Cut(ReadOnlySpan<byte> window)
    {
        if (window.IsEmpty)
        {
            return FrameCut.NeedMore;
        }

        if (window[0] > 247 || (window.Length > 1 && window[1] is 0 or > 6))
        {
            return FrameCut.Bad(FrameFault.Noise, 1);
        }

        if (window.Length < Length)
        {
            return FrameCut.NeedMore;
        }

        return BinaryPrimitives.ReadUInt16LittleEndian(window[(Length - 2)..]) == Checksums.Crc16Modbus(window[..(Length - 2)])
            ? FrameCut.Frame(Length)
            : FrameCut.Bad(FrameFault.BadChecksum, 1);
    }
}
