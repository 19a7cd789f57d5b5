using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace MeetNet.TestKit;

/// <summary>
/// Validates JSON against the part of JSON Schema 2020-12 that the repository's schemas use. A keyword outside that part is
/// an error and not ignored, so that a schema can't seem to say more than is checked. Formats are annotations, as in the standard.
/// </summary>
public sealed class JsonSchemaSubset
{
    private static readonly HashSet<string> Annotations = new(StringComparer.Ordinal)
    {
        "$schema", "$id", "$defs", "$comment", "title", "description", "examples", "default", "format",
    };

    private readonly JsonElement _root;
    private readonly Dictionary<string, JsonElement> _files = new(StringComparer.Ordinal);

    public JsonSchemaSubset(string schema) => _root = JsonDocument.Parse(schema).RootElement;

    private JsonSchemaSubset(string path, JsonElement root)
    {
        _root = root;
        _files[path] = root;
    }

    /// <summary>A schema of the repository, with the files that it refers to.</summary>
    /// <param name="path">From the repository's root, for example <c>firmware-config/schemas/profile.schema.json</c>.</param>
    public static JsonSchemaSubset Of(string path) => new(path, Load(path));

    /// <summary>The first disagreement, as <c>path: what was expected</c>; null when the instance is valid.</summary>
    public string? Problem(JsonElement instance) => Check(_root, instance, "$");

    private string? Check(JsonElement schema, JsonElement value, string path)
    {
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return schema.ValueKind == JsonValueKind.True ? null : $"{path}: nothing is allowed here";
        }

        foreach (var keyword in schema.EnumerateObject())
        {
            if (CheckKeyword(keyword.Name, keyword.Value, schema, value, path) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private string? CheckKeyword(string keyword, JsonElement rule, JsonElement schema, JsonElement value, string path) => keyword switch
    {
        _ when Annotations.Contains(keyword) => null,
        "$ref" => Check(Resolve(rule.GetString()!), value, path),
        "type" => IsType(rule, value) ? null : $"{path}: expected {rule}, found {value.ValueKind}",
        "const" => JsonElement.DeepEquals(rule, value) ? null : $"{path}: expected {rule}",
        "enum" => rule.EnumerateArray().Any(x => JsonElement.DeepEquals(x, value)) ? null : $"{path}: expected one of {rule}",
        "not" => Check(rule, value, path) is null ? $"{path}: matches what it must not" : null,
        "anyOf" => rule.EnumerateArray().Any(x => Check(x, value, path) is null) ? null : $"{path}: matches none of anyOf",
        "oneOf" => rule.EnumerateArray().Count(x => Check(x, value, path) is null) == 1 ? null : $"{path}: does not match exactly one of oneOf",
        "allOf" => rule.EnumerateArray().Select(x => Check(x, value, path)).FirstOrDefault(x => x is not null),
        "if" => CheckCondition(rule, schema, value, path),
        "then" or "else" => null,
        "pattern" or "minLength" or "maxLength" => CheckText(keyword, rule, value, path),
        "minimum" or "maximum" or "exclusiveMinimum" or "exclusiveMaximum" or "multipleOf" => CheckNumber(keyword, rule, value, path),
        "items" or "prefixItems" or "minItems" or "maxItems" or "uniqueItems" or "contains" => CheckArray(keyword, rule, schema, value, path),
        "properties" or "patternProperties" or "additionalProperties" or "required" or "propertyNames" or "minProperties" or "maxProperties"
            or "dependentRequired" => CheckObject(keyword, rule, schema, value, path),
        _ => throw new NotSupportedException($"The keyword '{keyword}' of JSON Schema is not in the subset."),
    };

    private string? CheckCondition(JsonElement condition, JsonElement schema, JsonElement value, string path)
    {
        var branch = Check(condition, value, path) is null ? "then" : "else";
        return schema.TryGetProperty(branch, out var rule) ? Check(rule, value, path) : null;
    }

    private static string? CheckText(string keyword, JsonElement rule, JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        var text = value.GetString()!;
        var length = text.EnumerateRunes().Count();
        var valid = keyword switch
        {
            "pattern" => Matches(text, rule.GetString()!),
            "minLength" => length >= rule.GetInt32(),
            _ => length <= rule.GetInt32(),
        };
        return valid ? null : $"{path}: expected {keyword} {rule}, found '{text}'";
    }

    private static string? CheckNumber(string keyword, JsonElement rule, JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.Number)
        {
            return null;
        }

        var (number, limit) = (value.GetDouble(), rule.GetDouble());
        var valid = keyword switch
        {
            "minimum" => number >= limit,
            "maximum" => number <= limit,
            "exclusiveMinimum" => number > limit,
            "exclusiveMaximum" => number < limit,
            _ => number / limit == Math.Floor(number / limit),
        };
        return valid ? null : $"{path}: expected {keyword} {rule}, found {value}";
    }

    private string? CheckArray(string keyword, JsonElement rule, JsonElement schema, JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var items = value.EnumerateArray().ToList();
        var prefix = schema.TryGetProperty("prefixItems", out var p) ? p.GetArrayLength() : 0;
        return keyword switch
        {
            "minItems" => items.Count >= rule.GetInt32() ? null : $"{path}: expected at least {rule} items",
            "maxItems" => items.Count <= rule.GetInt32() ? null : $"{path}: expected at most {rule} items",
            "uniqueItems" => !rule.GetBoolean() || items.Select(x => x.GetRawText()).Distinct(StringComparer.Ordinal).Count() == items.Count
                ? null
                : $"{path}: expected each item once",
            "contains" => items.Any(x => Check(rule, x, path) is null) ? null : $"{path}: expected an item {rule}",
            "prefixItems" => rule.EnumerateArray().Zip(items).Select((x, i) => Check(x.First, x.Second, $"{path}[{i}]")).FirstOrDefault(x => x is not null),
            _ => items.Skip(prefix).Select((x, i) => Check(rule, x, $"{path}[{i + prefix}]")).FirstOrDefault(x => x is not null),
        };
    }

    private string? CheckObject(string keyword, JsonElement rule, JsonElement schema, JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var members = value.EnumerateObject().ToList();
        return keyword switch
        {
            "required" => rule.EnumerateArray().Select(x => x.GetString()!).FirstOrDefault(x => !value.TryGetProperty(x, out _)) is { } absent
                ? $"{path}: expected a member '{absent}'"
                : null,
            "minProperties" => members.Count >= rule.GetInt32() ? null : $"{path}: expected at least {rule} members",
            "maxProperties" => members.Count <= rule.GetInt32() ? null : $"{path}: expected at most {rule} members",
            "propertyNames" => members.Select(m => Check(rule, JsonSerializer.SerializeToElement(m.Name), $"{path}.{m.Name}")).FirstOrDefault(x => x is not null),
            "dependentRequired" => rule.EnumerateObject().Where(d => value.TryGetProperty(d.Name, out _)).SelectMany(d => d.Value.EnumerateArray())
                .FirstOrDefault(x => !value.TryGetProperty(x.GetString()!, out _)) is { ValueKind: JsonValueKind.String } dependent
                ? $"{path}: expected a member '{dependent}'"
                : null,
            "properties" => members.Where(m => rule.TryGetProperty(m.Name, out _))
                .Select(m => Check(rule.GetProperty(m.Name), m.Value, $"{path}.{m.Name}")).FirstOrDefault(x => x is not null),
            "patternProperties" => members.SelectMany(m => rule.EnumerateObject().Where(r => Matches(m.Name, r.Name)).Select(r => Check(r.Value, m.Value, $"{path}.{m.Name}")))
                .FirstOrDefault(x => x is not null),
            _ => members.Where(m => !IsNamed(schema, m.Name)).Select(m => Check(rule, m.Value, $"{path}.{m.Name}")).FirstOrDefault(x => x is not null),
        };
    }

    private static bool IsNamed(JsonElement schema, string name) =>
        (schema.TryGetProperty("properties", out var named) && named.TryGetProperty(name, out _))
        || (schema.TryGetProperty("patternProperties", out var patterns) && patterns.EnumerateObject().Any(r => Matches(name, r.Name)));

    // In ECMAScript a final $ is the end of the text; in .NET it is also the place before a last line end.
    private static bool Matches(string text, string pattern) => Regex.IsMatch(
        text, pattern.EndsWith('$') ? $"{pattern[..^1]}(?!\n)$" : pattern, RegexOptions.ECMAScript | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));

    private static bool IsType(JsonElement rule, JsonElement value) => rule.ValueKind == JsonValueKind.Array
        ? rule.EnumerateArray().Any(x => IsType(x, value))
        : rule.GetString() switch
        {
            "object" => value.ValueKind == JsonValueKind.Object,
            "array" => value.ValueKind == JsonValueKind.Array,
            "string" => value.ValueKind == JsonValueKind.String,
            "number" => value.ValueKind == JsonValueKind.Number,
            "integer" => value.ValueKind == JsonValueKind.Number && double.IsFinite(value.GetDouble()) && value.GetDouble() == Math.Floor(value.GetDouble()),
            "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
            "null" => value.ValueKind == JsonValueKind.Null,
            var other => throw new NotSupportedException($"'{other}' is not a type of JSON Schema."),
        };

    private JsonElement Resolve(string reference)
    {
        var (file, pointer) = reference.Split('#') is [var path, var fragment] ? (path, fragment) : (reference, string.Empty);
        var root = file.Length == 0 ? _root : File(file);
        return pointer.Split('/', StringSplitOptions.RemoveEmptyEntries).Aggregate(root, (at, name) => at.GetProperty(name));
    }

    private JsonElement File(string path)
    {
        if (!_files.TryGetValue(path, out var root))
        {
            _files[path] = root = Load(path);
        }

        return root;
    }

    /// <summary>The file with every reference written from the repository's root, so that it means the same wherever it is met.</summary>
    private static JsonElement Load(string path)
    {
        var folder = new Uri(new Uri("file:///"), path);
        var root = JsonNode.Parse(RepositoryFile.Text(path))!;
        Rewrite(root);
        return JsonSerializer.SerializeToElement(root);

        void Rewrite(JsonNode? node)
        {
            if (node is JsonArray items)
            {
                foreach (var item in items)
                {
                    Rewrite(item);
                }
            }
            else if (node is JsonObject members)
            {
                foreach (var (name, member) in members.ToList())
                {
                    if (name == "$ref")
                    {
                        var target = new Uri(folder, member!.GetValue<string>());
                        members[name] = target.AbsolutePath[1..] + target.Fragment;
                    }
                    else
                    {
                        Rewrite(member);
                    }
                }
            }
        }
    }
}
