namespace MeetNet.Devices.Payloads;

/// <summary>One record of a SenML pack as written, before its base values are applied (RFC 8428 §4.1, §4.2).</summary>
internal ref struct SenmlRecord
{
    public ReadOnlySpan<byte> BaseName, Name, BaseUnit, Unit;
    public double? BaseTime, Time, BaseValue, Value;
    public int? Version;
    public bool HasBaseName, HasName, HasBaseUnit, HasUnit;

    /// <summary>vb.</summary>
    public bool? Truth;

    /// <summary>Whether there is a vs or vd, which carry no number.</summary>
    public bool HasText, HasData;

    /// <summary>s or bs: an integral over time, which is no measurement of the quantity.</summary>
    public bool HasSum;
}

/// <summary>Reads the records of one encoding, one after the other.</summary>
internal enum SenmlStep
{
    /// <summary>A record was read.</summary>
    Record,

    /// <summary>There are no more.</summary>
    End,

    /// <summary>The bytes are not a pack.</summary>
    Fault,
}
