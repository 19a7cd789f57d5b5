using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MeetNet.Observations.Quality;

/// <summary>The quality codes of the sources, from the data file that is part of this library.</summary>
public static class CodeLists
{
    private const string Resource = "MeetNet.Observations.Quality.code-lists.json";

    private static readonly Dictionary<(string Source, string Kind), CodeList> ByName = Load();

    /// <summary>All, in the order of the file.</summary>
    public static IReadOnlyCollection<CodeList> All => ByName.Values;

    /// <summary>The list of a source and kind; false when there is none.</summary>
    public static bool TryGet(string source, string kind, [NotNullWhen(true)] out CodeList? list) => ByName.TryGetValue((source, kind), out list);

    /// <summary>The list of a source and kind.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public static CodeList Get(string source, string kind) =>
        TryGet(source, kind, out var list) ? list : throw new KeyNotFoundException($"There is no list of codes '{source}.{kind}'.");

    private static Dictionary<(string Source, string Kind), CodeList> Load()
    {
        using var stream = typeof(CodeLists).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The resource {Resource} is not in the assembly.");
        var lists = JsonSerializer.Deserialize(stream, CodeListJson.Default.ListEntryArray)
            ?? throw new InvalidOperationException($"The resource {Resource} is empty.");
        var byName = new Dictionary<(string, string), CodeList>();
        foreach (var list in lists)
        {
            byName.Add((list.Source, list.Kind), new CodeList(
                list.Source, list.Kind, list.Reference, [.. list.Codes.Select(c => c.ToMeaning())],
                list.Lossy.ToDictionary(entry => ValidityOf(entry.Key), entry => entry.Value)));
        }

        return byName;
    }

    private static Validity ValidityOf(string name) =>
        Enum.GetValues<Validity>().Cast<Validity?>().FirstOrDefault(v => Validities.NameOf(v!.Value) == name)
        ?? throw new InvalidOperationException($"The lists of codes name the validity '{name}', which there is not.");

    private static VerificationStage StageOf(string name) =>
        Enum.GetValues<VerificationStage>().Cast<VerificationStage?>().FirstOrDefault(s => Validities.NameOf(s!.Value) == name)
        ?? throw new InvalidOperationException($"The lists of codes name the stage '{name}', which there is not.");

    internal sealed record ListEntry(string Source, string Kind, string Reference, IReadOnlyDictionary<string, string> Lossy, IReadOnlyList<CodeEntry> Codes);

    internal sealed record CodeEntry(
        string Code, string Label, string? Validity, string? Stage, bool Written, bool Unconfirmed, string? Property, string? Scale, string? Note)
    {
        public CodeMeaning ToMeaning() => new(
            Code, Label, Validity is null ? null : ValidityOf(Validity), Stage is null ? null : StageOf(Stage), Written, Unconfirmed, Property, Scale, Note);
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = false)]
[JsonSerializable(typeof(CodeLists.ListEntry[]))]
internal sealed partial class CodeListJson : JsonSerializerContext;
