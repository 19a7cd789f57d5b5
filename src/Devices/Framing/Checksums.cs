namespace MeetNet.Devices.Framing;

/// <summary>The checksums of the protocols here. All wrap around: overflow is part of the definition.</summary>
internal static class Checksums
{
    /// <summary>
    /// CRC-16/MODBUS: polynomial 0xA001 (reflected), start 0xFFFF; sent low byte first (MODBUS over Serial Line V1.02 §6.2.2).
    /// </summary>
    public static ushort Crc16Modbus(ReadOnlySpan<byte> bytes) => Crc16(bytes, 0xFFFF);

    /// <summary>CRC-16/ARC: polynomial 0xA001 (reflected), start 0 (SDI-12 specification 1.4 §4.4.12).</summary>
    public static ushort Crc16Arc(ReadOnlySpan<byte> bytes) => Crc16(bytes, 0);

    private static ushort Crc16(ReadOnlySpan<byte> bytes, uint start)
    {
        var crc = start;
        foreach (var b in bytes)
        {
            crc = (crc >> 8) ^ CrcTable[(int)((crc ^ b) & 0xFF)];
        }

        return (ushort)crc;
    }

    /// <summary>The sum of all bytes, 16 bits (Plantower PMS5003 data manual, appendix I: "check code").</summary>
    public static ushort Sum16(ReadOnlySpan<byte> bytes)
    {
        var sum = 0;
        foreach (var b in bytes)
        {
            sum = unchecked(sum + b);
        }

        return unchecked((ushort)sum);
    }

    /// <summary>The byte that makes the sum of unit, PDU and itself zero (MODBUS over Serial Line V1.02 §2.5.2.2).</summary>
    public static byte Lrc(byte unit, ReadOnlySpan<byte> pdu) => unchecked((byte)-(unit + Sum16(pdu)));

    /// <summary>XOR of all bytes (Bayern-Hessen block check).</summary>
    public static byte Xor(ReadOnlySpan<byte> bytes)
    {
        byte xor = 0;
        foreach (var b in bytes)
        {
            xor ^= b;
        }

        return xor;
    }

    private static readonly ushort[] CrcTable = MakeCrcTable();

    private static ushort[] MakeCrcTable()
    {
        var table = new ushort[256];
        for (var i = 0; i < table.Length; i++)
        {
            var crc = (uint)i;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xA001 : crc >> 1;
            }

            table[i] = (ushort)crc;
        }

        return table;
    }
}
