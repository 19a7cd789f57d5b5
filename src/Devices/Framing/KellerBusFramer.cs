using System.Buffers.Binary;

namespace MeetNet.Devices.Framing;

/// <summary>
/// Frames of the Keller bus (KELLER, Communication protocol for Series 30 and 40, v3.5, sections 3.2 and 5): address, function, data, CRC-16 as Modbus has it
/// but high byte first. The function tells the length. Exceptions: function | 0x80, code.
/// </summary>
/// <param name="requests">Cuts requests, for simulators; otherwise answers.</param>
internal sealed class KellerBusFramer(bool requests) : IFramer
{
    /// <summary>The address that every device on the line answers to; for one device alone.</summary>
    public const byte Transparent = 250;

    public const byte ReadCoefficient = 30;
    public const byte WriteCoefficient = 31;
    public const byte ReadConfiguration = 32;
    public const byte WriteConfiguration = 33;
    public const byte Initialise = 48;
    public const byte WriteAddress = 66;
    public const byte ReadSerial = 69;
    public const byte ReadFloat = 73;
    public const byte ReadInteger = 74;
    public const byte Zero = 95;
    public const byte ReadParameters = 100;
    public const byte WriteParameters = 101;

    private const int ExceptionLength = 5;

    /// <summary>A zero command may carry the value that is to be shown.</summary>
    private const int ShortZero = 5;

    public int MaxFrame => 10;

    /// <summary>Writes the CRC behind the frame so far.</summary>
    /// <returns>The whole length.</returns>
    public static int Close(Span<byte> frame, int length)
    {
        BinaryPrimitives.WriteUInt16BigEndian(frame[length..], Checksums.Crc16Modbus(frame[..length]));
        return length + 2;
    }

    public FrameCut Cut(ReadOnlySpan<byte> window)
    {
        var noise = 0;
        while (noise < window.Length && !CanStart(window[noise..]))
        {
            noise++;
        }

        if (noise > 0)
        {
            return FrameCut.Bad(FrameFault.Noise, noise);
        }

        if (window.Length < 2)
        {
            return FrameCut.NeedMore;
        }

        if (requests && window[1] == Zero && window.Length >= ShortZero && IsSound(window[..ShortZero]))
        {
            return FrameCut.Frame(ShortZero);
        }

        var length = LengthOf(window[1]);
        if (window.Length < length)
        {
            return FrameCut.NeedMore;
        }

        return IsSound(window[..length]) ? FrameCut.Frame(length) : FrameCut.Bad(FrameFault.BadChecksum, 1);
    }

    private static bool IsSound(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadUInt16BigEndian(frame[^2..]) == Checksums.Crc16Modbus(frame[..^2]);

    /// <summary>Whether the bytes seen so far can be the start of a frame.</summary>
    private bool CanStart(ReadOnlySpan<byte> bytes) =>
        bytes[0] is > 0 and <= Transparent && (bytes.Length < 2 || LengthOf(bytes[1]) > 0) && (bytes.Length < 3 || bytes[1] < 0x80 || bytes[2] != 0);

    /// <summary>How long a frame is in all; 0 for a function that there is not.</summary>
    private int LengthOf(byte function) => requests
        ? function switch
        {
            Initialise or ReadSerial => 4,
            ReadCoefficient or ReadConfiguration or WriteAddress or ReadFloat or ReadInteger or ReadParameters => 5,
            WriteConfiguration => 6,
            WriteCoefficient or WriteParameters or Zero => 9,
            _ => 0,
        }
        : function switch
        {
            WriteCoefficient or ReadConfiguration or WriteConfiguration or WriteAddress or Zero or WriteParameters => 5,
            ReadCoefficient or ReadSerial => 8,
            ReadFloat or ReadInteger or ReadParameters => 9,
            Initialise => 10,
            >= 0x80 when LengthOf((byte)(function & 0x7F)) > 0 => ExceptionLength,
            _ => 0,
        };
}
