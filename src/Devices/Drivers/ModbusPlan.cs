using MeetNet.Devices.Profiles;

namespace MeetNet.Devices.Drivers;

/// <summary>A status number that is not in the table of its field: it is read first and kept as one bit of the poll's state.</summary>
/// <param name="Bit">Which bit of <see cref="FrameContext.State"/> is set when the rule holds.</param>
internal readonly record struct ModbusFlag(int Bit, ModbusStatusRule Rule);

/// <summary>One request: which places, which fields are decoded from its answer, and which flags of others.</summary>
internal sealed record ModbusRead(ModbusSpan Span, IReadOnlyList<int> Fields, IReadOnlyList<ModbusFlag> Flags);

/// <summary>The reads of one poll: as few as the device's limits allow, those with flags first.</summary>
internal sealed record ModbusPlan(IReadOnlyList<ModbusRead> Reads)
{
    /// <summary>The bits of the state that flags have; those above are the codec's.</summary>
    public const int MaxFlags = 24;

    public static ModbusPlan Of(DeviceProfile profile)
    {
        var fields = profile.Fields.Select(f => (ModbusFieldSettings)f.Settings).ToArray();
        var flags = FlagsOf(profile);
        var spans = Spans(fields, (ModbusSettings)profile.Settings);
        var reads = spans.Select((span, at) => new ModbusRead(
            span,
            [.. Enumerable.Range(0, fields.Length).Where(i => IsFirst(spans, at, fields[i].Span))],
            [.. flags.Where(f => IsFirst(spans, at, f.Rule.Span))]));
        return new ModbusPlan([.. reads.OrderBy(r => r.Flags.Count == 0)]);
    }

    /// <summary>Whether this is the first read that covers these places: what two reads cover is taken from one.</summary>
    private static bool IsFirst(List<ModbusSpan> spans, int at, ModbusSpan places) => spans.FindIndex(s => s.Covers(places)) == at;

    /// <summary>The rules of all fields that look into another table than their field's, each once.</summary>
    public static IReadOnlyList<ModbusFlag> FlagsOf(DeviceProfile profile) =>
        [.. profile.Fields.Select(f => (ModbusFieldSettings)f.Settings)
            .SelectMany(f => f.Status.Where(s => s.Table != f.Table))
            .Distinct()
            .Select((rule, bit) => new ModbusFlag(bit, rule))];

    /// <summary>The index of the read that covers these places, or -1.</summary>
    public int ReadOf(ModbusSpan span)
    {
        for (var i = 0; i < Reads.Count; i++)
        {
            if (Reads[i].Span.Covers(span))
            {
                return i;
            }
        }

        return -1;
    }

    private static List<ModbusSpan> Spans(ModbusFieldSettings[] fields, ModbusSettings settings)
    {
        var alone = fields.Select(f => Join(f.Status.Where(s => s.Table == f.Table).Select(s => s.Span).Append(f.Span), settings)).ToArray();
        var apart = fields.SelectMany(f => f.Status.Where(s => s.Table != f.Table)).Select(s => s.Span);
        return settings.OneFieldPerRead
            ? [.. alone.SelectMany(s => s).Concat(Join(apart, settings)).Distinct().OrderBy(s => s.Table).ThenBy(s => s.Start)]
            : Join(alone.SelectMany(s => s).Concat(apart), settings);
    }

    private static List<ModbusSpan> Join(IEnumerable<ModbusSpan> spans, ModbusSettings settings)
    {
        var joined = new List<ModbusSpan>();
        foreach (var span in spans.Distinct().OrderBy(s => s.Table).ThenBy(s => s.Start).ThenBy(s => s.End))
        {
            if (joined.Count > 0 && joined[^1] is var last && span.Table == last.Table && span.Start <= last.End + settings.MaxGap
                && Math.Max(span.End, last.End) - last.Start <= settings.MaxOf(span.Table))
            {
                joined[^1] = last with { End = Math.Max(span.End, last.End) };
            }
            else
            {
                joined.Add(span);
            }
        }

        return joined;
    }
}
