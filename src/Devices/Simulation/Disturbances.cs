namespace MeetNet.Devices.Simulation;

/// <summary>What goes wrong below the protocol, the same for every device.</summary>
public static class Disturbances
{
    /// <summary>Applies silence, garbage and corruption to a finished frame.</summary>
    /// <param name="disturbance">What goes wrong; anything that a protocol says itself is left alone here.</param>
    /// <param name="seed">The same seed does the same damage.</param>
    /// <param name="frame">The frame and the room behind it.</param>
    /// <param name="length">The frame's length.</param>
    /// <returns>The length of what goes out: 0 for silence.</returns>
    public static int Apply(Disturbance disturbance, ulong seed, Span<byte> frame, int length)
    {
        if (length == 0 || disturbance == Disturbance.Silence)
        {
            return 0;
        }

        if (disturbance == Disturbance.Garbage)
        {
            for (var i = 0; i < length; i++)
            {
                frame[i] = unchecked((byte)SeededNoise.Bits(seed, i));
            }
        }
        else if (disturbance == Disturbance.Corrupt)
        {
            var bit = (int)(SeededNoise.Bits(seed, 0) % (ulong)(8L * length));
            frame[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        return length;
    }
}
