namespace MeetNet.EndToEnd.Tests.Instruments;

/// <summary>
/// A Modbus RTU slave that answers reads of holding or input registers from a table, on a file descriptor. Framing and CRC are
/// written here from "MODBUS over Serial Line V1.02" (§2.5.1, appendix B), apart from the product's own.
/// </summary>
internal static class ModbusSlave
{
    /// <summary>The answer to one request, or null when the request is not for this slave or is damaged.</summary>
    public static byte[]? Answer(ReadOnlySpan<byte> request, byte address, IReadOnlyDictionary<int, ushort> registers)
    {
        if (request.Length < 8 || request[0] != address || request[1] is not (3 or 4))
        {
            return null;
        }

        var crc = Crc(request[..6]);
        if (request[6] != (byte)(crc & 0xFF) || request[7] != (byte)(crc >> 8))
        {
            return null;
        }

        var start = (request[2] << 8) | request[3];
        var count = (request[4] << 8) | request[5];
        var answer = new byte[5 + (2 * count)];
        answer[0] = address;
        answer[1] = request[1];
        answer[2] = (byte)(2 * count);
        for (var i = 0; i < count; i++)
        {
            var value = registers.TryGetValue(start + i, out var register) ? register : (ushort)0;
            answer[3 + (2 * i)] = (byte)(value >> 8);
            answer[4 + (2 * i)] = (byte)(value & 0xFF);
        }

        crc = Crc(answer.AsSpan(0, answer.Length - 2));
        answer[^2] = (byte)(crc & 0xFF);
        answer[^1] = (byte)(crc >> 8);
        return answer;
    }

    private static int Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = 0xFFFF;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var i = 0; i < 8; i++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xA001 : crc >> 1;
            }
        }

        return crc;
    }
}
