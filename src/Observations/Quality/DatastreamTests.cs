using MeetNet.Observations.Procedures;

namespace MeetNet.Observations.Quality;

/// <summary>
/// The tests of one datastream that need more than one value, at work. Give it every observation of the datastream in the
/// order of arrival; how they are batched makes no difference. Results, times and raw values are never changed. Allocates
/// nothing for an observation but the first of each combination of tests.
/// </summary>
/// <remarks>
/// Nothing is kept on disk: after a restart, as after a gap and after a change of procedure, the tests start anew, and say
/// that they could not judge (<see cref="NotEvaluated"/>).
/// </remarks>
public sealed class DatastreamTests
{
    /// <summary>Behind the name of a test that could not judge the value: <c>spike:2</c>.</summary>
    public const string NotEvaluated = ":2";

    // Two bits for each test: 0 nothing to say, 1 not evaluated, 2 objects.
    private readonly Dictionary<(string? Tests, int Said), string> _lists = [];
    private string? _procedure;
    private SequenceTest[] _tests = [];
    private SequenceTestState[] _states = [];
    private TimeGapState? _gap;
    private int _spike = -1;
    private Observation _before;

    /// <summary>Whether a procedure has such tests.</summary>
    public static bool AreIn(Procedure procedure) =>
        procedure.Steps.Any(step => step is QualityTestStep { Test: SequenceTest or TimeGap });

    /// <summary>
    /// Judges an observation. One without a result, one that failed, and one whose time is in doubt say what they say
    /// already: they are not judged and not remembered.
    /// </summary>
    /// <param name="observation">As its procedure made it.</param>
    /// <param name="procedure">That procedure.</param>
    /// <param name="correction">A correction of the observation before, which this one showed to be a spike; null when there is none.</param>
    /// <returns>The observation with the quality of all its tests.</returns>
    public Observation Judge(in Observation observation, Procedure procedure, out Observation? correction)
    {
        correction = null;
        if (_procedure != procedure.Id)
        {
            Start(procedure);
        }

        if (IsTimeInDoubt(observation.Quality.Tests))
        {
            return observation;
        }

        var said = 0;
        var flag = observation.Quality.Flag;
        var gap = _gap?.Next(observation.PhenomenonTime) ?? QartodFlag.Good;
        if (observation.Result is not { } value || flag == QartodFlag.Fail)
        {
            return observation;
        }

        Take(gap, _states.Length, ref said, ref flag);
        for (var i = 0; i < _states.Length; i++)
        {
            Take(_states[i].Next(observation.PhenomenonTime, value), i, ref said, ref flag);
        }

        var judged = said == 0 ? observation : observation with { Quality = new ResultQuality(flag, List(observation.Quality.Tests, said)) };
        if (_spike >= 0 && _states[_spike] is SpikeState { Followed: true } spike)
        {
            if (spike.Before is QartodFlag.Suspect or QartodFlag.Fail)
            {
                correction = _before with
                {
                    Quality = new ResultQuality(QartodFlags.Worst(_before.Quality.Flag, spike.Before), List(_before.Quality.Tests, 2 << (2 * _spike))),
                    ResultTime = observation.ResultTime,
                    Revision = _before.Revision + 1,
                };
            }

            _before = judged;
        }

        return judged;
    }

    /// <summary>Whether an observation was judged, going by what is said of it; one that failed its gross range was not.</summary>
    internal static bool WereRun(ResultQuality observed) =>
        observed.Flag != QartodFlag.Missing && !IsTimeInDoubt(observed.Tests)
        && !(observed.Flag == QartodFlag.Fail && ResultQuality.Names(observed.Tests, QualityTests.GrossRange));

    private static void Take(QartodFlag verdict, int place, ref int said, ref QartodFlag flag)
    {
        if (verdict != QartodFlag.Good)
        {
            said |= (verdict == QartodFlag.NotEvaluated ? 1 : 2) << (2 * place);
            flag = QartodFlags.Worst(flag, verdict);
        }
    }

    /// <summary>A value at a time that may be wrong by hours would make spikes and gaps that were not there.</summary>
    internal static bool IsTimeInDoubt(string? tests) => tests is not null
        && (tests.Contains("clock:", StringComparison.Ordinal) || tests.Contains("stamp:", StringComparison.Ordinal));

    private string List(string? tests, int said)
    {
        if (!_lists.TryGetValue((tests, said), out var list))
        {
            var quality = new ResultQuality(QartodFlag.None, tests);
            for (var i = 0; i <= _tests.Length; i++)
            {
                var name = i < _tests.Length ? _tests[i].Name : TimeGap.TestName;
                quality = ((said >> (2 * i)) & 3) switch
                {
                    0 => quality,
                    1 => quality.And(new ResultQuality(QartodFlag.None, name + NotEvaluated)),
                    _ => quality.And(new ResultQuality(QartodFlag.None, name)),
                };
            }

            list = quality.Tests!;
            _lists.Add((tests, said), list);
        }

        return list;
    }

    private void Start(Procedure procedure)
    {
        _procedure = procedure.Id;
        var steps = procedure.Steps.OfType<QualityTestStep>().ToList();
        _tests = [.. steps.Select(step => step.Test).OfType<SequenceTest>()];
        _states = [.. _tests.Select(test => test.Start())];
        _spike = Array.FindIndex(_tests, test => test is Spike);
        _gap = steps.Select(step => step.Test).OfType<TimeGap>().FirstOrDefault() is { } gap ? new TimeGapState(gap) : null;
        _lists.Clear();
    }
}
