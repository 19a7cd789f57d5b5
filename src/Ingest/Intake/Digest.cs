using System.Security.Cryptography;
using System.Text.Json;

namespace MeetNet.Ingest.Intake;

/// <summary>Digests by which ingest knows a message again.</summary>
internal static class Digest
{
    /// <summary>
    /// SHA-256 of an announcement without its <c>issued</c> and <c>crc</c>: a gateway announces at every connect, and only what it says about the
    /// station makes it a new fact. Members that this version doesn't know count, so that nothing new is mistaken for old.
    /// </summary>
    /// <param name="payload">One JSON object, as its reader accepted it.</param>
    public static byte[] OfAnnouncement(ReadOnlySpan<byte> payload)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var json = new Utf8JsonReader(payload, new JsonReaderOptions { MaxDepth = 64 });
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var start = (int)json.TokenStartIndex;
            var counts = !json.ValueTextEquals("issued"u8) && !json.ValueTextEquals("crc"u8);
            json.Read();
            json.Skip();
            if (counts)
            {
                hash.AppendData(payload[start..(int)json.BytesConsumed]);
                hash.AppendData(","u8);
            }
        }
        return hash.GetHashAndReset();
    }
}
