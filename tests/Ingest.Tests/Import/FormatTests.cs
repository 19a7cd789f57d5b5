using System.Globalization;
using MeetNet.Observations;
using MeetNet.TestKit;

namespace MeetNet.Ingest.Tests.Import;

/// <summary>The sample files of <c>tests/vectors/import</c>: what must come of each, and what must be said of its bad rows.</summary>
public sealed class FormatTests
{
    private const string Folder = "tests/vectors/import";

    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(RepositoryFile.PathOf(Folder), "*.expected").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Gives_the_expected_observations_and_says_every_bad_row(string name)
    {
        var file = RepositoryFile.PathOf($"{Folder}/{name}");
        var lines = await File.ReadAllLinesAsync(file + ".expected");
        var arguments = lines[0]["# ".Length..].Split(' ');
        var problems = lines.Where(line => line.StartsWith('!')).Select(line => $"{file}:{line[1..]}").ToList();
        using var trial = new ImportOnTrial();

        var code = await trial.ImportAsync(arguments[0], file, arguments[1..]);

        Assert.Equal(problems, trial.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        Assert.Equal(problems.Count == 0 ? 0 : 1, code);
        var observations = trial.Facts().SelectMany(fact => fact.ReadObservations()).Select(Text);
        Assert.Equal(lines.Skip(1).Where(line => !line.StartsWith('!')).Order(StringComparer.Ordinal), observations.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("luchtmeetnet", "luchtmeetnet.csv", "--reference")]
    [InlineData("ircel", "ircel.csv", "--property")]
    [InlineData("ircel", "ircel.csv", "--select", "--property", "no2")]
    [InlineData("ircel", "ircel.csv", "--unit", "--property", "co")]
    [InlineData("rws", "rws.csv", "--clock")]
    [InlineData("rws", "rws.csv", "--datum", "--clock", "+01:00")]
    [InlineData("rws", "rws-taw.csv", "--transformation", "--clock", "+01:00")]
    [InlineData("kiwis", "kiwis.csv", "--codes")]
    [InlineData("kiwis", "kiwis.csv", "--datum", "--property", "water_level", "--unit", "m", "--stamp", "instant", "--codes", "vmm.raw")]
    [InlineData("eea", "rws.csv", "Samplingpoint")]
    [InlineData("gld", "eea.csv", "full CSV report")]
    [InlineData("kiwis", "kiwis.csv", "--codes is 'vmm'; allowed: vmm.raw", "--property", "water_level", "--unit", "m", "--stamp", "instant", "--datum", "TAW", "--codes", "vmm")]
    [InlineData("kiwis", "eea.csv", "JSON", "--property", "no2", "--unit", "ug/m3", "--stamp", "instant", "--codes", "vmm.raw")]
    public async Task What_a_file_does_not_say_and_nobody_states_is_asked_for_and_nothing_is_written(string format, string name, string asks, params string[] options)
    {
        using var trial = new ImportOnTrial();
        Assert.Equal(2, await trial.ImportAsync(format, RepositoryFile.PathOf($"{Folder}/{name}"), options));
        Assert.Contains(asks, trial.Error, StringComparison.Ordinal);
        Assert.Empty(trial.Facts());
    }

    [Fact]
    public async Task Hours_and_days_in_one_file_are_two_series()
    {
        const string Row = "X,8,2026-07-01 00:00:00,2026-07-02 00:00:00,21.3,ug.m-3,day,1,1\n";
        using var trial = new ImportOnTrial();
        var file = trial.Write("a.csv", "Samplingpoint,Pollutant,Start,End,Value,Unit,AggType,Validity,Verification\n" + Row.Replace("day", "hour", StringComparison.Ordinal) + Row);
        Assert.Equal(2, await trial.ImportAsync("eea", file));
        Assert.Contains(":3: the file has AggType 'hour' and 'day'", trial.Error, StringComparison.Ordinal);
        Assert.Empty(trial.Facts());
    }

    [Fact]
    public async Task The_same_hour_of_both_networks_is_one_interval()
    {
        using var dutch = new ImportOnTrial();
        using var european = new ImportOnTrial();
        await dutch.ImportAsync("luchtmeetnet", dutch.Write("a.csv", "station_number,value,timestamp_measured,formula\nX,21.3,2026-07-01T10:00:00+00:00,NO2\n"));
        await european.ImportAsync("eea", european.Write("b.csv",
            "Samplingpoint,Pollutant,Start,End,Value,Unit,Validity,Verification\nX,8,2026-07-01 10:00:00,2026-07-01 11:00:00,21.3,ug.m-3,1,1\n"));
        var (left, right) = (Assert.Single(Observations(dutch)), Assert.Single(Observations(european)));
        Assert.Equal((left.PhenomenonTime, left.Result), (right.PhenomenonTime, right.Result));
    }

    private static IEnumerable<Observation> Observations(ImportOnTrial trial) => trial.Facts().SelectMany(fact => fact.ReadObservations());

    private static string Text(Observation observation) => string.Create(
        CultureInfo.InvariantCulture,
        $"{observation.DatastreamId.Split('/')[3]} {observation.PhenomenonTime} {Number(observation.Result, "F6")} {(int)observation.Quality.Flag} {observation.Quality.Tests ?? "-"} {Number(observation.Raw, "R")}");

    private static string Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "-";
}
