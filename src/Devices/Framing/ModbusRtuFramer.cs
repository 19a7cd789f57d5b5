using System.Buffers.Binary;

namespace MeetNet.Devices.Framing;

/// <summary>
/// Answers to reads (1 to 4) and to the writes that were asked for (5, 6, 15, 16), as a master on the bus meets them:
/// <code>
/// read        address · function · byte count · data … · CRC low · CRC high
/// write       address · function · register · value or count · CRC low · CRC high
/// exception   address · function | 0x80 · code ·         CRC low · CRC high
/// </code>
/// Length and CRC decide. The gaps of the specification (1.5 and 3.5 characters) are not used: USB adapters destroy them. What
/// may be on the line besides the answer, and is passed over until an answer fits: bytes of a floating bus (00, FF), the echo of
/// the request (some RS-485 adapters), half an answer, an answer with a damaged byte. Such bytes can look like the start of an
/// answer that is longer than what will ever come; a whole answer of the slave that was asked, found behind them, ends the wait. A
/// whole, sound answer of another slave is a frame too; the codec says that it is not the one expected.
/// </summary>
/// <param name="slave">The slave that is asked.</param>
/// <param name="functions">The functions that it is asked for, bit n for function n.</param>
/// <param name="looseExceptions">
/// The slave's exception frames have a wrong CRC (KELLER class 5, group 20 to 50): one with a code that there is counts whatever its CRC.
/// </param>
internal sealed class ModbusRtuFramer(byte slave, uint functions, bool looseExceptions = false) : IFramer
{
    /// <summary>Functions 1 to 4.</summary>
    public const uint Reads = 0b11110;

    /// <summary>Address, function, byte count, CRC around the data.</summary>
    public const int Overhead = 5;

    /// <summary>Address, function, code, CRC.</summary>
    public const int ExceptionLength = 5;

    /// <summary>Address, function, register, value, CRC.</summary>
    private const int WriteLength = 8;

    /// <summary>The highest exception code (MODBUS Application Protocol V1.1b3 §7).</summary>
    private const int LastException = 11;

    /// <summary>The most bits that one answer can carry (MODBUS Application Protocol V1.1b3 §6.1).</summary>
    public const int MaxBits = 2000;

    /// <summary>The most registers that one answer can carry (MODBUS Application Protocol V1.1b3 §6.3).</summary>
    public const int MaxRegisters = 125;

    /// <summary>The bytes that tell the length.</summary>
    private const int HeadLength = 3;

    public int MaxFrame => Overhead + (2 * MaxRegisters);

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

        if (window.Length < HeadLength)
        {
            return FrameCut.NeedMore;
        }

        // Whichever ends first is decided first, so that the answer is the same however the bytes arrive.
        var length = LengthOf(window);
        var expected = FindExpected(window, length);
        if (expected > 0)
        {
            return FrameCut.Bad(FrameFault.BadLength, expected);
        }

        if (window.Length < length)
        {
            return FrameCut.NeedMore;
        }

        return IsSound(window[..length]) ? FrameCut.Frame(length) : FrameCut.Bad(FrameFault.BadChecksum, 1);
    }

    /// <summary>
    /// Where a sound answer of the expected slave begins that ends before <paramref name="length"/> bytes, the first to end; -1 for
    /// none.
    /// </summary>
    private int FindExpected(ReadOnlySpan<byte> window, int length)
    {
        var found = -1;
        var end = Math.Min(length - 1, window.Length);
        for (var start = 1; start <= end - ExceptionLength; start++)
        {
            if (window[start] != slave || !IsIn(functions, window[start + 1]) || !CanStart(window[start..]))
            {
                continue;
            }

            var until = start + LengthOf(window[start..]);
            if (until <= end && IsSound(window[start..until]))
            {
                // A later start can only win by ending before this one.
                (found, end) = (start, until - 1);
            }
        }

        return found;
    }

    private static int LengthOf(ReadOnlySpan<byte> head) =>
        (head[1] & 0x80) != 0 ? ExceptionLength : IsIn(Reads, head[1]) ? Overhead + head[2] : WriteLength;

    private bool IsSound(ReadOnlySpan<byte> frame) =>
        BinaryPrimitives.ReadUInt16LittleEndian(frame[^2..]) == Checksums.Crc16Modbus(frame[..^2])
        || (looseExceptions && frame.Length == ExceptionLength && frame[0] == slave && IsIn(functions, frame[1]) && frame[2] is > 0 and <= LastException);

    private static bool IsIn(uint functions, byte function) => (function & 0x7F) < 32 && ((functions >> (function & 0x7F)) & 1) != 0;

    /// <summary>Whether the bytes seen so far can be the start of an answer. Only bytes that are there count against it.</summary>
    private bool CanStart(ReadOnlySpan<byte> bytes)
    {
        // 1..247 are slave addresses; 0 is broadcast, which nobody answers, and 248..255 are reserved (Serial Line V1.02 §2.2).
        if (bytes[0] is 0 or > 247 && bytes[0] != slave)
        {
            return false;
        }

        if (bytes.Length > 1 && !IsIn(Reads | functions, bytes[1]))
        {
            return false;
        }

        if (bytes.Length < HeadLength)
        {
            return true;
        }

        return bytes[1] switch
        {
            >= 0x80 => bytes[2] != 0,
            1 or 2 => bytes[2] is >= 1 and <= MaxBits / 8,
            3 or 4 => bytes[2] is >= 2 and <= 2 * MaxRegisters && bytes[2] % 2 == 0,
            _ => true,
        };
    }
}
