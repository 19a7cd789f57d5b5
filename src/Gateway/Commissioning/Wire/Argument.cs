using System.Globalization;
using System.Text;

namespace MeetNet.Gateway.Commissioning.Wire;

/// <summary>
/// One option, as mosquitto's clients read them: it takes the arguments that follow it whatever they look like, so that <c>-m "$VALUE"</c> sends
/// <c>-d</c>, <c>--</c> and <c>@home</c> as they are.
/// </summary>
/// <param name="Names">All names: <c>-t, --topic</c>.</param>
/// <param name="Value">What help calls its value; empty for a switch.</param>
/// <param name="Text">What it does, for help.</param>
/// <param name="Take">Notes it; the function gives the next argument.</param>
internal sealed record Argument<T>(string Names, string Value, string Text, Action<T, Func<string>> Take)
{
    private readonly string[] _names = Names.Split(", ");

    public bool IsCalled(string name) => Array.IndexOf(_names, name) >= 0;
}

/// <summary>Reads command lines by a table of options, and writes the table as help.</summary>
internal static class Arguments
{
    private const int NamesColumn = 34;

    /// <summary>Gives each option of the command line to its row.</summary>
    /// <exception cref="WireFailure">An option that the table does not have, or without the value it needs.</exception>
    public static void Read<T>(IReadOnlyList<Argument<T>> table, string[] given, T into)
    {
        for (var at = 0; at < given.Length; at++)
        {
            var name = given[at];
            var argument = table.FirstOrDefault(a => a.IsCalled(name))
                ?? throw WireFailure.Usage(name.StartsWith('-') ? $"unknown option '{name}'" : $"'{name}' belongs to no option; a topic is given with -t, a message with -m");
            argument.Take(into, () => ++at < given.Length ? given[at] : throw WireFailure.Usage($"{name} needs a value: {argument.Value}"));
        }
    }

    /// <summary>A whole number within limits.</summary>
    public static long Number(string option, string text, long minimum, long maximum) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= minimum && number <= maximum
            ? number
            : throw WireFailure.Usage($"{option} is '{text}'; allowed: {minimum} to {maximum}");

    /// <summary>A time in seconds, with decimals if need be; at most a day.</summary>
    public static TimeSpan Seconds(string option, string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds <= 86_400
            ? TimeSpan.FromSeconds((double)seconds)
            : throw WireFailure.Usage($"{option} is '{text}'; allowed: seconds, at most 86400");

    /// <summary>The table, one option a line.</summary>
    public static void Describe<T>(IEnumerable<Argument<T>> table, StringBuilder help)
    {
        foreach (var argument in table)
        {
            var left = $"  {argument.Names} {argument.Value}".TrimEnd();
            help.Append(left.Length < NamesColumn ? left.PadRight(NamesColumn) : $"{left}\n{new string(' ', NamesColumn)}");
            help.Append(argument.Text.Replace("\n", $"\n{new string(' ', NamesColumn)}", StringComparison.Ordinal)).Append('\n');
        }
    }
}
