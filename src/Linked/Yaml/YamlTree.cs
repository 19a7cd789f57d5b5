using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace MeetNet.Yaml;

/// <summary>The file that nodes belong to, and the list that its problems go to.</summary>
internal sealed record YamlDocument(string File, List<YamlProblem> Problems)
{
    public void Report(Mark at, string message) =>
        Problems.Add(new YamlProblem(File, (int)Math.Max(1, at.Line), (int)Math.Max(1, at.Column), message));
}

internal abstract record YamlNode(Mark Start);

internal sealed record YamlScalarNode(Mark Start, string Text, bool Plain) : YamlNode(Start);

internal sealed record YamlListNode(Mark Start, IReadOnlyList<YamlNode> Items) : YamlNode(Start);

internal sealed record YamlMapNode(Mark Start, IReadOnlyList<YamlEntry> Entries) : YamlNode(Start);

internal sealed record YamlEntry(Mark Start, string Key, YamlNode Value);

/// <summary>Parser events → nodes with their places. Refuses what configuration has no use for and people trip over.</summary>
internal sealed class YamlTree(IParser parser, YamlDocument document)
{
    /// <summary>The root node of the only document, or null for an empty file.</summary>
    public YamlNode? Read()
    {
        parser.Consume<StreamStart>();
        if (parser.TryConsume<StreamEnd>(out _))
        {
            return null;
        }

        parser.Consume<DocumentStart>();
        var root = Node(0);
        parser.Consume<DocumentEnd>();
        if (parser.Accept<DocumentStart>(out var second))
        {
            document.Report(second.Start, "a second document ('---') in one file: one file holds one document");
        }

        return root;
    }

    private YamlNode Node(int depth)
    {
        if (depth > YamlReader.MaxDepth)
        {
            throw new YamlException(parser.Current!.Start, parser.Current.End, $"nested deeper than {YamlReader.MaxDepth} levels");
        }

        if (parser.TryConsume<AnchorAlias>(out var alias))
        {
            document.Report(alias.Start, $"alias '*{alias.Value}': aliases are not used here; write the value out");
            return new YamlScalarNode(alias.Start, string.Empty, Plain: true);
        }

        if (parser.Current is NodeEvent node)
        {
            RefuseDecoration(node);
        }

        if (parser.TryConsume<Scalar>(out var scalar))
        {
            return new YamlScalarNode(scalar.Start, scalar.Value, scalar.Style == ScalarStyle.Plain);
        }

        return parser.TryConsume<SequenceStart>(out var list) ? List(list.Start, depth) : Map(parser.Consume<MappingStart>().Start, depth);
    }

    private YamlListNode List(Mark start, int depth)
    {
        var items = new List<YamlNode>();
        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(Node(depth + 1));
        }

        return new YamlListNode(start, items);
    }

    private YamlMapNode Map(Mark start, int depth)
    {
        var entries = new List<YamlEntry>();
        var seen = new Dictionary<string, Mark>(StringComparer.Ordinal);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = Node(depth + 1);
            var value = Node(depth + 1);
            if (key is not YamlScalarNode name)
            {
                document.Report(key.Start, "a key must be plain text");
            }
            else if (!seen.TryAdd(name.Text, name.Start))
            {
                document.Report(name.Start, $"key '{name.Text}' is here twice; the first is on line {seen[name.Text].Line}");
            }
            else
            {
                entries.Add(new YamlEntry(name.Start, name.Text, value));
            }
        }

        return new YamlMapNode(start, entries);
    }

    private void RefuseDecoration(NodeEvent node)
    {
        if (!node.Anchor.IsEmpty)
        {
            document.Report(node.Start, $"anchor '&{node.Anchor.Value}': anchors are not used here; write the value out");
        }

        if (!node.Tag.IsEmpty)
        {
            document.Report(node.Start, $"tag '{node.Tag}': tags are not used here; write the value without it");
        }
    }
}
