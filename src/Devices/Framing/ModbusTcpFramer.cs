namespace MeetNet.Devices.Framing;

/// <summary>
/// Modbus TCP frames (MODBUS Messaging on TCP/IP V1.0b §3.1.3): transaction (2), protocol 0 (2), length of what follows (2), unit (1), PDU. There is no
/// checksum; lengths must agree with the function, so that a stream that is out of step is found out.
/// </summary>
/// <param name="requests">Cuts requests; otherwise answers.</param>
internal sealed class ModbusTcpFramer(bool requests) : IFramer
{
    /// <summary>Up to and with the unit.</summary>
    public const int HeaderLength = 7;

    private const int LengthPlace = 5;
    private const int FunctionPlace = 7;

    /// <summary>Function, register, number or value (writes and their answers, and all short requests).</summary>
    private const int ShortPdu = 5;

    public int MaxFrame => HeaderLength + ModbusFraming.MaxPdu;

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

        if (window.Length <= LengthPlace)
        {
            return FrameCut.NeedMore;
        }

        var length = HeaderLength - 1 + window[LengthPlace];
        return window.Length < length ? FrameCut.NeedMore : FrameCut.Frame(length);
    }

    /// <summary>Whether the bytes seen so far can be the start of a frame. Only bytes that are there count against it.</summary>
    private bool CanStart(ReadOnlySpan<byte> bytes)
    {
        // Protocol 0, and no length needs its high byte.
        for (var i = 2; i < LengthPlace && i < bytes.Length; i++)
        {
            if (bytes[i] != 0)
            {
                return false;
            }
        }

        if (bytes.Length > LengthPlace && bytes[LengthPlace] is < 3 or > ModbusFraming.MaxPdu + 1)
        {
            return false;
        }

        return bytes.Length <= FunctionPlace || LengthsAgree(bytes[FunctionPlace..], bytes[LengthPlace] - 1);
    }

    private bool LengthsAgree(ReadOnlySpan<byte> pdu, int length) => pdu[0] switch
    {
        1 or 2 or 3 or 4 when !requests => length >= 3 && (pdu.Length < 2 || pdu[1] == length - 2),
        15 or 16 when requests => length > 6 && (pdu.Length < 6 || pdu[5] == length - 6),
        1 or 2 or 3 or 4 or 5 or 6 or 15 or 16 => length == ShortPdu,
        _ => !requests && (pdu[0] & 0x7F) is 1 or 2 or 3 or 4 or 5 or 6 or 15 or 16 && length == 2,
    };
}
