using System.Globalization;
using System.Text;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Tests.Vectors;
using MeetNet.TestKit;

namespace MeetNet.Devices.Tests.Profiles;

/// <summary><c>docs/devices.md</c> is made from the profiles and their vectors: <c>MEETNET_WRITE=1</c> writes it.</summary>
public sealed class DeviceDocumentTests
{
    private const string Document = "docs/devices.md";

    [Fact]
    public void The_document_says_what_the_profiles_say()
    {
        var text = Text();
        if (Environment.GetEnvironmentVariable("MEETNET_WRITE") == "1")
        {
            File.WriteAllText(RepositoryFile.PathOf(Document), text);
        }

        Assert.Equal(text, RepositoryFile.Text(Document));
    }

    private static string Text()
    {
        var profiles = Repository.Ids(Repository.Profiles).Select(Repository.Profile).ToList();
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""
            # Devices

            What the gateway reads: {profiles.Count} profiles (a model that speaks two protocols has two), made from `firmware-config/profiles` and `tests/vectors` by `MEETNET_WRITE=1 ./meetnet test DeviceDocumentTests`.
            A unit in brackets is a setting of the instrument, which the station file must state. *Vectors* counts the published, captured or computed samples that
            are run for the model; the file names their sources. [Adding a device](adding-a-device.md) says how another one is added.


            """);
        foreach (var driver in profiles.GroupBy(p => p.Driver).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"## {driver.Key}\n\n| model | fields | times | commands | vectors |\n|---|---|---|---|---|\n");
            foreach (var profile in driver.OrderBy(p => p.Id, StringComparer.Ordinal))
            {
                text.Append(Row(profile));
            }

            text.Append('\n');
        }

        return text.ToString().TrimEnd('\n') + "\n";
    }

    private static string Row(DeviceProfile profile)
    {
        var fields = string.Join(", ", profile.Fields.Select(f => $"{f.Name} {(f.Unit is null ? "(setting)" : $"`{f.Unit}`")}{Range(f)}"));
        var vectors = VectorFile.Read(profile.Id).Vectors.Count;
        var commands = profile.Commands.Count == 0 ? "–" : string.Join(", ", profile.Commands.Select(c => c.Name));
        return $"| [{profile.Maker} {Cell(profile.Model)}](../firmware-config/profiles/{profile.Id}.yaml) v{profile.Version} | {Cell(fields)} | {Times(profile.Timing)} | {commands} | "
            + $"[{vectors}](../tests/vectors/{profile.Id}.yaml) |\n";
    }

    private static string Range(FieldProfile field) => (field.Value.Minimum, field.Value.Maximum) is ({ } low, { } high)
        ? string.Create(CultureInfo.InvariantCulture, $" {low}…{high}")
        : string.Empty;

    private static string Times(DeviceTiming timing)
    {
        var parts = new List<string> { "every " + Span(timing.Interval) };
        if (timing.WarmUp > TimeSpan.Zero)
        {
            parts.Add("warm-up " + Span(timing.WarmUp));
        }

        if (timing.Latency > TimeSpan.Zero)
        {
            parts.Add("latency " + Span(timing.Latency));
        }

        if (timing.Averaging > TimeSpan.Zero)
        {
            parts.Add("mean of " + Span(timing.Averaging));
        }

        return string.Join(", ", parts);
    }

    private static string Span(TimeSpan span) => span switch
    {
        _ when span.TotalHours >= 1 && span.Ticks % TimeSpan.TicksPerHour == 0 => string.Create(CultureInfo.InvariantCulture, $"{span.TotalHours:0} h"),
        _ when span.TotalMinutes >= 1 && span.Ticks % TimeSpan.TicksPerMinute == 0 => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0} min"),
        _ when span.TotalSeconds >= 1 => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.###} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMilliseconds:0.###} ms"),
    };

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
