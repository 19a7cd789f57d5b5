namespace MeetNet.Observations.Wire;

/// <summary>
/// One observation of a batch, without what its group says once (datastream and procedure). 80 bytes, so that the
/// largest batch stays below the large-object heap.
/// </summary>
public readonly record struct ObservationRow
{
    private readonly long _begin;
    private readonly long _end;
    private readonly long _resultTime;
    private readonly double _result;
    private readonly double _raw;
    private readonly double _first;
    private readonly double _second;
    private readonly string? _tests;
    private readonly byte _flag;

    /// <summary>Puts a row together; the values are as an <see cref="Observation"/> has them.</summary>
    /// <exception cref="ArgumentException">The result time is not UTC, or a number is not finite.</exception>
    public ObservationRow(
        long sequence, PhenomenonTime phenomenonTime, DateTimeOffset? resultTime, double? result, ResultQuality quality,
        double? raw, int revision, ProcedureInputs inputs = default)
    {
        if (!double.IsFinite(inputs.First ?? 0) || !double.IsFinite(inputs.Second ?? 0)
            || (result is { } r && !double.IsFinite(r)) || (raw is { } w && !double.IsFinite(w)))
        {
            throw new ArgumentException("A number on the wire is finite; what has no value is null.", nameof(result));
        }

        if (resultTime is { } time)
        {
            Iso8601.RequireUtc(time);
        }

        Sequence = sequence;
        (_begin, _end) = phenomenonTime.Ticks;
        _resultTime = resultTime?.Ticks ?? -1;
        _result = result ?? double.NaN;
        _raw = raw ?? double.NaN;
        _tests = quality.Tests;
        _flag = (byte)quality.Flag;
        (_first, _second) = (inputs.First ?? double.NaN, inputs.Second ?? double.NaN);
        Revision = revision;
    }

    internal ObservationRow(
        long sequence, PhenomenonTime phenomenonTime, long resultTimeTicks, double resultOrNaN, QartodFlag flag, string? tests,
        double rawOrNaN, int revision, double firstOrNaN, double secondOrNaN)
    {
        Sequence = sequence;
        (_begin, _end) = phenomenonTime.Ticks;
        _resultTime = resultTimeTicks;
        _result = resultOrNaN;
        _raw = rawOrNaN;
        (_first, _second) = (firstOrNaN, secondOrNaN);
        _tests = tests;
        _flag = (byte)flag;
        Revision = revision;
    }

    /// <summary>Number of the row in the gateway's outbox; 1 or more.</summary>
    public long Sequence { get; }

    /// <summary>When the value applied.</summary>
    public PhenomenonTime PhenomenonTime => PhenomenonTime.FromTrustedTicks(_begin, _end);

    /// <summary>When the gateway had the result; null when it was not sent.</summary>
    public DateTimeOffset? ResultTime => _resultTime < 0 ? null : new DateTimeOffset(_resultTime, TimeSpan.Zero);

    /// <summary>The value in the canonical unit; null when missing.</summary>
    public double? Result => double.IsNaN(_result) ? null : _result;

    /// <summary>QARTOD flag and tests.</summary>
    public ResultQuality Quality => new((QartodFlag)_flag, _tests);

    /// <summary>The device's own number; null when it gave none.</summary>
    public double? Raw => double.IsNaN(_raw) ? null : _raw;

    /// <summary>The results of other datastreams that it was made with.</summary>
    public ProcedureInputs Inputs => new(double.IsNaN(_first) ? null : _first, double.IsNaN(_second) ? null : _second);

    /// <summary>0, higher for corrections.</summary>
    public int Revision { get; }
}
