using System.CommandLine;
using System.Globalization;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;
using MeetNet.Yaml;

namespace MeetNet.Gateway.Commissioning;

/// <summary>What a single instrument plays, said on the command line: one shape for all its fields, and what goes wrong.</summary>
internal static class PlayArguments
{
    /// <summary>The middle of what is played for a field whose profile states no range: within what nearly every field can say.</summary>
    private const double UsualMean = 10;

    private static readonly string[] Shapes = ["steady", "ramp", "diurnal", "square", "noise"];

    public static readonly Option<string> Shape = new("--play")
    {
        Description = "steady, ramp or square (a minute from the lowest to the highest), diurnal (a sine of a day), noise.",
        HelpName = "SHAPE",
        DefaultValueFactory = _ => "diurnal",
    };

    public static readonly Option<string[]> Values = new("--value")
    {
        Description = "The middle of a field's curve, in the field's unit; otherwise that of its range.",
        HelpName = "FIELD=NUMBER",
    };

    public static readonly Option<string[]> Disturbances = new("--disturb")
    {
        Description = "silence, garbage, corrupt, device-fault, warming-up (and calibrating), unplugged: always, or for the first part of every period, as in silence:10m:30s.",
        HelpName = "KIND[:EVERY:LASTS]",
    };

    public static readonly Option<string?> Every = new("--every") { Description = "How often it talks unasked, such as 10s; otherwise as its profile says.", HelpName = "TIME" };

    /// <summary>Reads the script; null after saying what is wrong.</summary>
    public static InstrumentScript? Read(ParseResult parsed, DeviceProfile profile)
    {
        var error = parsed.InvocationConfiguration.Error;
        var shape = parsed.GetValue(Shape)!;
        if (!Shapes.Contains(shape))
        {
            error.WriteLine($"--play {shape}: allowed: {string.Join(", ", Shapes)}");
            return null;
        }

        var means = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var value in parsed.GetValue(Values) ?? [])
        {
            if (value.Split('=') is not [var field, var text] || profile.FieldIndex(field) < 0
                || !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var mean))
            {
                error.WriteLine($"--value {value}: FIELD=NUMBER is wanted, with one of the fields {string.Join(", ", profile.Fields.Select(f => f.Name))}");
                return null;
            }

            means[field] = mean;
        }

        var disturbances = new List<DisturbanceScript>();
        foreach (var text in parsed.GetValue(Disturbances) ?? [])
        {
            if (DisturbanceOf(text) is not { } disturbance)
            {
                error.WriteLine($"--disturb {text}: KIND or KIND:EVERY:LASTS is wanted, such as silence:10m:30s; kinds: {string.Join(", ", DisturbanceWords.All)}");
                return null;
            }

            disturbances.Add(disturbance);
        }

        var every = profile.Timing.Interval;
        if (parsed.GetValue(Every) is { } said && (!Durations.TryParse(said, out every) || every <= TimeSpan.Zero))
        {
            error.WriteLine($"--every {said}: a time is wanted, such as 500ms, 10s or 1h");
            return null;
        }

        var fields = profile.Fields.Select((f, i) => (f.Name, Script: FieldOf(f, shape, i, means))).ToDictionary(f => f.Name, f => f.Script, StringComparer.Ordinal);
        return new InstrumentScript(fields, disturbances, new UplinkScript(every, Mean: false, Backfill: 0, Zone: null));
    }

    private static FieldScript FieldOf(FieldProfile field, string shape, int index, Dictionary<string, double> means)
    {
        var (low, high) = (field.Value.Minimum, field.Value.Maximum);
        var mean = means.TryGetValue(field.Name, out var said) ? said : low is { } a && high is { } b ? (a + b) / 2 : UsualMean;
        var room = Math.Min(low is null ? Math.Abs(mean) : mean - low.Value, high is null ? Math.Abs(mean) : high.Value - mean);
        var amplitude = Math.Max(0, room / 2);
        var curve = shape switch
        {
            "ramp" => new ValueCurve(CurveKind.Ramp, mean, amplitude, TimeSpan.FromMinutes(1)),
            "square" => new ValueCurve(CurveKind.Square, mean, amplitude, TimeSpan.FromMinutes(1)),
            "diurnal" => new ValueCurve(CurveKind.Sine, mean, amplitude, TimeSpan.FromDays(1)),

            // Ten standard deviations fit into the room, so that noise does not leave the range.
            "noise" => new ValueCurve(CurveKind.Steady, mean, Noise: amplitude / 5, Seed: (ulong)index + 1),
            _ => new ValueCurve(CurveKind.Steady, mean),
        };
        return new FieldScript(new Quantity(field.Name, [curve], low ?? double.NegativeInfinity), 1, 0);
    }

    private static DisturbanceScript? DisturbanceOf(string text)
    {
        var parts = text.Split(':');
        if (!DisturbanceWords.All.Contains(parts[0]))
        {
            return null;
        }

        var kind = DisturbanceWords.KindOf(parts[0]);
        if (parts.Length == 1)
        {
            return new DisturbanceScript(kind, TimeSpan.FromDays(1), TimeSpan.FromDays(1), TimeSpan.Zero);
        }

        return parts.Length == 3 && Durations.TryParse(parts[1], out var every) && Durations.TryParse(parts[2], out var lasts) && every > TimeSpan.Zero && lasts <= every
            ? new DisturbanceScript(kind, every, lasts, TimeSpan.Zero)
            : null;
    }
}
