using System.Reflection;

namespace MeetNet.Conventions.Tests;

/// <summary>The files of the repository, as a clone has them: without what was built, stored or configured by an editor.</summary>
internal static class Tree
{
    private static readonly string[] NotOurs = ["bin", "obj", "artifacts", "data", ".git", ".vs", ".idea", "node_modules", "TestResults"];

    /// <summary>Absolute, with a separator at the end.</summary>
    public static string Root { get; } = typeof(Tree).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;

    /// <summary>Every file, as a path from the root with forward slashes, in order.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. Walk(Root).Select(Relative).Order(StringComparer.Ordinal)];

    /// <summary>The files below a folder whose names end so. There must be some: a rule that looks at nothing holds nothing.</summary>
    public static IReadOnlyList<string> Under(string folder, string ending)
    {
        var found = Files.Where(f => f.StartsWith(folder + "/", StringComparison.Ordinal) && f.EndsWith(ending, StringComparison.Ordinal)).ToArray();
        Assert.True(found.Length > 0, $"there is no *{ending} under {folder}");
        return found;
    }

    public static string Path(string relative) => System.IO.Path.Combine(Root, relative);

    public static bool Exists(string relative) => File.Exists(Path(relative)) || Directory.Exists(Path(relative));

    public static string Text(string relative) => File.ReadAllText(Path(relative));

    public static string[] Lines(string relative) => File.ReadAllLines(Path(relative));

    /// <summary>Fails with all offences at once, one a line.</summary>
    public static void None(IEnumerable<string> offences, string rule)
    {
        var all = offences.ToArray();
        Assert.True(all.Length == 0, $"{rule}\n  {string.Join("\n  ", all)}");
    }

    private static string Relative(string path) => System.IO.Path.GetRelativePath(Root, path).Replace('\\', '/');

    private static IEnumerable<string> Walk(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            yield return file;
        }

        foreach (var child in Directory.EnumerateDirectories(folder).Where(d => !NotOurs.Contains(System.IO.Path.GetFileName(d))))
        {
            foreach (var file in Walk(child))
            {
                yield return file;
            }
        }
    }
}
