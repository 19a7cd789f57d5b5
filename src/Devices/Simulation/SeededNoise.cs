namespace MeetNet.Devices.Simulation;

/// <summary>
/// Random numbers as a pure function of a seed and an index, so that any moment of a simulation can be computed on its own
/// (SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
/// </summary>
internal static class SeededNoise
{
    /// <summary>64 random bits.</summary>
    public static ulong Bits(ulong seed, long index)
    {
        unchecked
        {
            var z = seed + ((ulong)index * 0x9E3779B97F4A7C15UL) + 0x9E3779B97F4A7C15UL;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
            return z ^ (z >> 31);
        }
    }

    /// <summary>A number from 0 to 1, 1 excluded.</summary>
    public static double Unit(ulong seed, long index) => (Bits(seed, index) >> 11) * (1.0 / (1UL << 53));

    /// <summary>A normally distributed number with mean 0 and standard deviation 1 (Box and Muller).</summary>
    public static double Normal(ulong seed, long index)
    {
        // 1 - u is in (0, 1], where the logarithm is finite.
        var radius = Math.Sqrt(-2 * Math.Log(1 - Unit(seed, 2 * index)));
        return radius * Math.Cos(Math.Tau * Unit(seed, (2 * index) + 1));
    }
}
