using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace MeetNet.Yaml;

/// <summary>
/// Reads one YAML document strictly. Everything wrong is collected, with its place, instead of stopping at the first problem:
/// duplicate keys, anchors, aliases, tags and several documents are refused here; unknown keys, missing keys and wrong types by
/// the reads on <see cref="YamlMap"/> and <see cref="YamlValue"/>.
/// <code>
/// var map = YamlReader.Load(path, out var problems);
/// var host = map.String("host");
/// var port = map.Optional("port")?.Integer(1, 65535) ?? 1883;
/// map.Done();
/// if (problems.Count > 0) { /* say them all, use nothing */ }
/// </code>
/// A read that fails reports a problem and gives a harmless stand-in (empty text, the lower bound, the first choice), so that
/// reading goes on; nothing read may be used unless the list is empty at the end.
/// </summary>
public static class YamlReader
{
    /// <summary>The largest configuration file read, in bytes. A larger one is a mistake (a log, a database), not a configuration.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>How deep maps and lists may nest. The deepest file of the house has five levels.</summary>
    public const int MaxDepth = 32;

    /// <summary>Reads a file. Never throws for what is in it or for a file that can't be read: that is a problem at 1:1.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problems">What is wrong; the reads on the map add to this list.</param>
    public static YamlMap Load(string path, out List<YamlProblem> problems)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            var info = new FileInfo(path);
            if (info.Exists && info.Length > MaxBytes)
            {
                return Refused(path, $"the file has {info.Length} bytes; a configuration file has at most {MaxBytes}", out problems);
            }

            return Parse(File.ReadAllText(path), path, out problems);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return Refused(path, $"the file can't be read: {e.Message}", out problems);
        }
    }

    /// <summary>Reads a text; <paramref name="file"/> is the name that problems carry.</summary>
    public static YamlMap Parse(string text, string file, out List<YamlProblem> problems)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(file);
        problems = [];
        var document = new YamlDocument(file, problems);
        YamlNode? root = null;
        var parser = new Parser(new StringReader(text));
        try
        {
            root = new YamlTree(parser, document).Read();
        }
        catch (YamlException e)
        {
            document.Report(e.Start, $"not YAML: {e.Message}");
        }
#pragma warning disable CA1031 // YamlDotNet 16.3 ends on some broken texts with exceptions that are not its own (a tag that is no URI, broken flow collections).
        catch (Exception)
#pragma warning restore CA1031
        {
            document.Report(parser.Current?.End ?? new Mark(0, 1, 1), "not YAML: the text can't be understood from here on");
        }

        if (root is YamlMapNode map)
        {
            return new YamlMap(document, map, "the file");
        }

        if (problems.Count == 0)
        {
            document.Report(root?.Start ?? new Mark(0, 1, 1), "expected keys and values (a map), e.g. 'name: value'");
        }

        return YamlMap.Nothing(document);
    }

    private static YamlMap Refused(string file, string message, out List<YamlProblem> problems)
    {
        problems = [new YamlProblem(file, 1, 1, message)];
        return YamlMap.Nothing(new YamlDocument(file, problems));
    }
}
