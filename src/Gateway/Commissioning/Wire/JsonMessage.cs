using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using MeetNet.Mqtt;

namespace MeetNet.Gateway.Commissioning.Wire;

/// <summary>
/// A message as one line of JSON with the members and the order of mosquitto_sub's <c>%j</c> and <c>%J</c>. The time is ISO 8601 in UTC, numbers of a JSON payload keep
/// their digits, and bytes that are no text go into <c>payload-base64</c>, so that the line is JSON whatever was sent.
/// </summary>
internal static class JsonMessage
{
    /// <summary>Deepest nesting of a payload.</summary>
    private const int Depth = 1_000;

    /// <summary>Writes the message, without a line end.</summary>
    /// <param name="asText">True: the payload is a JSON string. False: it is JSON itself and becomes a part.</param>
    /// <returns>False, and nothing is written, when the payload is to be JSON and is not.</returns>
    public static bool Write(MqttMessage message, DateTimeOffset at, bool asText, IBufferWriter<byte> output)
    {
        var payload = new ArrayBufferWriter<byte>();
        if (message.Payload.IsEmpty)
        {
            payload.Write("\"payload\":null"u8);
        }
        else if (asText)
        {
            TextOrBytes("payload", message.Payload.Span, payload);
        }
        else
        {
            payload.Write("\"payload\":"u8);
            if (!TryCompact(message.Payload.Span, payload))
            {
                return false;
            }
        }

        Add(output, $"{{\"tst\":\"{at.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'}\",\"topic\":");
        Text(Encoding.UTF8.GetBytes(message.Topic), output);
        Add(output, $",\"qos\":{(int)message.QualityOfService},\"retain\":{(message.Retain ? 1 : 0)},\"payloadlen\":{message.Payload.Length},");
        if (message.QualityOfService != MqttQualityOfService.AtMostOnce)
        {
            Add(output, $"\"mid\":{message.PacketId},");
        }

        if (message.Properties.Count > 0)
        {
            Properties(message.Properties, output);
        }

        output.Write(payload.WrittenSpan);
        output.Write("}"u8);
        return true;
    }

    /// <summary>In the order of the wire; all user properties in the place of the first.</summary>
    private static void Properties(MqttProperties properties, IBufferWriter<byte> output)
    {
        output.Write("\"properties\":{"u8);
        var separator = "";
        var usersWritten = false;
        foreach (var property in properties)
        {
            if (property.Id == MqttPropertyId.UserProperty && usersWritten)
            {
                continue;
            }

            Add(output, $"{separator}");
            separator = ",";
            if (property.Id == MqttPropertyId.UserProperty)
            {
                usersWritten = true;
                UserProperties(properties, output);
            }
            else if (property.Id == MqttPropertyId.CorrelationData)
            {
                TextOrBytes(PropertyArguments.Name(property.Id), property.Data.Span, output);
            }
            else
            {
                Add(output, $"\"{PropertyArguments.Name(property.Id)}\":");
                if (property.Text is { } text)
                {
                    Text(Encoding.UTF8.GetBytes(text), output);
                }
                else
                {
                    Add(output, $"{property.Number}");
                }
            }
        }

        output.Write("},"u8);
    }

    private static void UserProperties(MqttProperties properties, IBufferWriter<byte> output)
    {
        output.Write("\"user-properties\":{"u8);
        var separator = "";
        foreach (var property in properties.Where(p => p.Id == MqttPropertyId.UserProperty))
        {
            Add(output, $"{separator}");
            separator = ",";
            Text(Encoding.UTF8.GetBytes(property.Name!), output);
            output.Write(":"u8);
            Text(Encoding.UTF8.GetBytes(property.Text!), output);
        }

        output.Write("}"u8);
    }

    private static void TextOrBytes(string name, ReadOnlySpan<byte> bytes, IBufferWriter<byte> output)
    {
        if (Utf8.IsValid(bytes))
        {
            Add(output, $"\"{name}\":");
            Text(bytes, output);
        }
        else
        {
            Add(output, $"\"{name}-base64\":\"{Convert.ToBase64String(bytes)}\"");
        }
    }

    /// <summary>A JSON string that escapes what RFC 8259 §7 demands and nothing else.</summary>
    private static void Text(ReadOnlySpan<byte> utf8, IBufferWriter<byte> output)
    {
        output.Write("\""u8);
        var plain = 0;
        for (var at = 0; at < utf8.Length; at++)
        {
            if (utf8[at] is >= 0x20 and not ((byte)'"' or (byte)'\\'))
            {
                continue;
            }

            output.Write(utf8[plain..at]);
            plain = at + 1;
            switch (utf8[at])
            {
                case (byte)'"': output.Write("\\\""u8); break;
                case (byte)'\\': output.Write("\\\\"u8); break;
                case (byte)'\b': output.Write("\\b"u8); break;
                case (byte)'\f': output.Write("\\f"u8); break;
                case (byte)'\n': output.Write("\\n"u8); break;
                case (byte)'\r': output.Write("\\r"u8); break;
                case (byte)'\t': output.Write("\\t"u8); break;
                default: Add(output, $"\\u{utf8[at]:x4}"); break;
            }
        }

        output.Write(utf8[plain..]);
        output.Write("\""u8);
    }

    /// <summary>The same JSON without white space, token by token: numbers and escapes stay as they were written.</summary>
    private static bool TryCompact(ReadOnlySpan<byte> json, IBufferWriter<byte> output)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Depth });
        var first = true;
        try
        {
            while (reader.Read())
            {
                var ends = reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject;
                if (!first && !ends)
                {
                    output.Write(","u8);
                }

                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
                {
                    output.Write("\""u8);
                    output.Write(reader.ValueSpan);
                    output.Write("\""u8);
                }
                else
                {
                    output.Write(reader.ValueSpan);
                }

                if (reader.TokenType == JsonTokenType.PropertyName)
                {
                    output.Write(":"u8);
                }

                first = reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject or JsonTokenType.PropertyName;
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static void Add(IBufferWriter<byte> output, FormattableString text) =>
        output.Write(Encoding.UTF8.GetBytes(text.ToString(CultureInfo.InvariantCulture)));
}
