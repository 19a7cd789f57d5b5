using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MeetNet.Observations.Catalogue;

/// <summary>A principle of measurement: what two instruments that give the same property may differ in.</summary>
/// <param name="Name">Stable name, for instance <c>light-scattering</c>.</param>
/// <param name="Label">What people call it.</param>
/// <param name="Properties">Names of the observed properties that are measured so.</param>
public sealed record MeasuringMethod(string Name, LocalizedText Label, IReadOnlyList<string> Properties);

/// <summary>The methods that an owner may state of a datastream, from the data file that is part of this library.</summary>
public static class MeasuringMethods
{
    private const string Resource = "MeetNet.Observations.Catalogue.measuring-methods.json";

    private static readonly Dictionary<string, MeasuringMethod> ByName = Load();

    /// <summary>All, in the order of the file.</summary>
    public static IReadOnlyCollection<MeasuringMethod> All => ByName.Values;

    /// <summary>The method of that name; false when there is none.</summary>
    public static bool TryGet(string? name, [NotNullWhen(true)] out MeasuringMethod? method)
    {
        method = null;
        return name is not null && ByName.TryGetValue(name, out method);
    }

    /// <summary>What people call a method; of one that is not in the list, from a gateway that is newer, its name.</summary>
    public static LocalizedText LabelOf(string name) => TryGet(name, out var method) ? method.Label : new LocalizedText(name, name);

    private static Dictionary<string, MeasuringMethod> Load()
    {
        using var stream = typeof(MeasuringMethods).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The resource {Resource} is not in the assembly.");
        var entries = JsonSerializer.Deserialize(stream, MethodJson.Default.EntryArray)
            ?? throw new InvalidOperationException($"The resource {Resource} is empty.");
        return entries.ToDictionary(
            entry => entry.Name, entry => new MeasuringMethod(entry.Name, new LocalizedText(entry.LabelNl, entry.LabelEn), entry.Properties), StringComparer.Ordinal);
    }

    internal sealed record Entry(string Name, string LabelNl, string LabelEn, IReadOnlyList<string> Properties);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(MeasuringMethods.Entry[]))]
internal sealed partial class MethodJson : JsonSerializerContext;
