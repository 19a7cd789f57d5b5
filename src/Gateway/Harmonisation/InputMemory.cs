using MeetNet.Gateway.Stations;
using MeetNet.Observations;
using MeetNet.Observations.Procedures;
using MeetNet.Observations.Reference;

namespace MeetNet.Gateway.Harmonisation;

/// <summary>
/// The latest good result of each datastream that others are computed with: a barometer, a thermometer. One that is not good is no input, and one that is
/// older than the last does not replace it.
/// </summary>
internal sealed class InputMemory
{
    private readonly Dictionary<string, (DateTimeOffset At, double Value)?> _latest = new(StringComparer.Ordinal);

    public InputMemory(Station station)
    {
        foreach (var input in station.Datastreams.SelectMany(d => d.Procedures.All).SelectMany(p => p.Inputs))
        {
            _latest.TryAdd(input.Datastream, null);
        }
    }

    public void Remember(in Observation observation)
    {
        if (_latest.Count > 0 && observation.Quality.Flag is QartodFlag.Good or QartodFlag.NotEvaluated && observation.Result is { } result
            && _latest.TryGetValue(observation.DatastreamId, out var before) && !IsNewer(before?.At, observation.PhenomenonTime.End))
        {
            _latest[observation.DatastreamId] = (observation.PhenomenonTime.End, result);
        }
    }

    /// <summary>Whether what is known is newer. What lies so far ahead that no procedure would use it came from a clock that was wrong, and must not stand in the way.</summary>
    private static bool IsNewer(DateTimeOffset? known, DateTimeOffset end) => known > end && known - end <= AirInputs.LongestAge;

    /// <summary>What there is for a procedure at a time: each input when it is near enough to it, before or after.</summary>
    public ProcedureInputs For(Procedure procedure, PhenomenonTime time) => procedure.Inputs.Count switch
    {
        0 => default,
        1 => new ProcedureInputs(Near(procedure.Inputs[0], time)),
        _ => new ProcedureInputs(Near(procedure.Inputs[0], time), Near(procedure.Inputs[1], time)),
    };

    private double? Near(ProcedureInput input, PhenomenonTime time) =>
        _latest.GetValueOrDefault(input.Datastream) is { } latest && (latest.At - time.End).Duration() <= input.MaximumAge ? latest.Value : null;
}
