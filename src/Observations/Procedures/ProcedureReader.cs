using System.Text;
using System.Text.Json;
using MeetNet.Observations.Wire;

namespace MeetNet.Observations.Procedures;

/// <summary>Reads a procedure, and believes its id only when it is the identity of its content.</summary>
internal static class ProcedureReader
{
    private static readonly WireMembers Members = new("id", "datastream", "validFrom", "steps");

    /// <summary>Reads <c>{"id","datastream","validFrom","steps"}</c>; the object has been entered.</summary>
    public static bool Read(ref WireCursor cursor, out Procedure procedure)
    {
        procedure = null!;
        var (id, datastreamText, validFrom, stepsJson) = ("", "", default(DateTimeOffset), "");
        ProcedureStep[] steps = [];
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(Members, ref seen)) >= 0;)
        {
            var valid = member switch
            {
                0 => cursor.ProcedureId(out id),
                1 => cursor.DatastreamId(out datastreamText),
                2 => cursor.Instant(out validFrom),
                _ => ReadSteps(ref cursor, out steps, out stepsJson),
            };
            if (!valid)
            {
                return false;
            }
        }

        if (!cursor.Finished(Members, seen) || !DatastreamId.TryParse(datastreamText, out var datastream))
        {
            return false;
        }

        var computed = Procedure.IdOf(datastream, Encoding.UTF8.GetBytes(stepsJson));
        if (!string.Equals(id, computed, StringComparison.Ordinal))
        {
            return cursor.Fail(WireReasons.BadValue, $"expected the id {computed} that its steps make, found {id}");
        }

        procedure = Procedure.FromTrusted(id, datastream, validFrom, steps, stepsJson);
        return true;
    }

    private static bool ReadSteps(ref WireCursor cursor, out ProcedureStep[] steps, out string json)
    {
        (steps, json) = ([], "");
        if (!cursor.EnterArray())
        {
            return false;
        }

        var start = cursor.TokenStart;
        var list = new List<ProcedureStep>();
        while (cursor.Read() && cursor.Token != JsonTokenType.EndArray)
        {
            if (cursor.Token != JsonTokenType.StartObject)
            {
                return cursor.Expected("a step");
            }

            if (list.Count == WireLimits.ProcedureSteps)
            {
                return cursor.Fail(WireReasons.TooLarge, $"expected at most {WireLimits.ProcedureSteps} steps");
            }

            if (!ProcedureStepReader.Read(ref cursor, out var step))
            {
                return false;
            }

            if (list.Count == 0 != step is RawStep)
            {
                return cursor.Fail(WireReasons.BadValue, "expected a step 'raw' first and nowhere else");
            }

            list.Add(step);
        }

        if (list.Sum(step => step.Inputs.Count) > ProcedureInputs.Maximum)
        {
            return cursor.Fail(WireReasons.BadValue, $"expected at most {ProcedureInputs.Maximum} inputs in all steps");
        }

        steps = [.. list];
        json = Encoding.UTF8.GetString(cursor.Slice(start));
        return list.Count > 0 || cursor.Expected("at least one step");
    }
}
