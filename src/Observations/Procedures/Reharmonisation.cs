using MeetNet.Observations.Quality;

namespace MeetNet.Observations.Procedures;

/// <summary>What became of an observation that was to be made again.</summary>
public enum RemakeOutcome
{
    /// <summary>It is what it would be made to: nothing to write.</summary>
    Same,

    /// <summary>It has another result, quality or instrument now.</summary>
    Remade,

    /// <summary>It has no raw value, or its device, clock or stamp said that there is no result: no procedure changes that.</summary>
    NothingToMake,

    /// <summary>Its datastream has no procedure in force.</summary>
    NoProcedure,

    /// <summary>The procedure that it was made by is not known, or read another field or by another profile: the raw number is not of the procedure in force.</summary>
    OtherReading,

    /// <summary>The procedure in force has a step that this version does not know.</summary>
    NotComputable,
}

/// <summary>
/// Makes observations of one station again from their raw values, by the procedures that are in force now: the one arithmetic for the gateway, which has kept them, and for the hub, which has logged them.
/// <para>Give it each phenomenon time once, with all its revisions, the datastreams in the order of <see cref="Order"/> and each of them by time. Phenomenon times are not touched.</para>
/// <para>Quality: what the procedure says of a single value (gross range, climatology, calibration, inputs) is said anew. What needed more than one value, the clock or the stamp is carried over as it was
/// said; a test that had not judged the value stands as not evaluated.</para>
/// </summary>
public sealed class Reharmonisation
{
    private readonly IReadOnlyDictionary<string, ProcedureVersions> _inForce;
    private readonly Func<string, Procedure?> _known;
    private readonly Dictionary<string, InputHistory> _inputs;

    /// <summary>A re-harmonisation of one station.</summary>
    /// <param name="inForce">By datastream id.</param>
    /// <param name="known">Any procedure that observations may name, by its id; null when it is not known.</param>
    public Reharmonisation(IReadOnlyDictionary<string, ProcedureVersions> inForce, Func<string, Procedure?> known)
    {
        (_inForce, _known) = (inForce, known);
        _inputs = inForce.Values.SelectMany(InputsOf).Distinct(StringComparer.Ordinal).ToDictionary(input => input, _ => new InputHistory(), StringComparer.Ordinal);
        Order = [.. inForce.Keys.OrderBy(Depth).ThenBy(id => id, StringComparer.Ordinal)];
    }

    /// <summary>The datastreams, those before that others are computed with.</summary>
    public IReadOnlyList<string> Order { get; }

    /// <summary>Whether others are computed with a datastream.</summary>
    public bool IsInput(string datastream) => _inputs.ContainsKey(datastream);

    /// <summary>These datastreams and all that are computed with one of them.</summary>
    public IReadOnlySet<string> WithDependents(IEnumerable<string> datastreams)
    {
        var wanted = datastreams.ToHashSet(StringComparer.Ordinal);
        foreach (var id in Order)
        {
            if (InputsOf(_inForce[id]).Any(wanted.Contains))
            {
                wanted.Add(id);
            }
        }

        return wanted;
    }

    /// <summary>Takes note of an observation that others are computed with and that is left as it is.</summary>
    /// <param name="revisions">All revisions of one phenomenon time, ascending.</param>
    public void Pass(IReadOnlyList<Observation> revisions) => Note(revisions, revisions[^1]);

    /// <summary>Makes an observation again.</summary>
    /// <param name="revisions">All revisions of one phenomenon time, ascending.</param>
    /// <param name="now">The result time of what is remade, UTC.</param>
    /// <param name="remade">The next revision; the newest there is when the outcome is another than <see cref="RemakeOutcome.Remade"/>.</param>
    public RemakeOutcome Remake(IReadOnlyList<Observation> revisions, DateTimeOffset now, out Observation remade)
    {
        var newest = revisions[^1];
        var outcome = Make(newest, now, out remade);
        Note(revisions, remade);
        return outcome;
    }

    private RemakeOutcome Make(in Observation newest, DateTimeOffset now, out Observation remade)
    {
        remade = newest;
        if (newest.Raw is not { } raw || (newest.Quality.Flag == QartodFlag.Missing && Objects(newest.Quality.Tests)))
        {
            return RemakeOutcome.NothingToMake;
        }

        if (!_inForce.TryGetValue(newest.DatastreamId, out var versions))
        {
            return RemakeOutcome.NoProcedure;
        }

        var procedure = versions.At(newest.PhenomenonTime);
        if (!procedure.IsComputable)
        {
            return RemakeOutcome.NotComputable;
        }

        if (_known(newest.ProcedureId) is not { } before || !IsSameReading(before.Steps[0], procedure.Steps[0]))
        {
            return RemakeOutcome.OtherReading;
        }

        if (!before.IsComputable)
        {
            return RemakeOutcome.NotComputable;
        }

        var inputs = Inputs(newest, before, procedure);
        var (result, quality) = procedure.Apply(raw, newest.PhenomenonTime, inputs);
        quality = result is null ? quality : CarryOver(newest.Quality, before, before.Apply(raw, newest.PhenomenonTime, newest.Inputs).Quality, procedure, quality);
        if (Nullable.Equals(result, newest.Result) && quality == newest.Quality && SerialNumber(before) == SerialNumber(procedure))
        {
            return RemakeOutcome.Same;
        }

        remade = newest with
        {
            ProcedureId = procedure.Id, ResultTime = now, Result = result, Quality = quality, Revision = newest.Revision + 1, Inputs = inputs,
        };
        return RemakeOutcome.Remade;
    }

    /// <summary>
    /// What the result is made with now: an input that was itself made again is its new result, one that was missing stays missing, and one that the procedure did not have before
    /// is the nearest good result within its age.
    /// </summary>
    private ProcedureInputs Inputs(in Observation newest, Procedure before, Procedure procedure)
    {
        Span<double?> values = [null, null];
        for (var place = 0; place < procedure.Inputs.Count; place++)
        {
            var (input, history) = (procedure.Inputs[place], _inputs[procedure.Inputs[place].Datastream]);
            var at = PlaceOf(before, input.Datastream);
            values[place] = at < 0 ? history.Nearest(newest.PhenomenonTime.End, input.MaximumAge)
                : newest.Inputs[at] is { } used ? history.Renewed(newest.PhenomenonTime.End, before.Inputs[at].MaximumAge, used)
                : null;
        }

        return new ProcedureInputs(values[0], values[1]);
    }

    private static int PlaceOf(Procedure procedure, string datastream)
    {
        for (var place = 0; place < procedure.Inputs.Count; place++)
        {
            if (procedure.Inputs[place].Datastream == datastream)
            {
                return place;
            }
        }

        return -1;
    }

    /// <summary>The quality that was made anew, with what was said of the observation that no procedure says of one raw value.</summary>
    /// <param name="observed">What was said.</param>
    /// <param name="before">The procedure that it was made by.</param>
    /// <param name="ofBefore">What that one says of the raw value; the rest of what was observed is from others.</param>
    /// <param name="procedure">The procedure in force.</param>
    /// <param name="quality">What that one says of the raw value.</param>
    private static ResultQuality CarryOver(ResultQuality observed, Procedure before, ResultQuality ofBefore, Procedure procedure, ResultQuality quality)
    {
        var names = observed.Tests?.Split(',') ?? [];
        var judged = IsJudged(ofBefore, observed.Tests) ? SequenceTests(before).ToHashSet(StringComparer.Ordinal) : [];
        var judges = IsJudged(quality, observed.Tests);
        var flag = observed.Flag == QartodFlag.Fail && ofBefore.Flag == QartodFlag.Fail ? QartodFlag.Suspect : observed.Flag;
        foreach (var name in names.Where(name => !QualityTests.IsOfOneValue(name)))
        {
            quality = quality.And(new ResultQuality(IsOpen(name) ? QartodFlag.NotEvaluated : flag, name));
        }

        // Those that would judge it now, and have not: they need the values around, as they came.
        foreach (var test in SequenceTests(procedure).Where(test => judges && !judged.Contains(test)))
        {
            quality = quality.And(new ResultQuality(QartodFlag.NotEvaluated, test + DatastreamTests.NotEvaluated));
        }

        return quality;
    }

    /// <summary>Whether the tests of several values judge a value of which its procedure says that.</summary>
    private static bool IsJudged(ResultQuality ofValue, string? observed) =>
        ofValue.Flag is not (QartodFlag.Fail or QartodFlag.Missing) && !DatastreamTests.IsTimeInDoubt(observed);

    private static IEnumerable<string> SequenceTests(Procedure procedure) =>
        procedure.Steps.OfType<QualityTestStep>().Where(step => step.IsOfSequence).Select(step => step.Kind);

    /// <summary>Whether a list names something that no procedure says of one value.</summary>
    private static bool Objects(string? tests) => tests is not null && tests.Split(',').Any(name => !QualityTests.IsOfOneValue(name) && !IsOpen(name));

    private static bool IsOpen(string name) => name.EndsWith(DatastreamTests.NotEvaluated, StringComparison.Ordinal);

    private void Note(IReadOnlyList<Observation> revisions, in Observation last)
    {
        if (_inputs.TryGetValue(last.DatastreamId, out var history))
        {
            history.Add(revisions, last);
        }
    }

    private static bool IsSameReading(ProcedureStep left, ProcedureStep right) => left is RawStep a && right is RawStep b
        && a.Field == b.Field && a.Profile == b.Profile && a.ProfileVersion == b.ProfileVersion;

    private static string? SerialNumber(Procedure procedure) => (procedure.Steps[0] as RawStep)?.SerialNumber;

    private static IEnumerable<string> InputsOf(ProcedureVersions versions) => versions.All.SelectMany(procedure => procedure.Inputs).Select(input => input.Datastream);

    private int Depth(string datastream) => _inForce.TryGetValue(datastream, out var versions)
        ? InputsOf(versions).Select(input => 1 + Depth(input)).DefaultIfEmpty().Max()
        : 0;
}
