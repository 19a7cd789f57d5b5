using System.Runtime.CompilerServices;

namespace MeetNet.TestKit;

/// <summary>Files of the repository that tests read where they stand: goldens, vectors, schemas, documents.</summary>
public static class RepositoryFile
{
    /// <summary>The root of the repository: where MeetNet.sln is.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The full path of a file or folder, given from the root with forward slashes.</summary>
    public static string PathOf(string path) => Path.Combine(Root, path);

    /// <summary>The bytes of a file, given from the root.</summary>
    public static byte[] Bytes(string path) => File.ReadAllBytes(PathOf(path));

    /// <summary>The text of a file, given from the root.</summary>
    public static string Text(string path) => File.ReadAllText(PathOf(path));

    // The build output may be anywhere; the sources say where they are.
    private static string FindRoot([CallerFilePath] string source = "")
    {
        var folder = new DirectoryInfo(Path.GetDirectoryName(source)!);
        while (!File.Exists(Path.Combine(folder.FullName, "MeetNet.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException($"No MeetNet.sln above {source}.");
        }

        return folder.FullName;
    }
}
