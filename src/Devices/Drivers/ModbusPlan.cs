using MeetNet.Devices.Profiles;

namespace MeetNet.Devices.Drivers;

/// <summary>One request: which registers, and which fields are decoded from its answer.</summary>
internal sealed record ModbusRead(int Start, int Count, IReadOnlyList<int> Fields);

/// <summary>The reads of one poll: as few as the device's limits allow.</summary>
internal sealed record ModbusPlan(IReadOnlyList<ModbusRead> Reads)
{
    public static ModbusPlan Of(DeviceProfile profile)
    {
        var settings = (ModbusRtuSettings)profile.Settings;
        var spans = profile.Fields
            .Select(f => (ModbusFieldSettings)f.Settings)
            .SelectMany(f => f.Status.Select(s => (Start: s.Register, s.End)).Append((Start: f.Register, f.End)))
            .Distinct()
            .Order();

        var reads = new List<(int Start, int End)>();
        foreach (var (start, end) in spans)
        {
            if (reads.Count > 0 && start <= reads[^1].End + settings.MaxGap
                && Math.Max(end, reads[^1].End) - reads[^1].Start <= settings.MaxRegisters)
            {
                reads[^1] = (reads[^1].Start, Math.Max(end, reads[^1].End));
            }
            else
            {
                reads.Add((start, end));
            }
        }

        return new ModbusPlan([.. reads.Select(r => new ModbusRead(r.Start, r.End - r.Start, FieldsIn(profile, r.Start, r.End)))]);
    }

    /// <summary>The index of the read that covers a register, or -1.</summary>
    public int ReadOf(int register)
    {
        for (var i = 0; i < Reads.Count; i++)
        {
            if (register >= Reads[i].Start && register < Reads[i].Start + Reads[i].Count)
            {
                return i;
            }
        }

        return -1;
    }

    private static List<int> FieldsIn(DeviceProfile profile, int start, int end) =>
        [.. Enumerable.Range(0, profile.Fields.Count).Where(i =>
        {
            var register = ((ModbusFieldSettings)profile.Fields[i].Settings).Register;
            return register >= start && register < end;
        })];
}
