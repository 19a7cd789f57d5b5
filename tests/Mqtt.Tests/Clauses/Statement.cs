namespace MeetNet.Mqtt.Tests.Clauses;

/// <summary>One line of <c>statements.txt</c>.</summary>
/// <param name="Group">Its heading.</param>
/// <param name="Number">As in the standard, without "MQTT-"; with § for prose.</param>
/// <param name="Text">What it says in short.</param>
/// <param name="Reason">Why no test is needed; null when one is.</param>
internal sealed record Statement(string Group, string Number, string Text, string? Reason)
{
    /// <summary>The list, in its order.</summary>
    public static IReadOnlyList<Statement> Read(IEnumerable<string> lines)
    {
        var group = "";
        var all = new List<Statement>();
        foreach (var line in lines.Where(l => l.Length > 0 && l[0] != '#'))
        {
            if (line.StartsWith("= ", StringComparison.Ordinal))
            {
                group = line[2..];
            }
            else if (line.StartsWith("  because ", StringComparison.Ordinal))
            {
                all[^1] = all[^1] with { Reason = line["  because ".Length..] };
            }
            else
            {
                var space = line.IndexOf(' ', StringComparison.Ordinal);
                all.Add(new Statement(group, line[..space], line[(space + 1)..], null));
            }
        }

        return all;
    }
}
