using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MeetNet.Observations.Units;

/// <summary>
/// A unit of measure: a strict subset of UCUM (case-sensitive). A term is units joined by <c>.</c> and <c>/</c>, each with
/// an optional metric prefix and an optional whole exponent: <c>m</c>, <c>ug/m3</c>, <c>cm[H2O]</c>, <c>mS/cm</c>,
/// <c>[ppb]</c>. Not in the subset: parentheses, annotations, <c>10*</c>, special units other than <c>Cel</c>, and
/// <c>Cel</c> inside a term.
/// </summary>
public sealed class Unit : IEquatable<Unit>
{
    // UCUM has 0 Cel = 273.15 K; the offset is in kelvin.
    private const double CelsiusZero = 273.15;

    private readonly UnitDimension _dimension;
    private readonly Ratio _factor;
    private readonly double _offset;

    private Unit(string code, UnitDimension dimension, Ratio factor, double offset)
    {
        Code = code;
        _dimension = dimension;
        _factor = factor;
        _offset = offset;
    }

    /// <summary>The UCUM code, as it was written.</summary>
    public string Code { get; }

    /// <summary>Whether this is a mole fraction (<c>[ppb]</c>, <c>[ppm]</c>).</summary>
    public bool IsAmountFraction => _dimension == new UnitDimension(0, 0, 0, 0, 0, 1);

    /// <summary>Whether this is a mass per volume (<c>ug/m3</c>, <c>mg/l</c>).</summary>
    public bool IsMassConcentration => _dimension == new UnitDimension(-3, 1, 0, 0, 0, 0);

    /// <summary>Whether this is a length (<c>m</c>, <c>cm</c>).</summary>
    public bool IsLength => _dimension == new UnitDimension(1, 0, 0, 0, 0, 0);

    /// <summary>Whether this is a pressure (<c>Pa</c>, <c>mbar</c>, <c>m[H2O]</c>).</summary>
    public bool IsPressure => _dimension == new UnitDimension(-1, 1, -2, 0, 0, 0);

    /// <summary>How many of the coherent base units (m, g, s, K, A, mole fraction) one of this is.</summary>
    internal double BaseFactor => _factor.ToDouble();

    /// <summary>Reads a unit.</summary>
    /// <exception cref="FormatException">The text is not a unit of the subset.</exception>
    public static Unit Parse(string text) =>
        TryParse(text, out var unit) ? unit : throw new FormatException($"'{text}' is not a unit of the UCUM subset.");

    /// <summary>Reads a unit; false when the text is not one of the subset.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Unit? unit)
    {
        unit = null;
        if (string.IsNullOrEmpty(text) || text.Length > 40)
        {
            return false;
        }

        if (text == "Cel")
        {
            unit = new Unit(text, new UnitDimension(0, 0, 0, 1, 0, 0), Ratio.One, CelsiusZero);
            return true;
        }

        var (dimension, factor) = (default(UnitDimension), Ratio.One);
        var rest = text.AsSpan();
        var sign = 1;
        while (true)
        {
            var end = OperatorIn(rest);
            if (!TryComponent(rest[..end], out var atom, out var atomFactor, out var exponent))
            {
                return false;
            }

            dimension = dimension.Times(atom, sign * exponent);
            factor = factor.Times(atomFactor.ToPower(sign * exponent));
            if (end == rest.Length)
            {
                unit = new Unit(text, dimension, factor, 0);
                return true;
            }

            // UCUM section 2.4: a solidus divides by the component that follows it, and only by that one.
            sign = rest[end] == '/' ? -1 : 1;
            rest = rest[(end + 1)..];
        }
    }

    /// <summary>
    /// The linear conversion <c>to = factor × from + offset</c>; false when the units are of different dimensions. A mole
    /// fraction and a mass concentration are of different dimensions: see <see cref="Reference.GasReference"/>.
    /// </summary>
    public static bool TryConvert(Unit from, Unit to, out UnitConversion conversion)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        conversion = default;
        if (from._dimension != to._dimension)
        {
            return false;
        }

        // Only Cel has an offset, and its factor is 1: the difference of offsets is in the target's size of kelvin.
        var offset = (from._offset - to._offset) / to._factor.ToDouble();
        conversion = new UnitConversion(from._factor.Over(to._factor).ToDouble(), offset);
        return true;
    }

    /// <summary>Whether both are the same size of the same quantity, however written.</summary>
    public bool IsEquivalentTo(Unit other) => TryConvert(this, other, out var conversion) && conversion is { Factor: 1, Offset: 0 };

    /// <summary>Equal codes.</summary>
    public bool Equals(Unit? other) => other is not null && string.Equals(Code, other.Code, StringComparison.Ordinal);

    /// <summary>Equal codes.</summary>
    public override bool Equals(object? obj) => Equals(obj as Unit);

    /// <summary>By code.</summary>
    public override int GetHashCode() => string.GetHashCode(Code, StringComparison.Ordinal);

    /// <summary>The UCUM code.</summary>
    public override string ToString() => Code;

    private static int OperatorIn(ReadOnlySpan<char> term)
    {
        var bracketed = false;
        for (var i = 0; i < term.Length; i++)
        {
            bracketed = term[i] == '[' || (bracketed && term[i] != ']');
            if (!bracketed && term[i] is '.' or '/')
            {
                return i;
            }
        }

        return term.Length;
    }

    private static bool TryComponent(ReadOnlySpan<char> text, out UnitDimension dimension, out Ratio factor, out int exponent)
    {
        (dimension, factor, exponent) = (default, Ratio.One, 1);
        if (text is "1")
        {
            return true;
        }

        var digits = text.Length;
        while (digits > 0 && char.IsAsciiDigit(text[digits - 1]))
        {
            digits--;
        }

        var power = text[digits..];
        var symbol = text[..digits];
        if (symbol.EndsWith("-"))
        {
            power = text[(digits - 1)..];
            symbol = symbol[..^1];
        }

        if (power.Length > 0 && (!int.TryParse(power, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)
            || exponent is 0 or > 9 or < -9))
        {
            return false;
        }

        return UnitTable.TryGet(symbol, out dimension, out factor);
    }
}

/// <summary><c>to = Factor × from + Offset</c>.</summary>
/// <param name="Factor">Size of the one unit in the other.</param>
/// <param name="Offset">In the target unit; not zero only between <c>Cel</c> and <c>K</c>.</param>
public readonly record struct UnitConversion(double Factor, double Offset)
{
    /// <summary>Converts a value.</summary>
    public double Apply(double value) => (value * Factor) + Offset;
}
