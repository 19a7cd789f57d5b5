namespace MeetNet.Observations;

/// <summary>The QARTOD flags, with the numbers of the QARTOD manuals.</summary>
public enum QartodFlag
{
    /// <summary>Not a flag: the default value of the type, never on the wire.</summary>
    None = 0,

    /// <summary>Passed the tests that were run.</summary>
    Good = 1,

    /// <summary>No test was run.</summary>
    NotEvaluated = 2,

    /// <summary>To be looked at before use.</summary>
    Suspect = 3,

    /// <summary>Not to be used.</summary>
    Fail = 4,

    /// <summary>There is no result.</summary>
    Missing = 9,
}

/// <summary>Order and validity of <see cref="QartodFlag"/>.</summary>
public static class QartodFlags
{
    /// <summary>Whether the value is one of the five flags.</summary>
    public static bool IsDefined(QartodFlag flag) =>
        flag is QartodFlag.Good or QartodFlag.NotEvaluated or QartodFlag.Suspect or QartodFlag.Fail or QartodFlag.Missing;

    /// <summary>
    /// The flag that stands for both: 9 &lt; 2 &lt; 1 &lt; 3 &lt; 4, the highest wins (ioos_qc <c>qartod_compare</c>).
    /// <see cref="QartodFlag.None"/> gives way to everything.
    /// </summary>
    public static QartodFlag Worst(QartodFlag left, QartodFlag right) => Rank(left) >= Rank(right) ? left : right;

    /// <summary>Position in the order 9 &lt; 2 &lt; 1 &lt; 3 &lt; 4.</summary>
    public static int Rank(QartodFlag flag) => flag switch
    {
        QartodFlag.Missing => 1,
        QartodFlag.NotEvaluated => 2,
        QartodFlag.Good => 3,
        QartodFlag.Suspect => 4,
        QartodFlag.Fail => 5,
        _ => 0,
    };
}

/// <summary>
/// The quality of one result: the flag, and the names of the tests that set it, comma-separated, or null when none has
/// to be named (good, or not evaluated).
/// </summary>
/// <param name="Flag">QARTOD flag.</param>
/// <param name="Tests">For instance <c>gross_range</c> or <c>device:warming_up,clock:unsynchronised</c>.</param>
public readonly record struct ResultQuality(QartodFlag Flag, string? Tests = null)
{
    /// <summary>Passed its tests.</summary>
    public static ResultQuality Good => new(QartodFlag.Good);

    /// <summary>No test was run.</summary>
    public static ResultQuality NotEvaluated => new(QartodFlag.NotEvaluated);

    /// <summary>No result, for the named reason.</summary>
    public static ResultQuality Missing(string reason) => new(QartodFlag.Missing, reason);

    /// <summary>Suspect by the named test.</summary>
    public static ResultQuality Suspect(string test) => new(QartodFlag.Suspect, test);

    /// <summary>Failed the named test.</summary>
    public static ResultQuality Fail(string test) => new(QartodFlag.Fail, test);

    /// <summary>
    /// Both qualities of the same result: the worst flag and the tests of both, each once, in order. Allocates only when
    /// both name tests.
    /// </summary>
    public ResultQuality And(ResultQuality other)
    {
        var flag = QartodFlags.Worst(Flag, other.Flag);
        if (Tests is null || other.Tests is null)
        {
            return new ResultQuality(flag, Tests ?? other.Tests);
        }

        var tests = Tests;
        foreach (var range in other.Tests.AsSpan().Split(','))
        {
            tests = Names(tests, other.Tests.AsSpan()[range]) ? tests : string.Concat(tests, ",", other.Tests.AsSpan()[range]);
        }

        return new ResultQuality(flag, tests);
    }

    /// <summary>Whether the comma-separated list names the test.</summary>
    public static bool Names(string? tests, ReadOnlySpan<char> test)
    {
        var list = tests.AsSpan();
        foreach (var range in list.Split(','))
        {
            if (list[range].SequenceEqual(test))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>The names of tests and reasons that MeetNet itself writes in <see cref="ResultQuality.Tests"/>.</summary>
public static class QualityTests
{
    /// <summary>QARTOD gross range test.</summary>
    public const string GrossRange = "gross_range";

    /// <summary>The device said it is warming up.</summary>
    public const string DeviceWarmingUp = "device:warming_up";

    /// <summary>The device said it is being calibrated.</summary>
    public const string DeviceCalibrating = "device:calibrating";

    /// <summary>The device said it is faulty.</summary>
    public const string DeviceFault = "device:fault";

    /// <summary>The device said that it has no value.</summary>
    public const string DeviceMissing = "device:missing";

    /// <summary>The value is outside what the device can measure.</summary>
    public const string DeviceOutOfRange = "device:out_of_range";

    /// <summary>The gateway's clock was not synchronised when the value was taken.</summary>
    public const string ClockUnsynchronised = "clock:unsynchronised";

    /// <summary>The gateway's clock was set: the time is of the clock before, or was given twice, or is the first after it.</summary>
    public const string ClockStepped = "clock:stepped";

    /// <summary>The gateway's clock had not been set when the value was taken, and the machine was started again before it was: nobody knows the time.</summary>
    public const string ClockLost = "clock:lost";

    /// <summary>No calibration is in force at the phenomenon time: the value is not calibrated.</summary>
    public const string CalibrationExpired = "calibration:expired";

    /// <summary>The value is outside those that its calibration was made for: the calibration says what becomes of it.</summary>
    public const string CalibrationOutside = "calibration:outside";

    /// <summary>The last zero or span check before the value failed.</summary>
    public const string CalibrationCheckFailed = "calibration:check_failed";

    /// <summary>The air was more humid than the stated limit of the correction: that of the limit was taken.</summary>
    public const string HumidityAboveLimit = "humidity:above_limit";

    /// <summary>A local time stamp in the hour that occurs twice, and no way to tell which one is meant.</summary>
    public const string StampAmbiguous = "stamp:ambiguous";

    /// <summary>A local time stamp in the hour that does not occur.</summary>
    public const string StampNonexistent = "stamp:nonexistent";

    /// <summary>A second input of the procedure had no result in time, and there is nothing stated to fall back on.</summary>
    public const string InputMissing = "input:missing";

    /// <summary>A second input of the procedure had no result in time: the stated fall-back was taken.</summary>
    public const string InputFallback = "input:fallback";

    /// <summary>The arithmetic left the range of a double.</summary>
    public const string NotFinite = "not_finite";

    /// <summary>
    /// Whether a procedure says it of one raw value with its inputs, whenever it is computed; everything else was said by the device, the clock, the stamp or a test of several values.
    /// </summary>
    public static bool IsOfOneValue(string name) => name is GrossRange or NotFinite or Quality.Climatology.TestName
        || name.StartsWith("calibration:", StringComparison.Ordinal) || name.StartsWith("input:", StringComparison.Ordinal) || name.StartsWith("humidity:", StringComparison.Ordinal);

    /// <summary>The alphabet of a list of tests, for messages to people.</summary>
    public const string Pattern = "[a-z0-9_:.,-]{1,200}";

    /// <summary>Whether the UTF-8 text can be a list of tests: <c>[a-z0-9_:.,-]{1,200}</c>.</summary>
    public static bool IsList(ReadOnlySpan<byte> utf8) =>
        utf8.Length is > 0 and <= 200 && utf8.IndexOfAnyExcept(Alphabet) < 0;

    private static readonly System.Buffers.SearchValues<byte> Alphabet =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_:.,-"u8);
}
