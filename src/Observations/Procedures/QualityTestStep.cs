using System.Text.Json;
using MeetNet.Observations.Quality;

namespace MeetNet.Observations.Procedures;

/// <summary>
/// A QARTOD test that the datastream goes through after its gross range test. The value is not changed. What a test says that
/// needs the values around can't be computed from one raw value: <see cref="Apply"/> says nothing then, and
/// <see cref="Verdict"/> reads it from the observation.
/// </summary>
/// <param name="Test">The test with its parameters, in the canonical unit.</param>
/// <param name="TestSource">Who set them.</param>
public sealed record QualityTestStep(QualityTest Test, string TestSource) : ProcedureStep
{
    /// <inheritdoc/>
    public override string Kind => Test.Name;

    /// <inheritdoc/>
    public override string? Source => TestSource;

    /// <summary>Whether what the test says depends on the values around.</summary>
    public bool IsOfSequence => Test is not Climatology;

    /// <inheritdoc/>
    public override StepOutcome Apply(double value, PhenomenonTime time) =>
        new(value, Test is Climatology climatology ? Quality(climatology.Test(value, time)) : default);

    /// <summary>What the test said of an observation when it was made, from its quality; the default when it does not say.</summary>
    public ResultQuality Verdict(ResultQuality observed)
    {
        if (ResultQuality.Names(observed.Tests, Kind))
        {
            return Quality(QartodFlags.Rank(observed.Flag) < QartodFlags.Rank(Test.Worst) ? observed.Flag : Test.Worst);
        }

        if (ResultQuality.Names(observed.Tests, Kind + DatastreamTests.NotEvaluated))
        {
            return Quality(QartodFlag.NotEvaluated);
        }

        return DatastreamTests.WereRun(observed) ? Quality(QartodFlag.Good) : default;
    }

    /// <inheritdoc/>
    public override LocalizedText Describe(double input, StepOutcome outcome)
    {
        var (nl, en) = outcome.Quality.Flag switch
        {
            QartodFlag.Good => (": niet het geval.", ": not so."),
            QartodFlag.NotEvaluated => (": niet te beoordelen.", ": could not be judged."),
            QartodFlag.Suspect => (": verdacht.", ": suspect."),
            QartodFlag.Fail => (": afgekeurd.", ": fail."),
            _ => (".", "."),
        };
        return new($"Toets op {Test.Rule.Nl}{nl}", $"Test for {Test.Rule.En}{en}");
    }

    internal override void WriteMembers(Utf8JsonWriter json)
    {
        Test.WriteMembers(json);
        json.WriteString("source"u8, TestSource);
    }

    private ResultQuality Quality(QartodFlag flag) => flag switch
    {
        QartodFlag.Good => ResultQuality.Good,
        QartodFlag.NotEvaluated => new ResultQuality(flag, Kind + DatastreamTests.NotEvaluated),
        _ => new ResultQuality(flag, Kind),
    };
}
