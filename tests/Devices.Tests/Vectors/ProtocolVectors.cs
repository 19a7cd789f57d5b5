using System.Text.Json;
using MeetNet.TestKit;

namespace MeetNet.Devices.Tests.Vectors;

/// <summary>The published samples of one protocol: <c>tests/vectors/protocols/&lt;name&gt;.json</c>.</summary>
internal static class ProtocolVectors
{
    /// <summary>Every vector of a file, by its id.</summary>
    public static IReadOnlyDictionary<string, JsonElement> Read(string name) =>
        JsonDocument.Parse(RepositoryFile.Text($"tests/vectors/protocols/{name}.json")).RootElement.EnumerateArray()
            .ToDictionary(v => v.GetProperty("id").GetString()!, v => v);

    /// <summary>The ids, for a theory; each is one case, so that none is passed over.</summary>
    public static TheoryData<string> Ids(string name) => [.. Read(name).Keys];

    /// <summary>Text under a key; null when the key or the text is absent.</summary>
    public static string? Text(this JsonElement vector, string key) =>
        vector.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>The bytes of a sample that is given as text: one byte for each character.</summary>
    public static byte[] Bytes(this JsonElement vector) => vector.Text("input_hex") is { } hex
        ? Convert.FromHexString(hex)
        : System.Text.Encoding.Latin1.GetBytes(vector.Text("input_text")!);
}
