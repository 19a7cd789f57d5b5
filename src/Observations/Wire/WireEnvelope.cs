using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace MeetNet.Observations.Wire;

/// <summary>
/// What every message has: <c>{"v":1,</c> as its first bytes and <c>,"crc":"xxxxxxxx"}</c> as its last, the checksum
/// being over all bytes before those last. Both ends are fixed text, so that a message can be checked, and refused,
/// without being parsed.
/// </summary>
internal static class WireEnvelope
{
    private const int CrcLength = 18;
    private const int CrcDigits = 8;

    private static ReadOnlySpan<byte> Head => "{\"v\":"u8;

    private static ReadOnlySpan<byte> CrcHead => ",\"crc\":\""u8;

    /// <summary>Reads the members of an open message; may throw what <see cref="WireCursor"/> throws.</summary>
    public delegate bool Body<T>(ref WireCursor cursor, out T message);

    /// <summary>Checks the envelope and reads the body. Never throws.</summary>
    public static bool TryRead<T>(ReadOnlySpan<byte> payload, Body<T> body, out T message, out WireFault fault)
    {
        message = default!;
        return Check(payload, out fault) && TryReadOpen(payload, body, out message, out fault);
    }

    /// <summary>Reads a JSON object that has no envelope. Never throws.</summary>
    public static bool TryReadBare<T>(ReadOnlySpan<byte> payload, Body<T> body, out T message, out WireFault fault)
    {
        message = default!;
        fault = default;
        if (payload.Length > WireLimits.AcceptedBytes)
        {
            fault = TooLarge(payload);
            return false;
        }

        if (!Utf8.IsValid(payload))
        {
            fault = NotJson(payload, InvalidUtf8At(payload), "expected UTF-8 text");
            return false;
        }

        return TryReadOpen(payload, body, out message, out fault);
    }

    private static bool TryReadOpen<T>(ReadOnlySpan<byte> payload, Body<T> body, out T message, out WireFault fault)
    {
        message = default!;
        fault = default;
        var cursor = new WireCursor(payload);
        try
        {
            if (cursor.EnterObject() && body(ref cursor, out message) && !cursor.Read())
            {
                return true;
            }

            fault = cursor.Fault;
            message = default!;
            return false;
        }
        catch (JsonException e)
        {
            fault = NotJson(payload, cursor.Consumed, e.Message);
        }
        catch (InvalidOperationException)
        {
            fault = NotJson(payload, cursor.TokenStart, "expected Unicode text, found half a surrogate pair");
        }

        message = default!;
        return false;
    }

    /// <summary>Writes the first member into a fresh object.</summary>
    public static void Begin(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("v"u8, WireLimits.Version);
    }

    /// <summary>Writes a message: the object that <paramref name="body"/> leaves open, and its checksum.</summary>
    public static void Write(IBufferWriter<byte> destination, Action<Utf8JsonWriter> body)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, WriterOptions))
        {
            Begin(json);
            body(json);
        }

        destination.Write(buffer.WrittenSpan);
        WriteCrc(destination, Crc32C.Compute(buffer.WrittenSpan));
    }

    /// <summary>As <see cref="Write"/>, to an array.</summary>
    public static byte[] ToUtf8(Action<Utf8JsonWriter> body)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        Write(buffer, body);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes the last member and closes the object.</summary>
    public static void WriteCrc(IBufferWriter<byte> destination, uint crc)
    {
        var span = destination.GetSpan(CrcLength);
        CrcHead.CopyTo(span);
        Utf8Formatter.TryFormat(crc, span[CrcHead.Length..], out _, new StandardFormat('x', CrcDigits));
        "\"}"u8.CopyTo(span[(CrcLength - 2)..]);
        destination.Advance(CrcLength);
    }

    /// <summary>Writing: text as it is, escaping only what JSON demands. Nothing of this is ever put into HTML unescaped.</summary>
    public static JsonWriterOptions WriterOptions => new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private static bool Check(ReadOnlySpan<byte> payload, out WireFault fault)
    {
        fault = default;
        if (payload.Length > WireLimits.AcceptedBytes)
        {
            fault = TooLarge(payload);
            return false;
        }

        if (!Utf8.IsValid(payload))
        {
            fault = NotJson(payload, InvalidUtf8At(payload), "expected UTF-8 text");
            return false;
        }

        var offset = 0L;
        var (reason, path, message) = CheckVersion(payload) ?? CheckCrc(payload, out offset) ?? default;
        if (reason is null)
        {
            return true;
        }

        fault = IsJsonObject(payload, out var broken)
            ? new WireFault(reason, path!, path == "$.v" ? 0 : offset, message!)
            : broken;
        return false;
    }

    private static (string Reason, string Path, string Message)? CheckVersion(ReadOnlySpan<byte> payload)
    {
        if (!payload.StartsWith(Head))
        {
            return (WireReasons.MissingMember, "$.v", $"expected {{\"v\":{WireLimits.Version}, as the first bytes of the message");
        }

        var rest = payload[Head.Length..];
        var end = rest.IndexOfAny((byte)',', (byte)'}');
        if (end <= 0 || !Utf8Parser.TryParse(rest[..end], out int version, out var read) || read != end || version < 0)
        {
            return (WireReasons.BadValue, "$.v", "expected the version of the wire, an integer, directly followed by a comma");
        }

        return version == WireLimits.Version
            ? null
            : (WireReasons.UnknownVersion, "$.v", string.Create(CultureInfo.InvariantCulture, $"expected version {WireLimits.Version}, found {version}"));
    }

    private static (string Reason, string Path, string Message)? CheckCrc(ReadOnlySpan<byte> payload, out long offset)
    {
        offset = Math.Max(0, payload.Length - CrcLength);
        var tail = payload[(int)offset..];
        if (!tail.StartsWith(CrcHead) || !tail.EndsWith("\"}"u8)
            || tail[CrcHead.Length..^2].IndexOfAnyExcept(LowerHex.Digits) >= 0
            || !Utf8Parser.TryParse(tail[CrcHead.Length..^2], out uint said, out _, 'x'))
        {
            return (WireReasons.BadCrc, "$.crc", "expected ,\"crc\":\" with 8 lower-case hex digits and \"} as the last bytes of the message");
        }

        var computed = Crc32C.Compute(payload[..(int)offset]);
        return said == computed
            ? null
            : (WireReasons.BadCrc, "$.crc", $"expected {computed:x8} as the CRC-32C of the {offset} bytes before it, found {said:x8}");
    }

    private static bool IsJsonObject(ReadOnlySpan<byte> payload, out WireFault fault)
    {
        fault = default;
        var json = new Utf8JsonReader(payload, WireCursor.Options);
        try
        {
            var isObject = json.Read() && json.TokenType == JsonTokenType.StartObject;
            while (json.Read())
            {
            }

            fault = isObject ? default : NotJson(payload, 0, "expected a JSON object");
            return isObject;
        }
        catch (JsonException e)
        {
            fault = NotJson(payload, json.BytesConsumed, e.Message);
            return false;
        }
    }

    private static WireFault TooLarge(ReadOnlySpan<byte> payload) => new(WireReasons.TooLarge, "$", -1,
        string.Create(CultureInfo.InvariantCulture, $"expected at most {WireLimits.AcceptedBytes} bytes, found {payload.Length}"));

    private static WireFault NotJson(ReadOnlySpan<byte> payload, long offset, string message) =>
        new(WireReasons.NotJson, Utf8.IsValid(payload) ? WirePath.At(payload, offset) : "$", offset, message);

    private static long InvalidUtf8At(ReadOnlySpan<byte> payload)
    {
        var at = 0;
        while (at < payload.Length && Rune.DecodeFromUtf8(payload[at..], out _, out var read) == OperationStatus.Done)
        {
            at += read;
        }

        return at;
    }
}
