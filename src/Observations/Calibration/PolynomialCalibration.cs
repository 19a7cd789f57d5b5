using System.Text.Json;
using MeetNet.Observations.Quality;

namespace MeetNet.Observations.Calibration;

/// <summary><c>calibrated = c₀ + c₁·value + c₂·value² …</c>, for the values it was fitted to.</summary>
/// <param name="Coefficients">Lowest power first: three to six, a degree of 2 to 5.</param>
/// <param name="Fitted">The values that it was fitted to, in the raw unit: outside them a polynomial means nothing.</param>
/// <param name="OutsideFitted">What becomes of the others.</param>
/// <param name="Unit">See <see cref="InstrumentCalibration"/>.</param>
/// <param name="ValidFrom">See <see cref="InstrumentCalibration"/>.</param>
/// <param name="ValidTo">See <see cref="InstrumentCalibration"/>.</param>
/// <param name="Source">See <see cref="InstrumentCalibration"/>.</param>
public sealed record PolynomialCalibration(
    IReadOnlyList<double> Coefficients, ValueSpan Fitted, OutsideRule OutsideFitted, string Unit, DateTimeOffset ValidFrom, DateTimeOffset? ValidTo, string Source)
    : InstrumentCalibration(Unit, ValidFrom, ValidTo, Source)
{
    internal const string Step = "calibration_polynomial";

    /// <summary>Fewest and most coefficients.</summary>
    public const int Fewest = 3, Most = 6;

    /// <summary>Stretches of the domain that are compared to see whether the curve turns.</summary>
    private const int Stretches = 256;

    /// <inheritdoc/>
    public override ValueSpan? Domain => Fitted;

    /// <inheritdoc/>
    public override OutsideRule Outside => OutsideFitted;

    internal override string StepName => Step;

    /// <inheritdoc/>
    public override double Apply(double value)
    {
        // Horner: the same order of operations everywhere, and so the same double.
        var result = 0.0;
        for (var i = Coefficients.Count - 1; i >= 0; i--)
        {
            result = (result * value) + Coefficients[i];
        }

        return result;
    }

    /// <inheritdoc/>
    public override string? Check()
    {
        if (Coefficients.Count is < Fewest or > Most || !Coefficients.All(double.IsFinite) || Coefficients[^1] == 0)
        {
            return $"must have {Fewest} to {Most} coefficients, the lowest power first and the last not zero";
        }

        return !IsSpan(Fitted) ? "must have a domain with a lowest value below its highest"
            : !IsMonotone() ? "turns back within its domain: two values of the instrument would be one"
            : null;
    }

    /// <inheritdoc/>
    public override string Show(double input, double output)
    {
        var terms = Coefficients.Select((c, power) => power switch { 0 => Text(c), 1 => $"{Text(c)}·x", _ => $"{Text(c)}·x^{power}" });
        return $"{string.Join(" + ", terms)}, x = {Text(input)}: {Text(output)} {Unit}";
    }

    internal override void WriteCurve(Utf8JsonWriter json)
    {
        json.WriteStartArray("coefficients"u8);
        foreach (var coefficient in Coefficients)
        {
            json.WriteNumberValue(coefficient);
        }

        json.WriteEndArray();
        QualityJson.WriteSpan(json, "domain"u8, Fitted);
        json.WriteString("outside"u8, NameOf(OutsideFitted));
    }

    private bool IsMonotone()
    {
        var width = Fitted.Maximum - Fitted.Minimum;
        var rises = Apply(Fitted.Maximum) > Apply(Fitted.Minimum);
        for (var i = 0; i < Stretches; i++)
        {
            var (low, high) = (Apply(Fitted.Minimum + (width * i / Stretches)), Apply(Fitted.Minimum + (width * (i + 1) / Stretches)));
            if (rises ? high <= low : high >= low)
            {
                return false;
            }
        }

        return true;
    }
}
