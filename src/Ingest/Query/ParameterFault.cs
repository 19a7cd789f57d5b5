namespace MeetNet.Ingest.Query;

/// <summary>A parameter of a request that can't be used: which, what was given, what would do, and an example.</summary>
internal sealed record ParameterFault(string Parameter, string? Given, string Expected, string Example);

/// <summary>
/// The faults of one request, gathered so that one answer names all of them, and the answers of this API to a request that
/// it can't serve: <c>application/problem+json</c> (RFC 9457), always.
/// </summary>
internal static class Problems
{
    /// <summary>400 with every fault; the first one is also the sentence that a person reads.</summary>
    public static IResult BadRequest(IReadOnlyList<ParameterFault> faults) => Results.Problem(
        statusCode: StatusCodes.Status400BadRequest,
        title: "A parameter can't be used",
        detail: Sentence(faults[0]),
        extensions: new Dictionary<string, object?> { ["faults"] = faults });

    /// <summary>404 for a datastream or station that no announcement has named, with the known names that look like it.</summary>
    public static IResult Unknown(string what, string given, IReadOnlyList<string> near) => Results.Problem(
        statusCode: StatusCodes.Status404NotFound,
        title: $"No such {what}",
        detail: near.Count == 0
            ? $"{what} \"{given}\" has not been announced to this hub."
            : $"{what} \"{given}\" has not been announced to this hub. Did you mean \"{near[0]}\"?",
        extensions: new Dictionary<string, object?> { ["parameter"] = what, ["given"] = given, ["near"] = near });

    /// <summary>404 for something that is not there, with what is.</summary>
    public static IResult NotFound(string title, string detail, Dictionary<string, object?> extensions) => Results.Problem(
        statusCode: StatusCodes.Status404NotFound, title: title, detail: detail, extensions: extensions);

    /// <summary>What the server refused before any of these addresses had its say: no such address, or a method that it does not take.</summary>
    public static IResult Refused(HttpContext context) => Results.Problem(
        statusCode: context.Response.StatusCode,
        detail: context.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => $"There is nothing at {context.Request.Path}; docs/api.md lists the addresses.",
            StatusCodes.Status405MethodNotAllowed => $"{context.Request.Path} takes {context.Response.Headers.Allow}, not {context.Request.Method}.",
            _ => null,
        });

    private static string Sentence(ParameterFault fault) => fault.Given is null
        ? $"{fault.Parameter} is missing: expected {fault.Expected}, for instance {fault.Example}."
        : $"{fault.Parameter} was \"{fault.Given}\": expected {fault.Expected}, for instance {fault.Example}.";
}

/// <summary>Known names that a mistyped one may have meant.</summary>
internal static class NearMatches
{
    private const int MostShown = 5;

    /// <summary>At most five of <paramref name="known"/>: containing the given text, or a few keystrokes away from it; nearest first.</summary>
    public static IReadOnlyList<string> Of(string given, IEnumerable<string> known)
    {
        var tolerance = Math.Max(2, given.Length / 4);
        return [.. known
            .Select(name => (Name: name, Distance: name.Contains(given, StringComparison.OrdinalIgnoreCase) ? 0 : Endings(name).Min(ending => Distance(given, ending))))
            .Where(match => match.Distance <= tolerance)
            .OrderBy(match => match.Distance).ThenBy(match => match.Name, StringComparer.Ordinal)
            .Take(MostShown)
            .Select(match => match.Name)];
    }

    /// <summary>The name and what follows each of its slashes: a station may have been given without its owner.</summary>
    private static IEnumerable<string> Endings(string name)
    {
        yield return name;
        for (var slash = name.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = name.IndexOf('/', slash + 1))
        {
            yield return name[(slash + 1)..];
        }
    }

    /// <summary>Levenshtein distance, capped in cost by the length of what a request may hold.</summary>
    internal static int Distance(string left, string right)
    {
        const int longest = 200;
        if (left.Length > longest || right.Length > longest)
        {
            return int.MaxValue;
        }

        Span<int> above = stackalloc int[right.Length + 1];
        Span<int> row = stackalloc int[right.Length + 1];
        for (var j = 0; j <= right.Length; j++)
        {
            above[j] = j;
        }
        for (var i = 1; i <= left.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var replace = above[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                row[j] = Math.Min(replace, Math.Min(above[j], row[j - 1]) + 1);
            }
            row.CopyTo(above);
        }
        return above[right.Length];
    }
}
