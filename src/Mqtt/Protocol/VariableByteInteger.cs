namespace MeetNet.Mqtt.Protocol;

/// <summary>Variable byte integers, MQTT 5.0 §1.5.5: seven bits a byte, least significant first, at most four bytes.</summary>
internal static class VariableByteInteger
{
    /// <summary>Largest value, 4 × 7 bits.</summary>
    public const uint Maximum = 268_435_455;

    /// <summary>Outcome of <see cref="Read"/>.</summary>
    public enum Outcome
    {
        Ok,
        NeedMore,
        Malformed,
    }

    /// <summary>Reads one from the start of the window. Five bytes, or more bytes than the value needs, are malformed ([MQTT-1.5.5-1]).</summary>
    public static Outcome Read(ReadOnlySpan<byte> window, out uint value, out int length)
    {
        value = 0;
        length = 0;
        for (var i = 0; i < 4; i++)
        {
            if (i == window.Length)
            {
                return Outcome.NeedMore;
            }

            var b = window[i];
            value |= (uint)(b & 0x7F) << (7 * i);
            if ((b & 0x80) == 0)
            {
                length = i + 1;
                return i > 0 && b == 0 ? Outcome.Malformed : Outcome.Ok;
            }
        }

        return Outcome.Malformed;
    }

    /// <summary>Bytes that <paramref name="value"/> takes.</summary>
    public static int Length(uint value) => value switch
    {
        < 1u << 7 => 1,
        < 1u << 14 => 2,
        < 1u << 21 => 3,
        <= Maximum => 4,
        _ => throw new ArgumentOutOfRangeException(nameof(value)),
    };
}
