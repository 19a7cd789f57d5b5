using FsCheck;
using FsCheck.Fluent;
using MeetNet.Devices.Drivers;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;
using MeetNet.Devices.Tests.Vectors;

namespace MeetNet.Devices.Tests.Simulation;

/// <summary>decode(simulate(values)) is the values again, within the quantisation of the device: for every profile there is.</summary>
public sealed class RoundTripTests
{
    public static TheoryData<string> Ids() => Repository.ProfileIds();

    [Theory]
    [MemberData(nameof(Ids))]
    public void Values_come_back_within_the_quantum(string id)
    {
        var rig = Rig.Of(id);
        Prop.ForAll(Values(rig.Profile).ToArbitrary(), values =>
        {
            var state = State(values);
            var readings = rig.Play(state, out var status);
            Assert.Equal(DecodeStatus.Ok, status);
            Assert.Equal(values.Length, readings.Select(r => r.Field).Distinct().Count());
            foreach (var reading in readings)
            {
                var expected = values[reading.Field];
                Assert.Equal(ReadingStatus.Ok, reading.Status);
                Assert.InRange(reading.Value, expected - Quantum(rig.Profile, reading.Field, expected), expected + Quantum(rig.Profile, reading.Field, expected));
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_value_that_the_device_can_say_exactly_comes_back_exactly(string id)
    {
        var rig = Rig.Of(id);
        Prop.ForAll(Values(rig.Profile).ToArbitrary(), values =>
        {
            var once = Said(rig.Play(State(values), out _));
            var twice = Said(rig.Play(State(once), out _));
            Assert.Equal(once, twice);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_missing_number_is_never_a_number(string id)
    {
        var rig = Rig.Of(id);
        var values = rig.Profile.Fields.Select(_ => double.NaN).ToArray();
        Assert.DoesNotContain(rig.Play(State(values), out _), r => r.Status == ReadingStatus.Ok);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Nothing_that_is_played_wrong_gives_a_wrong_number(string id)
    {
        var rig = Rig.Of(id);
        var values = rig.Profile.Fields.Select(f => f.Value.Minimum ?? 10).ToArray();
        foreach (var disturbance in Enum.GetValues<Disturbance>().Where(d => d != Disturbance.None))
        {
            for (var seed = 0UL; seed < 200; seed++)
            {
                var readings = rig.Play(State(values, disturbance, seed), out _);

                // A message has no checksum of its own: a flipped bit in JSON can be another valid message. TCP and MQTT guard it.
                // The CR form of Bayern-Hessen has none either, which is why the profiles prefer the other where there is a choice.
                var guarded = rig.Profile.Settings is ModbusSettings
                    ? ModbusFraming.Of(VectorFile.Read(id).Address.Framing).IsChecked
                    : rig.Profile.Driver is "keller-bus" or "fixed-frame" or "shdlc" || id is "acoem/serinus-44"
                        || rig.Profile.Settings is VaisalaSettings { Crc: true }
                        || (rig.Profile.Settings is Sdi12Settings sensor && sensor.Measurements.All(m => m.HasCrc || m.IsBinary));
                var unguarded = disturbance == Disturbance.Corrupt && !guarded;

                // A bare number on a topic of its own has no form that garbage could break.
                unguarded |= disturbance == Disturbance.Garbage && rig.Simulator.Topics.Count > 1;
                Assert.True(unguarded || readings.All(r => r.Status != ReadingStatus.Ok), $"{disturbance}, seed {seed}");
            }
        }
    }

    /// <summary>One value for each field; a device of several messages says some in each of them.</summary>
    private static double[] Said(IEnumerable<RawReading> readings) => [.. readings.DistinctBy(r => r.Field).OrderBy(r => r.Field).Select(r => r.Value)];

    private static SimulatedState State(double[] values, Disturbance disturbance = Disturbance.None, ulong seed = 0) => new()
    {
        Values = values,
        Disturbance = disturbance,
        Seed = seed,
        Topic = "v3/levels@ttn/devices/node/up",
        Counter = 42,
        NetworkTime = new DateTimeOffset(2026, 11, 21, 10, 0, 3, TimeSpan.Zero),
        DeviceTime = new DeviceTime(new DateTime(2026, 11, 21, 11, 0, 0), null),
    };

    private static Gen<double[]> Values(DeviceProfile profile) =>
        Gen.CollectToArray(profile.Fields.Select(f => Value(f, profile.Settings)));

    /// <summary>What the field can carry: its range, or what its type holds around zero.</summary>
    private static Gen<double> Value(FieldProfile field, DriverSettings settings)
    {
        var (low, high) = settings is HessenSettings ? (-9999.0, 99999.0) : (-1000.0, 30000.0);
        if (field.Settings is TextLineFieldSettings { Digits: > 0 } text)
        {
            (low, high) = (0, Math.Pow(10, text.Digits) - 1);
        }

        if (field.Settings.Layout is { } layout)
        {
            var (first, last) = Holds(layout);
            var (a, b) = ((first * field.Value.Scale) + field.Value.Offset, (last * field.Value.Scale) + field.Value.Offset);
            (low, high) = layout.Type == Decoding.NumberType.UInt16 ? (a, b) : (Math.Max(low, Math.Min(a, b)), Math.Min(high, Math.Max(a, b)));
        }

        low = Math.Max(low, field.Value.Minimum ?? low);
        high = Math.Min(high, field.Value.Maximum ?? high);
        if (field.Settings is FixedFrameField { Curve: FixedFrameCurve.Thermistor })
        {
            // The nearest step to an end of the range may lie outside it.
            (low, high) = (low + 1, high - 1);
        }

        return Gen.Choose(0, 1_000_000).Select(n => low + ((high - low) * n / 1_000_000)).Where(value => !IsSentinel(field.Value, value));
    }

    /// <summary>Whether the nearest number to be transmitted means something else: no such value can be said.</summary>
    private static bool IsSentinel(ValueRule rule, double value) => rule.Sentinels.Any(s => Math.Abs(rule.Write(value) - s.Transmitted) <= 0.5001);

    /// <summary>The lowest and highest number that can be transmitted.</summary>
    private static (double First, double Last) Holds(Decoding.NumberLayout layout) => layout switch
    {
        { IsBitField: true } => (0, layout.Mask >> layout.Shift),
        { Type: Decoding.NumberType.UInt8 } => (0, byte.MaxValue),
        { Type: Decoding.NumberType.Int8 } => (sbyte.MinValue, sbyte.MaxValue),
        { Type: Decoding.NumberType.UInt16 } => (0, ushort.MaxValue),
        { Type: Decoding.NumberType.Int16 } => (short.MinValue, short.MaxValue),
        { Type: Decoding.NumberType.UInt32 } => (0, uint.MaxValue),
        { Type: Decoding.NumberType.Int32 } => (int.MinValue, int.MaxValue),
        { Type: Decoding.NumberType.UInt64 } => (0, ulong.MaxValue),
        { Type: Decoding.NumberType.Bcd16 } => (0, 9999),
        { Type: Decoding.NumberType.Bcd32 } => (0, 99_999_999),
        _ => (double.NegativeInfinity, double.PositiveInfinity),
    };

    private static double Quantum(DeviceProfile profile, int field, double value)
    {
        var rule = profile.Fields[field].Value;
        var settings = profile.Fields[field].Settings;
        return settings switch
        {
            HessenFieldSettings => Math.Abs(value) * 5.1e-4,
            CLinkFieldSettings or LgrFieldSettings => Math.Abs(value) * 5.1e-7,
            InnovaFieldSettings => Math.Abs(value) * 5.1e-5,
            AeroqualFieldSettings => Math.Abs(value) * 6.0e-8,
            TeledyneAsciiFieldSettings or PicarroFieldSettings => 5.1e-4,
            Sdi12FieldSettings => 0.51 * Math.Pow(10, Math.Max(1, Math.Ceiling(Math.Log10(Math.Abs(rule.Write(value)) + 1))) - 7) * Math.Abs(rule.Scale),
            NmeaFieldSettings { Number: not NmeaNumber.Plain } => 1e-9,
            NmeaFieldSettings { Decimals: { } places } => 0.5001 * Math.Pow(10, -places) * Math.Abs(rule.Scale),
            VaisalaFieldSettings { Decimals: { } places } => 0.5001 * Math.Pow(10, -places) * Math.Abs(rule.Scale),
            TextLineFieldSettings { Decimals: { } decimals } => 0.5001 * Math.Pow(10, -decimals) * Math.Abs(rule.Scale),

            // One of 1024 steps is 0.4 degrees at most between -40 and 85.
            FixedFrameField { Curve: FixedFrameCurve.Thermistor } => 0.25,
            IioField { Form: IioForm.Raw } own => 0.5001 * Math.Abs(own.UsualScale * rule.Scale),
            IioField => 1e-9 * Math.Max(1, Math.Abs(value)),
            FixedFrameField own => 0.5001 * Math.Abs(rule.Scale) / FixedFrameField.PowersOfTen[own.Decimals],
            { Layout.Type: Decoding.NumberType.Float32 } => Math.Abs(value) * 6.0e-8,
            { Layout: not null } => 0.5001 * Math.Abs(rule.Scale),
            _ => Math.Abs(value) * 1e-12,
        };
    }
}

/// <summary>A simulated device and its codec, joined without a line.</summary>
internal sealed record Rig(DeviceProfile Profile, IDeviceCodec Codec, IDeviceSimulator Simulator)
{
    public static Rig Of(string id)
    {
        var profile = Repository.Profile(id);
        var address = VectorFile.Read(id).Address;
        var driver = DriverCatalog.Find(profile.Driver)!;
        return new Rig(profile, driver.Bind(profile, address), driver.Simulate(profile, address));
    }

    /// <summary>More than any poll takes.</summary>
    private const int MostSteps = 100;

    /// <summary>One poll, or one frame that comes unasked.</summary>
    public IReadOnlyList<RawReading> Play(in SimulatedState state, out DecodeStatus status)
    {
        status = DecodeStatus.Unexpected;
        var buffer = new ReadingBuffer(new RawReading[Math.Max(Profile.Fields.Count, Codec.MaxReadings)]);
        var bytes = new byte[Simulator.MaxFrame];
        var unasked = new List<RawReading>();
        for (var message = 0; Codec.Exchanges == 0 && message < Simulator.Messages; message++)
        {
            buffer.Clear();
            foreach (var topic in Simulator.Topics.DefaultIfEmpty(state.Topic))
            {
                var spoken = state with { Counter = state.Counter + message, Topic = topic };
                TakeSet(FrameContext.Of(0) with { Topic = topic }, bytes.AsSpan(0, Simulator.Emit(spoken, bytes)), ref buffer, ref status);
            }

            unasked.AddRange(buffer.Readings);
        }

        if (Codec.Exchanges == 0)
        {
            return unasked;
        }

        var request = new byte[IDeviceCodec.MaxRequest];
        var next = new Follow(0);
        for (var step = 0; step < MostSteps && next.Exchange < Codec.Exchanges; step++)
        {
            var context = new FrameContext { Exchange = next.Exchange, State = next.State };
            var length = Codec.WriteRequest(context, request);
            var asked = Assert.Single(Stream.Cut(Simulator.Requests!, request.AsSpan(0, length)).Frames);
            buffer.Follow = null;
            if (!Take(context, bytes.AsSpan(0, Simulator.Answer(asked, state, bytes)), ref buffer, ref status))
            {
                // As on a line: a poll ends where no answer comes.
                break;
            }

            next = buffer.Follow ?? new Follow(next.Exchange + 1, State: next.State);
        }

        return buffer.Readings.ToArray();
    }

    /// <summary>What comes unasked: one frame, or several as long as the codec says that more belong to the set.</summary>
    private void TakeSet(FrameContext context, ReadOnlySpan<byte> bytes, ref ReadingBuffer buffer, ref DecodeStatus status)
    {
        foreach (var frame in Stream.Cut(Codec.Framer, bytes).Frames)
        {
            buffer.Follow = null;
            status = Codec.Decode(context, frame, ref buffer);
            if (status != DecodeStatus.Unexpected && buffer.Follow is null)
            {
                return;
            }

            context = context with { State = buffer.Follow?.State ?? context.State };
        }
    }

    /// <summary>One poll, or one frame that comes unasked, over a line that changes what the device sends; the readings are added.</summary>
    public void PlayThrough(in SimulatedState state, Func<byte[], byte[]> line, List<RawReading> found)
    {
        var buffer = new ReadingBuffer(new RawReading[Math.Max(Profile.Fields.Count, Codec.MaxReadings)]);
        var (bytes, request) = (new byte[Simulator.MaxFrame], new byte[IDeviceCodec.MaxRequest]);
        var status = DecodeStatus.Unexpected;
        var next = new Follow(0);
        for (var step = 0; step < MostSteps && next.Exchange < Math.Max(1, Codec.Exchanges); step++)
        {
            var context = new FrameContext { Exchange = next.Exchange, State = next.State };
            var asked = Codec.WriteRequest(context, request);
            var length = Codec.Exchanges == 0 ? Simulator.Emit(state, bytes) : Simulator.Answer(request.AsSpan(0, asked), state, bytes);
            buffer.Follow = null;
            if (Codec.Exchanges == 0)
            {
                TakeSet(context, line(bytes[..length]), ref buffer, ref status);
                break;
            }

            if (!Take(context, line(bytes[..length]), ref buffer, ref status))
            {
                break;
            }

            next = buffer.Follow ?? new Follow(next.Exchange + 1, State: next.State);
        }

        found.AddRange(buffer.Readings);
    }

    private bool Take(FrameContext context, ReadOnlySpan<byte> bytes, ref ReadingBuffer buffer, ref DecodeStatus status)
    {
        foreach (var frame in Stream.Cut(Codec.Framer, bytes).Frames)
        {
            status = Codec.Decode(context, frame, ref buffer);
            if (status != DecodeStatus.Unexpected)
            {
                return true;
            }
        }

        return false;
    }
}
