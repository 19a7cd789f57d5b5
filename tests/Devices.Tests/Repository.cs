using MeetNet.Devices.Profiles;
using MeetNet.TestKit;

namespace MeetNet.Devices.Tests;

/// <summary>The files of the repository that are under test.</summary>
internal static class Repository
{
    public static string Profiles { get; } = RepositoryFile.PathOf("firmware-config/profiles");

    public static string Vectors { get; } = RepositoryFile.PathOf("tests/vectors");

    /// <summary>Every profile as <c>maker/model</c>.</summary>
    public static TheoryData<string> ProfileIds() => new(Ids(Profiles));

    public static IEnumerable<string> Ids(string folder) => Directory
        .EnumerateFiles(folder, "*.yaml", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/')[..^".yaml".Length])
        .Where(id => id.Count(c => c == '/') == 1 && id.Split('/')[0] is not ("invalid-profiles" or "unknown-keys"))
        .Order(StringComparer.Ordinal);

    public static DeviceProfile Profile(string id)
    {
        var profile = ProfileReader.Read(Path.Combine(Profiles, id + ".yaml"), out var problems);
        Assert.True(profile is not null, string.Join('\n', problems));
        return profile;
    }
}
