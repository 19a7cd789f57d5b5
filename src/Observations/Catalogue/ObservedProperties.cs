using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using MeetNet.Observations.Aggregation;
using MeetNet.Observations.Datums;
using MeetNet.Observations.Quality;
using MeetNet.Observations.Reference;
using MeetNet.Observations.Units;

namespace MeetNet.Observations.Catalogue;

/// <summary>The catalogue of observed properties, from the data file that is part of this library.</summary>
public static class ObservedProperties
{
    private const string Resource = "MeetNet.Observations.Catalogue.observed-properties.json";

    private static readonly Dictionary<string, ObservedProperty> ByName = Load();

    /// <summary>All, in the order of the file.</summary>
    public static IReadOnlyCollection<ObservedProperty> All => ByName.Values;

    /// <summary>The observed property of that name.</summary>
    /// <exception cref="KeyNotFoundException">The catalogue has none.</exception>
    public static ObservedProperty Get(string name) =>
        TryGet(name, out var property) ? property : throw new KeyNotFoundException($"The catalogue has no observed property '{name}'.");

    /// <summary>The observed property of that name; false when the catalogue has none.</summary>
    public static bool TryGet(string? name, [NotNullWhen(true)] out ObservedProperty? property)
    {
        property = null;
        return name is not null && ByName.TryGetValue(name, out property);
    }

    private static Dictionary<string, ObservedProperty> Load()
    {
        using var stream = typeof(ObservedProperties).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The resource {Resource} is not in the assembly.");
        var entries = JsonSerializer.Deserialize(stream, CatalogueJson.Default.EntryArray)
            ?? throw new InvalidOperationException($"The resource {Resource} is empty.");
        var properties = new Dictionary<string, ObservedProperty>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            properties.Add(entry.Name, entry.ToProperty());
        }

        return properties;
    }

    internal sealed record Entry(
        string Name, string Definition, string LabelNl, string LabelEn, string Unit, string UnitName, string Symbol,
        double Minimum, double Maximum, int Decimals, string Medium, string? Gas, string? GasReference, string? GasReferenceSource, string? VerticalDatum, AggregateStatistic Aggregation)
    {
        public ObservedProperty ToProperty() => new(
            Name, Definition, new LocalizedText(LabelNl, LabelEn), Units.Unit.Parse(Unit), UnitName, Symbol,
            new ValueSpan(Minimum, Maximum), Decimals, Medium,
            Gas is null ? null : Known(Reference.Gas.TryGet(Gas, out var gas), gas, Gas),
            GasReference is null ? null : Known(Reference.GasReference.TryGetNamed(GasReference, out var reference), reference, GasReference),
            GasReferenceSource,
            VerticalDatum is null ? null : Known(Datums.VerticalDatum.TryGet(VerticalDatum, out var datum), datum, VerticalDatum),
            Aggregation);

        private T Known<T>(bool known, T? value, string name) =>
            known ? value! : throw new InvalidOperationException($"The catalogue's '{Name}' names '{name}', which is not known.");
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = false)]
[JsonSerializable(typeof(ObservedProperties.Entry[]))]
internal sealed partial class CatalogueJson : JsonSerializerContext;
