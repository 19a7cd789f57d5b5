namespace MeetNet.Observations.Aggregation;

/// <summary>What a stage, or the whole, has to say when it is asked for the next aggregate.</summary>
public enum AggregatorState
{
    /// <summary>Here is one.</summary>
    Ready,

    /// <summary>More samples are needed to tell.</summary>
    NeedsSamples,

    /// <summary>There are no more.</summary>
    Done,
}

/// <summary>Something that gives aggregates, one after the other.</summary>
internal interface IStage
{
    AggregatorState Next(out Aggregate aggregate);
}

/// <summary>The samples that have come and were not yet taken.</summary>
internal sealed class SampleFeed
{
    private ReadOnlyMemory<Sample> _pending;

    public bool HasEnded { get; private set; }

    public ReadOnlySpan<Sample> Pending => _pending.Span;

    public void Give(ReadOnlyMemory<Sample> samples)
    {
        if (!_pending.IsEmpty || HasEnded)
        {
            throw new InvalidOperationException(HasEnded ? "After the end there are no samples." : "The samples before have not been taken yet.");
        }

        _pending = samples;
    }

    public void End() => HasEnded = true;

    public void Take(int count) => _pending = _pending[count..];
}

/// <summary>What the stages have in common.</summary>
internal sealed record StageSettings(DateTimeOffset From, DateTimeOffset To, DateTimeOffset Now, TimeSpan? Interval, AggregateStatistic Statistic);
