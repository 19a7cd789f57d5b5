namespace MeetNet.Observations.Time;

/// <summary>
/// The stamps of one datastream, in the order in which its device gave them. What one stamp alone leaves open, the hour of local time that occurs twice, is settled by the
/// stamps before it: a device does not go back in time, and goes on at its interval. Not thread-safe; allocates nothing.
/// </summary>
/// <param name="convention">How the device stamps.</param>
/// <param name="interval">How often it is expected to; above zero.</param>
public sealed class StampSequence(StampConvention convention, TimeSpan interval)
{
    /// <summary>
    /// A stamp continues the series when it is at most its interval after the last one, and half of it for clocks that are kept, but not more than half of the hour that lies between
    /// the two instants of a stamp.
    /// </summary>
    private readonly TimeSpan _step = interval + (interval / 2 < StampConvention.Promptness ? interval / 2 : StampConvention.Promptness);

    private DateTimeOffset? _last;

    /// <summary>The phenomenon time of a stamp that carries its own offset; see <see cref="StampConvention"/>.</summary>
    public StampOutcome Resolve(DateTime stamp, TimeSpan offset, out PhenomenonTime time) => Remember(convention.Resolve(stamp, offset, out time), time);

    /// <summary>
    /// The phenomenon time of a stamp without offset. Where it names two instants, in this order: the later one can't be when its interval was not over at the reception; it must be
    /// when the earlier one is not after the stamp before. Else the earlier one is taken when it continues the series, and the later one when the value came promptly after it;
    /// when both hold or neither, the stamp is ambiguous, and the later one is filed and said to be in doubt.
    /// </summary>
    /// <param name="stamp">What the clock showed; its kind is ignored.</param>
    /// <param name="received">When the value was received, UTC; null when that is not known.</param>
    /// <param name="time">The phenomenon time; meaningless for <see cref="StampOutcome.Nonexistent"/> and <see cref="StampOutcome.OutOfRange"/>.</param>
    public StampOutcome Resolve(DateTime stamp, DateTimeOffset? received, out PhenomenonTime time) =>
        Remember(convention.Read(stamp, out time, out var later) is { } outcome ? outcome : Choose(time, later, received, out time), time);

    private StampOutcome Choose(PhenomenonTime earlier, PhenomenonTime later, DateTimeOffset? received, out PhenomenonTime time)
    {
        time = later;
        if (StampConvention.IsBefore(received, later))
        {
            time = earlier;
            return StampOutcome.ByReception;
        }

        if (_last >= earlier.End && _last < later.End)
        {
            return StampOutcome.BySequence;
        }

        var continues = _last < earlier.End && earlier.End - _last <= _step;
        var prompt = StampConvention.IsPrompt(received, later);
        if (continues && !prompt)
        {
            time = earlier;
            return StampOutcome.BySequence;
        }

        return prompt && !continues ? StampOutcome.ByReception : StampOutcome.Ambiguous;
    }

    private StampOutcome Remember(StampOutcome outcome, PhenomenonTime time)
    {
        if (outcome is StampOutcome.Certain or StampOutcome.ByReception or StampOutcome.BySequence)
        {
            _last = time.End;
        }

        return outcome;
    }
}
