namespace MeetNet.Yaml;

/// <summary>One thing wrong in a configuration file: where, and what is allowed there. Line and column count from 1.</summary>
public sealed record YamlProblem(string File, int Line, int Column, string Message)
{
    /// <summary><c>file:line:column: message</c>, the form that editors and terminals make clickable.</summary>
    public override string ToString() => string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"{File}:{Line}:{Column}: {Message}");
}
