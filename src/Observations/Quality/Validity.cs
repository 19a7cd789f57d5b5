namespace MeetNet.Observations.Quality;

/// <summary>How far a value can be used: the one scale that the codes of all sources are read into. What stage of checking it went through is another matter: <see cref="VerificationStage"/>.</summary>
public enum Validity
{
    /// <summary>Nobody has judged it yet.</summary>
    NotEvaluated,

    /// <summary>Good.</summary>
    Good,

    /// <summary>Below the detection limit; the number is what was measured.</summary>
    BelowDetection,

    /// <summary>Below the detection limit; the number is the limit.</summary>
    AtDetectionLimit,

    /// <summary>Below the detection limit; the number is half the limit.</summary>
    HalfDetectionLimit,

    /// <summary>Below the detection limit; the number is zero.</summary>
    ZeroBelowDetection,

    /// <summary>Above what can be measured.</summary>
    AboveRange,

    /// <summary>Usable with a greater spread, an influence or a raised limit.</summary>
    Reduced,

    /// <summary>Not measured but estimated, interpolated or corrected.</summary>
    Estimated,

    /// <summary>To be looked at before use.</summary>
    Suspect,

    /// <summary>Rejected.</summary>
    Bad,

    /// <summary>Rejected, because of maintenance or calibration.</summary>
    Maintenance,

    /// <summary>There is no value, whatever number came along.</summary>
    Missing,
}

/// <summary>How far the checking of a value has come. It says nothing of how good the value is: that is <see cref="Validity"/>.</summary>
public enum VerificationStage
{
    /// <summary>As it came, with automatic tests only: what every gateway sends.</summary>
    Automatic,

    /// <summary>Looked at, not final.</summary>
    Preliminary,

    /// <summary>Final.</summary>
    Final,
}

/// <summary>Names of <see cref="Validity"/> and <see cref="VerificationStage"/>, and their QARTOD flags.</summary>
public static class Validities
{
    /// <summary>
    /// The QARTOD flag of a value.
    /// </summary>
    /// <param name="validity">Its validity.</param>
    /// <param name="ofReduced">
    /// What a <see cref="Validity.Reduced"/> value is: good or suspect. No source decides it; good is how Deltares NWDM takes
    /// Aquo 03, 07 and 30 (SeaDataNet 2, probably good).
    /// </param>
    public static QartodFlag Flag(this Validity validity, QartodFlag ofReduced = QartodFlag.Good) => validity switch
    {
        Validity.NotEvaluated => QartodFlag.NotEvaluated,
        Validity.Good or Validity.BelowDetection or Validity.AtDetectionLimit or Validity.HalfDetectionLimit or Validity.ZeroBelowDetection => QartodFlag.Good,
        Validity.Reduced => ofReduced,
        Validity.Estimated or Validity.AboveRange or Validity.Suspect => QartodFlag.Suspect,
        Validity.Bad or Validity.Maintenance => QartodFlag.Fail,
        _ => QartodFlag.Missing,
    };

    /// <summary>The name in <c>code-lists.json</c>: <c>half_detection_limit</c>.</summary>
    public static string NameOf(Validity validity) => string.Concat(
        validity.ToString().Select((c, i) => char.IsUpper(c) ? $"{(i > 0 ? "_" : "")}{char.ToLowerInvariant(c)}" : c.ToString()));

    /// <summary>The name in <c>code-lists.json</c>: <c>preliminary</c>.</summary>
    public static string NameOf(VerificationStage stage) => stage.ToString().ToLowerInvariant();
}
