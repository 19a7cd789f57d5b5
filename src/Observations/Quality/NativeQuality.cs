using System.Diagnostics.CodeAnalysis;

namespace MeetNet.Observations.Quality;

/// <summary>
/// The quality of a value that came from elsewhere: validity, stage and native codes, three things that are kept apart.
/// </summary>
/// <param name="Validity">How far the value can be used.</param>
/// <param name="Stage">How far the checking has come; null when no code says.</param>
/// <param name="Codes">The codes it came with.</param>
/// <param name="Scale">The scale that a code says the value is on; null for none.</param>
public sealed record NativeQuality(Validity Validity, VerificationStage? Stage, IReadOnlyList<NativeCode> Codes, string? Scale)
{
    /// <summary>Reads the codes that came with one value.</summary>
    /// <param name="property">The observed property.</param>
    /// <param name="codes">At least one; of each axis the one that says most counts: of two validities the worse, of two equally bad the more special.</param>
    /// <param name="quality">The three together; null when a code is not known.</param>
    /// <param name="unknown">The code that is not known.</param>
    public static bool TryRead(string property, IReadOnlyList<NativeCode> codes, [NotNullWhen(true)] out NativeQuality? quality, out NativeCode unknown)
    {
        (quality, unknown) = (null, default);
        var (validity, stage, scale) = (Validity.NotEvaluated, default(VerificationStage?), default(string));
        foreach (var native in codes)
        {
            if (!CodeLists.TryGet(native.Source, native.Kind, out var list) || !list.TryRead(native.Code, property, out var meaning))
            {
                unknown = native;
                return false;
            }

            validity = meaning.Validity is { } said && said > validity ? said : validity;
            stage = meaning.Stage ?? stage;
            scale = meaning.Scale ?? scale;
        }

        quality = new NativeQuality(validity, stage, [.. codes], scale);
        return true;
    }

    /// <summary>
    /// Reads back what is kept with an observation. The codes of its source say the validity and the stage; where it has none the flag says the validity, and nothing the stage. A test that
    /// found a value suspect or failed is heard over a source that had nothing against it: the source's own word is then still in <see cref="Codes"/>.
    /// </summary>
    /// <param name="property">The observed property.</param>
    /// <param name="kept">The quality of the observation.</param>
    public static NativeQuality Of(string property, ResultQuality kept)
    {
        var codes = kept.Tests is null ? [] : NativeCode.In(kept);
        var flagged = ResultQuality.Names(kept.Tests, QualityTests.DeviceCalibrating) ? Validity.Maintenance : ValidityOf(kept.Flag);
        if (codes.Count == 0 || !TryRead(property, codes, out var native, out _))
        {
            return new NativeQuality(flagged, null, codes, null);
        }

        var isObjected = kept.Flag is QartodFlag.Suspect or QartodFlag.Fail && QartodFlags.Rank(kept.Flag) > QartodFlags.Rank(native.Validity.Flag());
        return isObjected || native.Codes.All(IsOfStage) ? native with { Validity = flagged } : native;
    }

    /// <summary>
    /// The result of a native value. A value is missing when its code says so, whatever number came along (Rijkswaterstaat
    /// sends 0.0 with code 99), and never because of the number: −999 without such a code is a value, for the range test to judge.
    /// </summary>
    public double? Result(double? native) =>
        Validity == Validity.Missing || native is not { } value || !double.IsFinite(value) ? null : value;

    /// <summary>The QARTOD flag and, as tokens, the native codes; of a value without a result the flag is 9.</summary>
    /// <param name="native">The number that came with the codes.</param>
    /// <param name="ofReduced">See <see cref="Validities.Flag"/>.</param>
    public ResultQuality ToResultQuality(double? native, QartodFlag ofReduced = QartodFlag.Good) => new(
        Result(native) is null ? QartodFlag.Missing : Validity.Flag(ofReduced), string.Join(',', Codes.Select(c => c.ToToken())));

    private static bool IsOfStage(NativeCode code) => CodeLists.Get(code.Source, code.Kind).IsOfStages;

    private static Validity ValidityOf(QartodFlag flag) => flag switch
    {
        QartodFlag.Good => Validity.Good,
        QartodFlag.Suspect => Validity.Suspect,
        QartodFlag.Fail => Validity.Bad,
        QartodFlag.Missing => Validity.Missing,
        _ => Validity.NotEvaluated,
    };
}
