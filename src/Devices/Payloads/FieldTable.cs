using MeetNet.Devices.Profiles;

namespace MeetNet.Devices.Payloads;

/// <summary>The fields of a profile as payloads read and write them. Which fields a payload had is one bit each (<see cref="ProfileReader.MaxFields"/> is 64).</summary>
internal sealed class FieldTable<TField>
    where TField : PayloadField
{
    private readonly FieldProfile[] _profiles;
    private readonly TField[] _fields;

    public FieldTable(DeviceProfile profile)
    {
        _profiles = [.. profile.Fields];
        _fields = [.. profile.Fields.Select(f => (TField)f.Settings)];
    }

    public int Count => _fields.Length;

    public TField this[int field] => _fields[field];

    /// <summary>Adds the number that stands at the beginning of the bytes.</summary>
    public void Read(int field, scoped ReadOnlySpan<byte> bytes, ref ReadingBuffer readings, DeviceTime? time = null) =>
        Add(field, _fields[field].Layout!.Value.Read(bytes), ref readings, time);

    /// <summary>Adds a number as transmitted.</summary>
    public void Add(int field, double transmitted, ref ReadingBuffer readings, DeviceTime? time = null) =>
        readings.Add(_profiles[field].Value.Read(field, transmitted) with { Time = time });

    /// <summary>Adds what should have been there and was not.</summary>
    /// <param name="seen">One bit for each field that there was.</param>
    public void AddMissing(ulong seen, ref ReadingBuffer readings)
    {
        for (var i = 0; i < _fields.Length; i++)
        {
            if (!_fields[i].Optional && (seen & Bit(i)) == 0)
            {
                readings.Add(RawReading.Missing(i));
            }
        }
    }

    /// <summary>A payload of this device without numbers: each field that should be there is missing, and the reason says why.</summary>
    public DecodeStatus Nothing(string reason, ref ReadingBuffer readings)
    {
        readings.Truncate(0);
        readings.Reason = reason;
        AddMissing(0, ref readings);
        return DecodeStatus.Ok;
    }

    /// <summary>The number to transmit: the value, or for none the sentinel that says so; NaN when the device has no such sentinel.</summary>
    public double Transmitted(int field, double value)
    {
        var rule = _profiles[field].Value;
        var number = rule.Write(value);
        if (double.IsFinite(number))
        {
            return number;
        }

        foreach (var sentinel in rule.Sentinels)
        {
            if (sentinel.Means == ReadingStatus.Missing)
            {
                return sentinel.Transmitted;
            }
        }

        return double.NaN;
    }

    public static ulong Bit(int field) => 1UL << field;
}

/// <summary>How payloads end that bring no reading.</summary>
internal static class PayloadEnd
{
    /// <summary>A message that is not about measurements.</summary>
    public static DecodeStatus Unexpected(string reason, ref ReadingBuffer readings)
    {
        readings.Truncate(0);
        readings.Reason = reason;
        return DecodeStatus.Unexpected;
    }
}
