using MeetNet.Devices.Decoding;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;

namespace MeetNet.Devices.Drivers;

/// <summary>The shape of a model's frames.</summary>
/// <param name="Check">The check of all its frames.</param>
/// <param name="Start">How many bytes mark the start of a frame.</param>
/// <param name="Frame">The frame that carries the numbers.</param>
/// <param name="Request">What asks for it; null for a device that talks unasked.</param>
/// <param name="Setup">What makes a device that keeps silent answer requests; null for nothing.</param>
/// <param name="SetupAnswer">What it says to that; null for nothing.</param>
/// <param name="Zeros">Bytes that are all zero while it warms up; an empty range for a device without such a habit.</param>
/// <param name="Status">What other bytes say about all numbers.</param>
internal sealed record FixedFrameSettings(
    FrameCheck Check,
    int Start,
    FrameTemplate Frame,
    FrameTemplate? Request,
    FrameTemplate? Setup,
    FrameTemplate? SetupAnswer,
    (int At, int Bytes) Zeros,
    IReadOnlyList<FixedFrameStatus> Status) : DriverSettings
{
    /// <summary>All frames of the profile's settings.</summary>
    public IEnumerable<FrameTemplate> Templates => new[] { Frame, Request, Setup, SetupAnswer }.OfType<FrameTemplate>();
}

/// <summary>Bits in one byte of the frame that say how it is with all its numbers.</summary>
internal sealed record FixedFrameStatus(int At, byte Mask, ReadingStatus Means, string Reason);

/// <summary>From the stored number to the physical one, where that isn't a straight line.</summary>
internal enum FixedFrameCurve
{
    /// <summary>The number itself.</summary>
    None,

    /// <summary>A thermistor of 10 kOhm at 25 degrees Celsius, B = 3380.13 K, in a divider with 10 kOhm, read with 10 bits.</summary>
    Thermistor,
}

/// <summary>Where a field's number is.</summary>
/// <param name="At">Its first byte, from 0 at the start of the frame.</param>
/// <param name="DecimalsAt">The byte that says how many decimals the number has; null for a whole number.</param>
/// <param name="Decimals">How many decimals the simulator writes.</param>
/// <param name="Curve">How it is bent.</param>
internal sealed record FixedFrameField(int At, int? DecimalsAt, int Decimals, FixedFrameCurve Curve) : FieldSettings
{
    /// <summary>The number as the frame has it, decimals and curve applied.</summary>
    public double Read(ReadOnlySpan<byte> frame)
    {
        var number = Layout!.Value.Read(frame[At..]);
        if (DecimalsAt is { } place)
        {
            number = frame[place] < PowersOfTen.Length ? number / PowersOfTen[frame[place]] : double.NaN;
        }

        return Curve == FixedFrameCurve.Thermistor ? Thermistor.Celsius(number) : number;
    }

    /// <summary>The way back.</summary>
    public void Write(double number, Span<byte> frame)
    {
        if (Curve == FixedFrameCurve.Thermistor)
        {
            number = Thermistor.Counts(number);
        }

        if (DecimalsAt is { } place)
        {
            number *= PowersOfTen[Decimals];
            frame[place] = (byte)Decimals;
        }

        Layout!.Value.Write(number, frame[At..]);
    }

    /// <summary>More decimals than these have no place in a 16-bit number.</summary>
    public static double[] PowersOfTen { get; } = [1, 10, 100, 1_000, 10_000];

    /// <summary>The board thermistor of the DFRobot gas probes (DFRobot_MultiGasSensor.cpp, readTempC).</summary>
    private static class Thermistor
    {
        private const double Steps = 1024, Divider = 10_000, Nominal = 10_000, B = 3380.13, Reference = 298.15, Zero = 273.15;

        public static double Celsius(double counts)
        {
            var ohm = counts * Divider / (Steps - counts);
            return ohm > 0 ? (1 / ((1 / Reference) + (Math.Log(ohm / Nominal) / B))) - Zero : double.NaN;
        }

        public static double Counts(double celsius)
        {
            var ohm = Nominal * Math.Exp(B * ((1 / (celsius + Zero)) - (1 / Reference)));
            return Steps * ohm / (ohm + Divider);
        }
    }
}

/// <summary>A command of the profile.</summary>
/// <param name="Send">What is sent.</param>
/// <param name="Answer">What the device says when it does it; null when it says nothing.</param>
/// <param name="Refused">What it says when it will not; null when that is not known.</param>
internal sealed record FixedFrameCommand(FrameTemplate Send, FrameTemplate? Answer, FrameTemplate? Refused) : CommandSettings(Answer is not null);
