using System.Collections.Frozen;
using System.Security.Cryptography;

namespace MeetNet.Ingest.Dashboard;

/// <summary>A file of the page: its bytes, what they are, and a tag that changes with them.</summary>
internal sealed record PageFile(string Path, string ContentType, ReadOnlyMemory<byte> Content, string ETag);

/// <summary>
/// The files of the page, which are part of the program: whatever folder it is started in, it serves exactly these and nothing
/// else of the disk.
/// </summary>
internal static class PageFiles
{
    /// <summary>The csproj gives every file of Dashboard/wwwroot this name and its relative path.</summary>
    private const string Prefix = "page/";

    private static readonly FrozenDictionary<string, PageFile> Files = Load();

    public static IEnumerable<PageFile> All => Files.Values;

    /// <exception cref="KeyNotFoundException">There is no such file: a mistake of the program.</exception>
    public static PageFile Read(string path) => Files[path];

    private static FrozenDictionary<string, PageFile> Load()
    {
        var assembly = typeof(PageFiles).Assembly;
        var files = new Dictionary<string, PageFile>(StringComparer.Ordinal);
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            var path = name[Prefix.Length..].Replace('\\', '/');
            files.Add(path, new PageFile(path, TypeOf(path), content, $"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 8))}\""));
        }
        return files.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static string TypeOf(string path) => Path.GetExtension(path) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".json" => "application/json; charset=utf-8",
        ".svg" => "image/svg+xml",
        var other => throw new InvalidOperationException($"{path}: say what a {other} file is before serving it."),
    };
}
