namespace MeetNet.Observations.Quality;

/// <summary>What the neighbour measured around a value.</summary>
/// <param name="Count">How many usable values.</param>
/// <param name="Least">The least of them; 0 of none.</param>
/// <param name="Greatest">The greatest of them; 0 of none.</param>
public readonly record struct NeighbourRange(int Count, double Least, double Greatest);

/// <summary>
/// The QARTOD neighbour (spatial) test: a value is suspect when it is further outside everything that the neighbour measured around it than the threshold. A peak that reaches both is within that range, also when
/// it comes to one of them earlier; so a storm survives. It never says fail: a value may be right and local.
/// </summary>
/// <param name="Window">How long before and after a value the neighbour's values are looked at.</param>
/// <param name="Suspect">How far outside their range is suspect, in the canonical unit.</param>
/// <param name="MinimumValues">With fewer values of the neighbour the test is not evaluated.</param>
public sealed record Neighbour(TimeSpan Window, double Suspect, int MinimumValues)
{
    /// <summary>Name of the test.</summary>
    public const string TestName = "neighbour";

    /// <summary>Most values that may be asked for.</summary>
    public const int MostValues = 1_000;

    /// <summary>Longest window.</summary>
    public static readonly TimeSpan LongestWindow = TimeSpan.FromDays(7);

    /// <summary>The flag of a value.</summary>
    /// <param name="value">The value, in the canonical unit.</param>
    /// <param name="around">What the neighbour measured in the window around it.</param>
    /// <param name="difference">How much more than the neighbour the place of the value usually has.</param>
    public QartodFlag Test(double value, in NeighbourRange around, double difference)
    {
        if (around.Count < MinimumValues)
        {
            return QartodFlag.NotEvaluated;
        }

        return value < around.Least + difference - Suspect || value > around.Greatest + difference + Suspect ? QartodFlag.Suspect : QartodFlag.Good;
    }
}

/// <summary>The least and the greatest of the values in a window that moves on: what is added and forgotten comes in order of time.</summary>
public sealed class MovingRange
{
    // The candidates for least and greatest: each later one is greater (less) than those before, which it would hide otherwise.
    private readonly LinkedList<(long At, double Value)> _rising = new();
    private readonly LinkedList<(long At, double Value)> _falling = new();
    private readonly Queue<long> _times = new();

    /// <summary>Of the values that are in the window now.</summary>
    public NeighbourRange Current => _times.Count == 0 ? default : new NeighbourRange(_times.Count, _rising.First!.Value.Value, _falling.First!.Value.Value);

    /// <summary>Adds a value that is not earlier than those before.</summary>
    public void Add(long at, double value)
    {
        while (_rising.Last is { } last && last.Value.Value >= value)
        {
            _rising.RemoveLast();
        }

        while (_falling.Last is { } last && last.Value.Value <= value)
        {
            _falling.RemoveLast();
        }

        _rising.AddLast((at, value));
        _falling.AddLast((at, value));
        _times.Enqueue(at);
    }

    /// <summary>Forgets what is earlier.</summary>
    public void Forget(long before)
    {
        while (_times.TryPeek(out var at) && at < before)
        {
            _times.Dequeue();
            Drop(_rising, before);
            Drop(_falling, before);
        }
    }

    private static void Drop(LinkedList<(long At, double Value)> candidates, long before)
    {
        while (candidates.First is { } first && first.Value.At < before)
        {
            candidates.RemoveFirst();
        }
    }
}
