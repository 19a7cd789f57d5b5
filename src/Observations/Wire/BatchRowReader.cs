using System.Text;
using System.Text.Json;

namespace MeetNet.Observations.Wire;

/// <summary>
/// Reads the groups of a batch and their rows: the hot loop of the intake. Rows are gathered in one array for the whole
/// batch, which the caller lends, so that what a message says of its length never decides what is allocated.
/// </summary>
internal struct BatchRowReader(ObservationRow[] scratch)
{
    private enum Component : byte
    {
        Sequence,
        PhenomenonTime,
        ResultTime,
        Result,
        ResultQuality,
        QualityTests,
        Raw,
        Revision,
        Inputs,
        Unknown,
    }

    private static readonly WireMembers Members = new(
        "Datastream", "procedure", "components", "dataArray@iot.count?", "dataArray");

    private static readonly WireMembers DatastreamMembers = new("@iot.id");

    private static readonly WireMembers Components = new(
        "sequence", "phenomenonTime", "resultTime?", "result", "resultQuality", "qualityTests?", "raw?", "revision?", "inputs?");

    private const int MaximumComponents = 32;

    private readonly ObservationRow[] _rows = scratch;
    private int _count;
    private string? _lastTests;

    /// <summary>All rows read, in the order of the message.</summary>
    public readonly ReadOnlySpan<ObservationRow> Rows => _rows.AsSpan(0, _count);

    public bool ReadGroups(ref WireCursor cursor, out IReadOnlyList<DatastreamRows> groups)
    {
        groups = [];
        if (!cursor.EnterArray())
        {
            return false;
        }

        var list = new List<DatastreamRows>();
        while (cursor.Read() && cursor.Token != JsonTokenType.EndArray)
        {
            if (cursor.Token != JsonTokenType.StartObject)
            {
                return cursor.Expected("an object with the rows of one datastream");
            }

            if (!ReadGroup(ref cursor, out var group))
            {
                return false;
            }

            list.Add(group);
        }

        groups = list;
        return true;
    }

    private bool ReadGroup(ref WireCursor cursor, out DatastreamRows group)
    {
        group = null!;
        var (datastream, procedure, count) = ("", "", -1L);
        Span<Component> components = stackalloc Component[MaximumComponents];
        var width = 0;
        ObservationRow[] rows = [];
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(Members, ref seen)) >= 0;)
        {
            var valid = member switch
            {
                0 => ReadDatastream(ref cursor, out datastream),
                1 => cursor.ProcedureId(out procedure),
                2 => ReadComponents(ref cursor, components, out width),
                3 => cursor.Integer(0, int.MaxValue, out count),
                _ => ReadRows(ref cursor, components[..width], out rows),
            };
            if (!valid)
            {
                return false;
            }
        }

        if (!cursor.Finished(Members, seen))
        {
            return false;
        }

        if (count >= 0 && count != rows.Length)
        {
            return cursor.Fail(WireReasons.BadValue, $"expected dataArray@iot.count to be the number of rows, {rows.Length}, found {count}");
        }

        group = new DatastreamRows(datastream, procedure, rows);
        return true;
    }

    private static bool ReadDatastream(ref WireCursor cursor, out string datastream)
    {
        datastream = "";
        if (!cursor.EnterObject())
        {
            return false;
        }

        var seen = default(WireSeen);
        while (cursor.Next(DatastreamMembers, ref seen) >= 0)
        {
            if (!cursor.DatastreamId(out datastream))
            {
                return false;
            }
        }

        return cursor.Finished(DatastreamMembers, seen);
    }

    private static bool ReadComponents(ref WireCursor cursor, scoped Span<Component> components, out int width)
    {
        width = 0;
        if (!cursor.EnterArray())
        {
            return false;
        }

        var known = 0UL;
        HashSet<string>? unknown = null;
        while (cursor.Read() && cursor.Token != JsonTokenType.EndArray)
        {
            if (cursor.Token != JsonTokenType.String)
            {
                return cursor.Expected("the name of a component");
            }

            if (width == components.Length)
            {
                return cursor.Fail(WireReasons.TooLarge, $"expected at most {MaximumComponents} components");
            }

            var component = Component.Unknown;
            for (var i = 0; i < Components.Count; i++)
            {
                component = cursor.TokenEquals(Components[i]) ? (Component)i : component;
            }

            var bit = component == Component.Unknown ? 0UL : 1UL << (int)component;
            if ((known & bit) != 0 || (bit == 0 && !(unknown ??= new HashSet<string>(StringComparer.Ordinal)).Add(cursor.CurrentText)))
            {
                return cursor.Expected("each component once");
            }

            known |= bit;
            components[width++] = component;
        }

        var missing = Components.Required & ~known;
        return missing == 0 || cursor.Fail(WireReasons.MissingMember,
            $"expected a component '{Components.NameOf(System.Numerics.BitOperations.TrailingZeroCount(missing))}'");
    }

    private bool ReadRows(ref WireCursor cursor, scoped ReadOnlySpan<Component> components, out ObservationRow[] rows)
    {
        rows = [];
        if (!cursor.EnterArray())
        {
            return false;
        }

        if (components.IsEmpty)
        {
            return cursor.Fail(WireReasons.BadValue, "expected the components before the dataArray");
        }

        var start = _count;
        while (cursor.Read() && cursor.Token != JsonTokenType.EndArray)
        {
            if (_count == WireLimits.BatchObservations)
            {
                return cursor.Fail(WireReasons.TooLarge, $"expected at most {WireLimits.BatchObservations} observations");
            }

            if (!ReadRow(ref cursor, components, out _rows[_count]))
            {
                return false;
            }

            _count++;
        }

        if (_count == start)
        {
            return cursor.Expected("at least one row");
        }

        rows = _rows.AsSpan(start, _count - start).ToArray();
        return true;
    }

    private bool ReadRow(ref WireCursor cursor, scoped ReadOnlySpan<Component> components, out ObservationRow row)
    {
        row = default;
        if (cursor.Token != JsonTokenType.StartArray)
        {
            return cursor.Expected("a row");
        }

        var (sequence, flag, revision) = (0L, 0L, 0L);
        var time = default(PhenomenonTime);
        var resultTime = -1L;
        var (result, raw, first, second) = (double.NaN, double.NaN, double.NaN, double.NaN);
        string? tests = null;
        foreach (var component in components)
        {
            cursor.Read();
            var valid = component switch
            {
                Component.Sequence => cursor.TryCurrentInteger(1, WireLimits.HighestSequence, out sequence)
                    || cursor.Expected($"a sequence from 1 to {WireLimits.HighestSequence}"),
                Component.PhenomenonTime => (cursor.IsPlainString && PhenomenonTime.TryParse(cursor.Bytes, out time))
                    || cursor.Expected("an instant like 2026-11-21T10:00:00Z or an interval begin/end"),
                Component.ResultTime => ReadResultTime(ref cursor, out resultTime),
                Component.Result => cursor.TryCurrentNumberOrNull(out result) || cursor.Expected("a finite number or null"),
                Component.ResultQuality => (cursor.TryCurrentInteger(1, 9, out flag) && QartodFlags.IsDefined((QartodFlag)flag))
                    || cursor.Expected("a QARTOD flag 1, 2, 3, 4 or 9"),
                Component.QualityTests => ReadTests(ref cursor, out tests),
                Component.Raw => cursor.TryCurrentNumberOrNull(out raw) || cursor.Expected("a finite number or null"),
                Component.Revision => cursor.TryCurrentInteger(0, int.MaxValue, out revision) || cursor.Expected($"a revision from 0 to {int.MaxValue}"),
                Component.Inputs => ReadInputs(ref cursor, out first, out second),
                _ => cursor.SkipCurrent(),
            };
            if (!valid)
            {
                return false;
            }
        }

        if (!cursor.Read() || cursor.Token != JsonTokenType.EndArray)
        {
            return cursor.Expected($"a row of {components.Length} values");
        }

        if (flag == (long)QartodFlag.Missing != double.IsNaN(result))
        {
            return cursor.Fail(WireReasons.BadValue, $"expected flag 9 exactly when there is no result, found flag {flag}");
        }

        row = new ObservationRow(sequence, time, resultTime, result, (QartodFlag)flag, tests, raw, (int)revision, first, second);
        return true;
    }

    private static bool ReadInputs(ref WireCursor cursor, out double first, out double second)
    {
        (first, second) = (double.NaN, double.NaN);
        if (cursor.Token == JsonTokenType.Null)
        {
            return true;
        }

        var count = 0;
        if (cursor.Token == JsonTokenType.StartArray)
        {
            for (; cursor.Read() && cursor.Token != JsonTokenType.EndArray; count++)
            {
                if (count == ProcedureInputs.Maximum || !cursor.TryCurrentNumberOrNull(out var value))
                {
                    count = 0;
                    break;
                }

                (first, second) = count == 0 ? (value, second) : (first, value);
            }
        }

        return count > 0 || cursor.Expected($"null or 1 to {ProcedureInputs.Maximum} finite numbers or nulls");
    }

    private static bool ReadResultTime(ref WireCursor cursor, out long ticks)
    {
        ticks = -1;
        return cursor.Token == JsonTokenType.Null || (cursor.IsPlainString && Iso8601.TryParseTicks(cursor.Bytes, out ticks))
            || cursor.Expected("an instant like 2026-11-21T10:00:01Z or null");
    }

    private bool ReadTests(ref WireCursor cursor, out string? tests)
    {
        tests = null;
        if (cursor.Token == JsonTokenType.Null)
        {
            return true;
        }

        if (!cursor.IsPlainString || !QualityTests.IsList(cursor.Bytes))
        {
            return cursor.Expected($"names of tests {QualityTests.Pattern} or null");
        }

        // Bad rows come in runs with the same reason: share its text.
        if (_lastTests is null || !Ascii.Equals(cursor.Bytes, _lastTests))
        {
            _lastTests = Encoding.ASCII.GetString(cursor.Bytes);
        }

        tests = _lastTests;
        return true;
    }
}
