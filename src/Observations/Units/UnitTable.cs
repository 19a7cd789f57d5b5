using System.Collections.Frozen;

namespace MeetNet.Observations.Units;

/// <summary>The units and prefixes of the subset, with the definitions of UCUM's table (ucum-essence): exact.</summary>
internal static class UnitTable
{
    private readonly record struct Atom(UnitDimension Dimension, Ratio Factor, bool IsMetric);

    // Base quantities: length, mass (gram, as in UCUM), time, temperature, current, and the mole fraction.
    private static readonly FrozenDictionary<string, Atom> Atoms = new Dictionary<string, Atom>(StringComparer.Ordinal)
    {
        ["m"] = new(new(1, 0, 0, 0, 0, 0), Ratio.One, true),
        ["g"] = new(new(0, 1, 0, 0, 0, 0), Ratio.One, true),
        ["s"] = new(new(0, 0, 1, 0, 0, 0), Ratio.One, true),
        ["K"] = new(new(0, 0, 0, 1, 0, 0), Ratio.One, true),
        ["A"] = new(new(0, 0, 0, 0, 1, 0), Ratio.One, true),
        ["min"] = new(new(0, 0, 1, 0, 0, 0), new(60, 1), false),
        ["h"] = new(new(0, 0, 1, 0, 0, 0), new(3600, 1), false),
        ["d"] = new(new(0, 0, 1, 0, 0, 0), new(86400, 1), false),
        ["Hz"] = new(new(0, 0, -1, 0, 0, 0), Ratio.One, true),
        ["l"] = new(new(3, 0, 0, 0, 0, 0), new(1, 1000), true),
        ["L"] = new(new(3, 0, 0, 0, 0, 0), new(1, 1000), true),
        ["%"] = new(default, new(1, 100), false),
        ["[ppm]"] = new(new(0, 0, 0, 0, 0, 1), Ratio.PowerOfTen(-6), false),
        ["[pptr]"] = new(new(0, 0, 0, 0, 0, 1), Ratio.PowerOfTen(-12), false),
        ["[ppb]"] = new(new(0, 0, 0, 0, 0, 1), Ratio.PowerOfTen(-9), false),

        // Wind: degrees, and the international knot of 1852 m an hour.
        ["deg"] = new(new(0, 0, 0, 0, 0, 0, Angle: 1), Ratio.One, false),
        ["[kn_i]"] = new(new(1, 0, -1, 0, 0, 0), new(1852, 3600), false),

        // Loggers from overseas: the international foot and inch, and pounds per square inch, 0.45359237 kg × 9.80665 m/s² on (0.0254 m)².
        ["[ft_i]"] = new(new(1, 0, 0, 0, 0, 0), new(3048, 10_000), false),
        ["[in_i]"] = new(new(1, 0, 0, 0, 0, 0), new(254, 10_000), false),
        ["[psi]"] = new(new(-1, 1, -2, 0, 0, 0), new(8_896_443_230_521, 1_290_320), false),

        // In grams: 1 N = 1000 g·m/s², so Pa, W, V and Ohm carry 10³ and S 10⁻³.
        ["Pa"] = new(new(-1, 1, -2, 0, 0, 0), new(1000, 1), true),
        ["bar"] = new(new(-1, 1, -2, 0, 0, 0), Ratio.PowerOfTen(8), true),
        ["atm"] = new(new(-1, 1, -2, 0, 0, 0), new(101_325_000, 1), false),
        ["N"] = new(new(1, 1, -2, 0, 0, 0), new(1000, 1), true),
        ["J"] = new(new(2, 1, -2, 0, 0, 0), new(1000, 1), true),
        ["W"] = new(new(2, 1, -3, 0, 0, 0), new(1000, 1), true),
        ["V"] = new(new(2, 1, -3, 0, -1, 0), new(1000, 1), true),
        ["Ohm"] = new(new(2, 1, -3, 0, -2, 0), new(1000, 1), true),
        ["S"] = new(new(-2, -1, 3, 0, 2, 0), new(1, 1000), true),

        // UCUM: m[H2O] = 9.80665 kPa, the metre of conventional water; "m" is part of the symbol's prefixes below.
        ["m[H2O]"] = new(new(-1, 1, -2, 0, 0, 0), new(9_806_650, 1), true),

        // UCUM: m[Hg] = 133.322 kPa, conventional mercury.
        ["m[Hg]"] = new(new(-1, 1, -2, 0, 0, 0), new(133_322_000, 1), true),

        // Signal strength is a logarithm and converts to nothing else. UCUM names B[W] and B[kW]; this is the same for a milliwatt.
        ["dB[mW]"] = new(new(0, 0, 0, 0, 0, 0, Level: 1), Ratio.One, false),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, int> Prefixes = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["G"] = 9,
        ["M"] = 6,
        ["k"] = 3,
        ["h"] = 2,
        ["d"] = -1,
        ["c"] = -2,
        ["m"] = -3,
        ["u"] = -6,
        ["n"] = -9,
        ["p"] = -12,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The meaning of a symbol with its prefix, if it has one.</summary>
    public static bool TryGet(ReadOnlySpan<char> symbol, out UnitDimension dimension, out Ratio factor)
    {
        (dimension, factor) = (default, Ratio.One);

        // A meter of water column as written in UCUM, and its centimetre and millimetre: cm[H2O], mm[H2O].
        if (Find(symbol, out var atom))
        {
            (dimension, factor) = (atom.Dimension, atom.Factor);
            return true;
        }

        if (symbol.Length < 2 || !Prefixes.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(symbol[..1], out var exponent)
            || !Find(symbol[1..], out atom) || !atom.IsMetric)
        {
            return false;
        }

        (dimension, factor) = (atom.Dimension, atom.Factor.Times(Ratio.PowerOfTen(exponent)));
        return true;
    }

    private static bool Find(ReadOnlySpan<char> symbol, out Atom atom) =>
        Atoms.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(symbol, out atom);
}
