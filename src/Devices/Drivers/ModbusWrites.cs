using System.Buffers.Binary;

namespace MeetNet.Devices.Drivers;

/// <summary>The PDUs that change something (MODBUS Application Protocol V1.1b3 §6.5, 6.6, 6.11, 6.12).</summary>
internal static class ModbusWrites
{
    public const byte Coil = 5;
    public const byte Register = 6;
    public const byte Coils = 15;
    public const byte Registers = 16;

    /// <summary>The words of a profile.</summary>
    public static readonly string[] Words = ["coil", "register", "coils", "registers"];

    /// <summary>As many coils as an argument can name.</summary>
    public const int MaxCoils = 16;

    /// <summary>Four registers with their head.</summary>
    public const int LongestPdu = 6 + 8;

    /// <summary>How a coil is set and cleared.</summary>
    private const ushort On = 0xFF00;

    public static byte FunctionOf(string word) => word switch
    {
        "coil" => Coil,
        "register" => Register,
        "coils" => Coils,
        _ => Registers,
    };

    /// <summary>Writes the PDU of a command.</summary>
    /// <returns>Its length.</returns>
    public static int Write(ModbusCommandSettings command, double? argument, Span<byte> pdu)
    {
        var number = command.Value ?? argument ?? 0;
        pdu[0] = command.Function;
        BinaryPrimitives.WriteUInt16BigEndian(pdu[1..], (ushort)command.Register);
        switch (command.Function)
        {
            case Coil:
                BinaryPrimitives.WriteUInt16BigEndian(pdu[3..], number != 0 ? On : (ushort)0);
                return 5;
            case Register:
                command.Layout.Write(number, pdu[3..]);
                return 5;
            case Coils:
                var bytes = (command.Count + 7) / 8;
                BinaryPrimitives.WriteUInt16BigEndian(pdu[3..], (ushort)command.Count);
                pdu[5] = (byte)bytes;
                BinaryPrimitives.WriteUInt16LittleEndian(pdu[6..], (ushort)number);
                return 6 + bytes;
            default:
                BinaryPrimitives.WriteUInt16BigEndian(pdu[3..], (ushort)(command.Layout.Size / 2));
                pdu[5] = (byte)command.Layout.Size;
                command.Layout.Write(number, pdu[6..]);
                return 6 + command.Layout.Size;
        }
    }
}
