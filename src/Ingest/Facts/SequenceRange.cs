namespace MeetNet.Ingest.Facts;

/// <summary>A closed range of sequences of one outbox: both ends belong to it.</summary>
internal readonly record struct SequenceRange(long First, long Last)
{
    /// <summary>How many sequences it holds.</summary>
    public long Count => Last - First + 1;

    public bool Contains(long sequence) => sequence >= First && sequence <= Last;

    public override string ToString() => First == Last ? $"{First}" : $"{First}-{Last}";
}
