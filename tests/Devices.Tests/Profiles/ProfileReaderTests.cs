using MeetNet.Devices.Profiles;

namespace MeetNet.Devices.Tests.Profiles;

public sealed class ProfileReaderTests
{
    public static TheoryData<string> Ids() => Repository.ProfileIds();

    public static TheoryData<string> Invalid() =>
        new(Directory.EnumerateFiles(Path.Combine(Repository.Vectors, "invalid-profiles"), "*.yaml").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Ids))]
    public void Every_profile_is_sound(string id)
    {
        var profile = Repository.Profile(id);
        Assert.Equal(id, profile.Id);
        Assert.All(profile.Sources, source => Assert.True(source.Length > 20, "a source says which document and where in it"));
    }

    /// <summary>Each file ends with the messages that it must get, as comments: <c># =&gt; line:column: message</c>; <c>{drivers}</c> stands for the names of all drivers.</summary>
    [Theory]
    [MemberData(nameof(Invalid))]
    public void A_wrong_profile_gets_exactly_the_right_messages(string file)
    {
        var path = Path.Combine(Repository.Vectors, "invalid-profiles", file);
        var drivers = string.Join(", ", DriverCatalog.All.Select(d => d.Name));
        var expected = File.ReadLines(path).Where(l => l.StartsWith("# => ", StringComparison.Ordinal))
            .Select(l => $"{path}:{l[5..]}".Replace("{drivers}", drivers, StringComparison.Ordinal));
        var profile = ProfileReader.Read(path, out var problems);
        Assert.True(expected.SequenceEqual(problems.Select(p => p.ToString())), string.Join('\n', problems));
        Assert.Null(profile);
    }
}
