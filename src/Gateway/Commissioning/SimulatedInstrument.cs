using MeetNet.Devices;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;
using MeetNet.Gateway.Stations;

namespace MeetNet.Gateway.Commissioning;

/// <summary>One instrument that is played: its profile run backwards with the values of its script. Not thread-safe.</summary>
internal sealed class SimulatedInstrument
{
    /// <summary>Requests are short; what is longer is noise and goes.</summary>
    private const int WindowBytes = 1_024;

    private readonly IDeviceSimulator _simulator;
    private readonly InstrumentScript _script;
    private readonly FieldScript?[] _fields;
    private readonly double[] _values;
    private readonly string?[] _units;
    private readonly byte[] _window = new byte[WindowBytes];
    private readonly byte[] _frame;
    private int _waiting;

    public SimulatedInstrument(Instrument instrument, InstrumentScript script)
        : this(instrument.Sensor, instrument.Profile, instrument.Address, script, instrument.Profile.Timing.Interval) =>
        _units = [.. Enumerable.Range(0, _fields.Length).Select(instrument.UnitOf)];

    /// <param name="sensor">What it is called in the log.</param>
    /// <param name="interval">How often it talks unasked.</param>
    public SimulatedInstrument(string sensor, DeviceProfile profile, DeviceAddress address, InstrumentScript script, TimeSpan interval)
    {
        Sensor = sensor;
        Profile = profile.Id;
        Interval = interval;
        _script = script;
        _simulator = ProfileShelf.DriverOf(profile).Simulate(profile, address);
        _fields = [.. profile.Fields.Select(f => script.Fields.GetValueOrDefault(f.Name))];
        _values = new double[_fields.Length];
        _units = new string?[_fields.Length];
        _frame = new byte[_simulator.MaxFrame];
    }

    public string Sensor { get; }

    public string Profile { get; }

    /// <summary>Whether it talks unasked.</summary>
    public bool Unasked => _simulator.Requests is null;

    /// <summary>How long after its last answer it says something by itself; null when it does not.</summary>
    public TimeSpan? SpeaksAfter => _simulator.SpeaksAfter;

    /// <summary>How often it talks unasked.</summary>
    public TimeSpan Interval { get; }

    public UplinkScript? Uplink => _script.Uplink;

    /// <summary>The topics that it talks on by itself; empty when whoever plays it says the topic.</summary>
    public IReadOnlyList<string> Topics => _simulator.Topics;

    /// <summary>Whether its line is to be unplugged now.</summary>
    public bool IsUnplugged(DateTimeOffset now) => _script.Disturbances.Any(d => d.Kind is null && d.IsOn(now));

    /// <summary>What goes wrong now; the first that is on counts.</summary>
    public Disturbance DisturbanceAt(DateTimeOffset now) =>
        _script.Disturbances.FirstOrDefault(d => d.Kind is not null && d.IsOn(now))?.Kind ?? Disturbance.None;

    /// <summary>Hears the bytes on its line and answers what is asked of it; the answer is valid until the next call.</summary>
    public ReadOnlySpan<byte> Hear(ReadOnlySpan<byte> bytes, DateTimeOffset now)
    {
        if (_simulator.Requests is not { } framer)
        {
            return default;
        }

        if (bytes.Length > _window.Length - _waiting)
        {
            _waiting = 0;
            bytes = bytes[Math.Max(0, bytes.Length - _window.Length)..];
        }

        bytes.CopyTo(_window.AsSpan(_waiting));
        _waiting += bytes.Length;
        var answered = 0;
        while (_waiting > 0 && framer.Cut(_window.AsSpan(0, _waiting)) is { Result: not CutResult.NeedMore } cut)
        {
            if (cut.Result == CutResult.Frame)
            {
                answered = _simulator.Answer(_window.AsSpan(0, cut.Consumed), StateAt(now), _frame);
            }

            _window.AsSpan(cut.Consumed, _waiting - cut.Consumed).CopyTo(_window);
            _waiting -= cut.Consumed;
        }

        return _frame.AsSpan(0, answered);
    }

    /// <summary>What it says unasked; valid until the next call.</summary>
    public ReadOnlySpan<byte> Speak(DateTimeOffset now) => _frame.AsSpan(0, _simulator.Emit(StateAt(now), _frame));

    /// <summary>The message of one uplink: of the period that ended at <paramref name="at"/>, or of the instant that it is sent.</summary>
    public byte[] Message(DateTimeOffset at, DateTimeOffset now, string topic)
    {
        var uplink = _script.Uplink!;
        for (var i = 0; i < _values.Length; i++)
        {
            _values[i] = _fields[i] is not { } field ? double.NaN : uplink.Mean ? field.Mean(at - uplink.Every, at) : field.At(now);
        }

        var stamp = uplink.Zone is { } zone
            ? new DeviceTime(TimeZoneInfo.ConvertTime(at, zone).DateTime, null)
            : new DeviceTime(at.UtcDateTime, TimeSpan.Zero);
        var state = new SimulatedState
        {
            Values = _values,
            Units = _units,
            Disturbance = DisturbanceAt(now),
            Topic = topic,
            // One number for each period, also across restarts; a LoRaWAN counter has 32 bits.
            Counter = at.UtcTicks / uplink.Every.Ticks % uint.MaxValue,
            NetworkTime = now,
            DeviceTime = stamp,
            Seed = (ulong)now.UtcTicks,
        };
        return _frame.AsSpan(0, _simulator.Emit(state, _frame)).ToArray();
    }

    private SimulatedState StateAt(DateTimeOffset now)
    {
        for (var i = 0; i < _values.Length; i++)
        {
            _values[i] = _fields[i]?.At(now) ?? double.NaN;
        }

        return new SimulatedState
        {
            Values = _values,
            Units = _units,
            Disturbance = DisturbanceAt(now),
            DeviceTime = new DeviceTime(now.UtcDateTime, TimeSpan.Zero),
            Seed = (ulong)now.UtcTicks,
        };
    }
}
