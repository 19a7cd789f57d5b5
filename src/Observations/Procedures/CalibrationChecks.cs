using MeetNet.Observations.Calibration;
using MeetNet.Observations.Units;

namespace MeetNet.Observations.Procedures;

/// <summary>What is settled of instruments, their calibrations and their checks before any procedure is made of them.</summary>
internal static class CalibrationChecks
{
    public static void CheckSettings(ProcedureRequest request, Unit? raw, List<ProcedureProblem> problems)
    {
        if (request.NitrogenOxides is not null && request.Calibrations.Count + request.Checks.Count > 0)
        {
            problems.Add(new(
                request.Calibrations.Count > 0 ? ProcedureSetting.Calibration : ProcedureSetting.Check,
                "a sum of NO and NO2 is of results that are calibrated already: calibrate and check those two"));
            return;
        }

        for (var i = 0; i < request.Calibrations.Count; i++)
        {
            CheckCalibration(request, raw, i, problems);
        }

        for (var i = 1; i < request.Instruments.Count; i++)
        {
            if (request.Instruments[i].From <= request.Instruments[i - 1].From)
            {
                problems.Add(new(ProcedureSetting.Instrument, $"instrument number {i} was put into service at or after the one that replaced it", i - 1));
            }
        }

        for (var i = 0; i < request.Checks.Count; i++)
        {
            CheckCheck(request, i, problems);
        }
    }

    /// <summary>The checks of <c>[from, to)</c> by time, with the value as it was calibrated then.</summary>
    public static IReadOnlyList<CalibrationCheck> Between(ProcedureRequest request, DateTimeOffset from, DateTimeOffset to) =>
    [
        .. request.Checks.Where(check => check.Time >= from && check.Time < to).OrderBy(check => check.Time)
            .Select(check => check with { Calibrated = InForce(request, check.Time)?.Apply(check.Measured) ?? check.Measured })
            .TakeLast(CalibrationCheck.Most),
    ];

    private static InstrumentCalibration? InForce(ProcedureRequest request, DateTimeOffset at) =>
        request.Calibrations.FirstOrDefault(calibration => calibration.IsInForce(PhenomenonTime.Instant(at)));

    private static void CheckCalibration(ProcedureRequest request, Unit? raw, int i, List<ProcedureProblem> problems)
    {
        var calibration = request.Calibrations[i];
        if (raw is not null && !string.Equals(calibration.Unit, raw.Code, StringComparison.Ordinal))
        {
            Problem($"is in '{calibration.Unit}', the raw value is in '{raw.Code}': a calibration is stated in the unit of the raw value");
        }

        if (calibration.Check() is { } wrong)
        {
            Problem(wrong);
        }

        if (calibration.ValidTo <= calibration.ValidFrom)
        {
            Problem("must end after it begins");
        }

        if (string.IsNullOrWhiteSpace(calibration.Source))
        {
            Problem("must say its source: the certificate, or who did it and how");
        }

        for (var other = 0; other < i; other++)
        {
            if (Overlap(calibration, request.Calibrations[other]))
            {
                Problem($"is in force at the same time as number {other + 1}: two calibrations do not overlap");
            }
        }

        foreach (var instrument in request.Instruments.Skip(1))
        {
            if (calibration.ValidFrom < instrument.From && instrument.From < (calibration.ValidTo ?? DateTimeOffset.MaxValue))
            {
                Problem($"goes on when the instrument was replaced on {Iso8601.Format(instrument.From)}: it was of the one before, end it there");
            }
        }

        void Problem(string message) => problems.Add(new(ProcedureSetting.Calibration, $"calibration number {i + 1} {message}", i));
    }

    private static void CheckCheck(ProcedureRequest request, int i, List<ProcedureProblem> problems)
    {
        var check = request.Checks[i];
        if (!double.IsFinite(check.Expected) || !double.IsFinite(check.Measured) || !(check.Limit > 0) || !double.IsFinite(check.Limit))
        {
            Problem("must have finite values and a limit above zero");
        }

        if (string.IsNullOrWhiteSpace(check.Source))
        {
            Problem("must say its source: who did it, with what");
        }

        if (request.Checks.Take(i).Any(other => other.Kind == check.Kind && other.Time == check.Time))
        {
            Problem("is there twice: one check of a kind at a time");
        }

        void Problem(string message) => problems.Add(new(ProcedureSetting.Check, $"check number {i + 1} {message}", i));
    }

    private static bool Overlap(InstrumentCalibration left, InstrumentCalibration right) =>
        left.ValidFrom < (right.ValidTo ?? DateTimeOffset.MaxValue) && right.ValidFrom < (left.ValidTo ?? DateTimeOffset.MaxValue);
}
