namespace MeetNet.Mqtt.Tests.Chaos;

/// <summary>
/// How often each message of a round arrived. Messages are numbered over all rounds; a round's numbers follow the last one's.
/// Written by the one that receives, read when all is quiet.
/// </summary>
internal sealed class Tally
{
    private readonly Lock _gate = new();
    private int[] _arrivals = [];
    private long _first;
    private int _missing;

    /// <summary>Arrivals of messages of earlier rounds: repeats, for every round ends with all of its messages there.</summary>
    public long Stale { get; private set; }

    /// <summary>Messages of the round that have not come.</summary>
    public int Missing
    {
        get
        {
            lock (_gate)
            {
                return _missing;
            }
        }
    }

    /// <summary>Messages of the round that have come.</summary>
    public int Arrived => _arrivals.Length - Missing;

    /// <summary>Arrivals of the round beyond the first of each message.</summary>
    public long Repeats
    {
        get
        {
            lock (_gate)
            {
                return _arrivals.Sum(count => (long)Math.Max(0, count - 1));
            }
        }
    }

    /// <summary>Whether this message of the round has come.</summary>
    public bool Has(long number)
    {
        lock (_gate)
        {
            return _arrivals[number - _first] > 0;
        }
    }

    /// <summary>A new round: <paramref name="count"/> messages from number <paramref name="first"/>.</summary>
    public void Begin(long first, int count)
    {
        lock (_gate)
        {
            (_first, _arrivals, _missing, Stale) = (first, new int[count], count, 0);
        }
    }

    /// <summary>A message came.</summary>
    public void Note(long number)
    {
        lock (_gate)
        {
            if (number < _first || number >= _first + _arrivals.Length)
            {
                Stale++;
                return;
            }

            if (_arrivals[number - _first]++ == 0)
            {
                _missing--;
            }
        }
    }
}
