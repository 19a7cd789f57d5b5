using System.Buffers.Binary;

namespace MeetNet.Devices.Framing;

/// <summary>
/// The forms in which Modbus travels: what is around a PDU (function and data). RTU over TCP is RTU. Frames are opened without checking them again: the
/// framer that cut them has.
/// </summary>
internal abstract class ModbusFraming
{
    /// <summary>The longest PDU (MODBUS Application Protocol V1.1b3 §4.1).</summary>
    public const int MaxPdu = 253;

    public static ModbusFraming Rtu { get; } = new RtuForm();

    public static ModbusFraming Ascii { get; } = new AsciiForm();

    public static ModbusFraming Tcp { get; } = new TcpForm();

    /// <summary>The words of a station file, the usual one first.</summary>
    public static IReadOnlyList<string> Names { get; } = ["rtu", "ascii", "tcp"];

    /// <summary>The longest frame of either direction.</summary>
    public abstract int MaxFrame { get; }

    /// <summary>Whether a frame carries a checksum of its own; TCP leaves that to what is below it.</summary>
    public abstract bool IsChecked { get; }

    public static ModbusFraming Of(string? name) => name switch
    {
        "ascii" => Ascii,
        "tcp" => Tcp,
        _ => Rtu,
    };

    /// <summary>Cuts answers.</summary>
    /// <param name="unit">The slave that is asked.</param>
    /// <param name="functions">The functions that it is asked for, bit n for function n.</param>
    /// <param name="looseExceptions">Its exception frames have a wrong CRC.</param>
    public abstract IFramer Answers(byte unit, uint functions, bool looseExceptions = false);

    /// <summary>Cuts requests, for simulators.</summary>
    public abstract IFramer Requests();

    /// <summary>Writes a frame around a PDU.</summary>
    /// <returns>Its length.</returns>
    public abstract int Wrap(byte unit, ushort transaction, ReadOnlySpan<byte> pdu, Span<byte> frame);

    /// <summary>Finds the PDU in a frame.</summary>
    /// <param name="room">At least <see cref="MaxFrame"/> / 2 bytes, for forms that must be translated.</param>
    public abstract bool TryOpen(ReadOnlySpan<byte> frame, Span<byte> room, out ModbusMessage message);

    private sealed class RtuForm : ModbusFraming
    {
        public override int MaxFrame => 1 + MaxPdu + 2;

        public override bool IsChecked => true;

        public override IFramer Answers(byte unit, uint functions, bool looseExceptions) => new ModbusRtuFramer(unit, functions, looseExceptions);

        public override IFramer Requests() => new ModbusRequestFramer();

        public override int Wrap(byte unit, ushort transaction, ReadOnlySpan<byte> pdu, Span<byte> frame)
        {
            frame[0] = unit;
            pdu.CopyTo(frame[1..]);
            BinaryPrimitives.WriteUInt16LittleEndian(frame[(1 + pdu.Length)..], Checksums.Crc16Modbus(frame[..(1 + pdu.Length)]));
            return 1 + pdu.Length + 2;
        }

        public override bool TryOpen(ReadOnlySpan<byte> frame, Span<byte> room, out ModbusMessage message)
        {
            // Unit, function, one byte at least, CRC.
            message = frame.Length < 5 ? default : new ModbusMessage(frame[0], null, frame[1..^2]);
            return frame.Length >= 5;
        }
    }

    private sealed class AsciiForm : ModbusFraming
    {
        public override int MaxFrame => ModbusAsciiFramer.Longest;

        public override bool IsChecked => true;

        public override IFramer Answers(byte unit, uint functions, bool looseExceptions) => new ModbusAsciiFramer();

        public override IFramer Requests() => new ModbusAsciiFramer();

        public override int Wrap(byte unit, ushort transaction, ReadOnlySpan<byte> pdu, Span<byte> frame)
        {
            frame[0] = (byte)':';
            var length = 1;
            Hex.Write(unit, frame[length..]);
            length += 2;
            foreach (var b in pdu)
            {
                Hex.Write(b, frame[length..]);
                length += 2;
            }

            Hex.Write(Checksums.Lrc(unit, pdu), frame[length..]);
            frame[length + 2] = (byte)'\r';
            frame[length + 3] = (byte)'\n';
            return length + 4;
        }

        public override bool TryOpen(ReadOnlySpan<byte> frame, Span<byte> room, out ModbusMessage message)
        {
            message = default;
            var count = (frame.Length - 3) / 2;
            if (count is < 4 or > MaxPdu + 2 || !Hex.TryRead(frame.Slice(1, 2 * count), room))
            {
                return false;
            }

            message = new ModbusMessage(room[0], null, room[1..(count - 1)]);
            return true;
        }
    }

    private sealed class TcpForm : ModbusFraming
    {
        public override int MaxFrame => ModbusTcpFramer.HeaderLength + MaxPdu;

        public override bool IsChecked => false;

        public override IFramer Answers(byte unit, uint functions, bool looseExceptions) => new ModbusTcpFramer(requests: false);

        public override IFramer Requests() => new ModbusTcpFramer(requests: true);

        public override int Wrap(byte unit, ushort transaction, ReadOnlySpan<byte> pdu, Span<byte> frame)
        {
            BinaryPrimitives.WriteUInt16BigEndian(frame, transaction);
            BinaryPrimitives.WriteUInt16BigEndian(frame[2..], 0);
            BinaryPrimitives.WriteUInt16BigEndian(frame[4..], (ushort)(1 + pdu.Length));
            frame[6] = unit;
            pdu.CopyTo(frame[ModbusTcpFramer.HeaderLength..]);
            return ModbusTcpFramer.HeaderLength + pdu.Length;
        }

        public override bool TryOpen(ReadOnlySpan<byte> frame, Span<byte> room, out ModbusMessage message)
        {
            message = default;
            if (frame.Length < ModbusTcpFramer.HeaderLength + 2)
            {
                return false;
            }

            message = new ModbusMessage(frame[6], BinaryPrimitives.ReadUInt16BigEndian(frame), frame[ModbusTcpFramer.HeaderLength..]);
            return true;
        }
    }
}

/// <summary>A frame opened.</summary>
internal readonly ref struct ModbusMessage(byte unit, ushort? transaction, ReadOnlySpan<byte> pdu)
{
    public byte Unit { get; } = unit;

    /// <summary>TCP only: the number that a request and its answer share.</summary>
    public ushort? Transaction { get; } = transaction;

    /// <summary>Function and data: two bytes at least.</summary>
    public ReadOnlySpan<byte> Pdu { get; } = pdu;
}
