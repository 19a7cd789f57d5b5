using System.Text;
using System.Text.Json;

namespace MeetNet.Observations.Wire;

/// <summary>
/// Reads one message, forward only, member by member. Every method that reads a value returns false and sets
/// <see cref="Fault"/> when the value is not what is asked for. Reading broken JSON throws <see cref="JsonException"/>
/// and an unpaired surrogate <see cref="InvalidOperationException"/>; <see cref="WireEnvelope"/> turns both into faults.
/// </summary>
internal ref struct WireCursor
{
    private readonly ReadOnlySpan<byte> _payload;
    private Utf8JsonReader _json;

    public WireCursor(ReadOnlySpan<byte> payload)
    {
        _payload = payload;
        _json = new Utf8JsonReader(payload, Options);
        Fault = default;
    }

    public static JsonReaderOptions Options => new()
    {
        CommentHandling = JsonCommentHandling.Disallow,
        AllowTrailingCommas = false,
        MaxDepth = WireLimits.Depth,
    };

    public WireFault Fault { get; private set; }

    public readonly JsonTokenType Token => _json.TokenType;

    public readonly long Consumed => _json.BytesConsumed;

    public readonly long TokenStart => _json.TokenStartIndex;

    /// <summary>The bytes of the last scalar, without quotes and with its escapes.</summary>
    public readonly ReadOnlySpan<byte> Bytes => _json.ValueSpan;

    public readonly bool IsEscaped => _json.ValueIsEscaped;

    /// <summary>Whether the token is a string whose bytes are its text.</summary>
    public readonly bool IsPlainString => Token == JsonTokenType.String && !_json.ValueIsEscaped;

    /// <summary>The text of the string token that was just read.</summary>
    public readonly string CurrentText => _json.GetString()!;

    public readonly bool TokenEquals(ReadOnlySpan<byte> utf8) => _json.ValueTextEquals(utf8);

    /// <summary>The bytes from an offset to the end of the token that was just read.</summary>
    public readonly ReadOnlySpan<byte> Slice(long start) => _payload[(int)start..(int)_json.BytesConsumed];

    public bool Read() => _json.Read();

    /// <summary>Reads on to the start of an object.</summary>
    public bool EnterObject() => _json.Read() && (Token == JsonTokenType.StartObject || Expected("an object"));

    /// <summary>Reads on to the start of an array.</summary>
    public bool EnterArray() => _json.Read() && (Token == JsonTokenType.StartArray || Expected("an array"));

    /// <summary>
    /// Reads on to the next known member of the object and returns its index; skips members that are not known; −1 at the
    /// end of the object, or when a member occurs twice (then <see cref="Fault"/> is set).
    /// </summary>
    public int Next(WireMembers members, ref WireSeen seen)
    {
        while (_json.Read() && Token == JsonTokenType.PropertyName)
        {
            for (var i = 0; i < members.Count; i++)
            {
                if (!_json.ValueTextEquals(members[i]))
                {
                    continue;
                }

                var bit = 1UL << i;
                if ((seen.Known & bit) != 0)
                {
                    Fail(WireReasons.DuplicateMember, $"expected each member once, found '{members.NameOf(i)}' again");
                    return -1;
                }

                seen.Known |= bit;
                return i;
            }

            var name = _json.GetString()!;
            seen.Unknown ??= new HashSet<string>(StringComparer.Ordinal);
            if (!seen.Unknown.Add(name))
            {
                Fail(WireReasons.DuplicateMember, $"expected each member once, found '{Short(name)}' again");
                return -1;
            }

            _json.Skip();
        }

        return -1;
    }

    /// <summary>Whether the object ended without a fault and with all its required members.</summary>
    public bool Finished(WireMembers members, in WireSeen seen)
    {
        if (Fault.Reason is not null)
        {
            return false;
        }

        var missing = members.Required & ~seen.Known;
        if (missing == 0)
        {
            return true;
        }

        var name = members.NameOf(System.Numerics.BitOperations.TrailingZeroCount(missing));
        Fail(WireReasons.MissingMember, $"expected a member '{name}'");
        Fault = Fault with { Path = $"{Fault.Path}.{name}" };
        return false;
    }

    /// <summary>Reads a value and ignores it.</summary>
    public bool Ignore()
    {
        _json.Skip();
        return true;
    }

    /// <summary>Ignores the value that was just read, to its end.</summary>
    public bool SkipCurrent() =>
        Token is not (JsonTokenType.EndArray or JsonTokenType.EndObject) ? Ignore() : Expected("a value");

    public bool Text(out string value, int maximumLength = WireLimits.TextLength)
    {
        value = "";
        _json.Read();
        if (Token != JsonTokenType.String)
        {
            return Expected("a string");
        }

        value = _json.GetString()!;
        return value.Length <= maximumLength || Characters(value) <= maximumLength
            || Fail(WireReasons.TooLarge, $"expected at most {maximumLength} characters, found {Characters(value)}");
    }

    /// <summary>Whether the next value is null; reads it if so.</summary>
    public bool IsNullNext()
    {
        var peek = _json;
        return peek.Read() && peek.TokenType == JsonTokenType.Null && _json.Read();
    }

    public bool TextOrNull(out string? value)
    {
        value = null;
        if (IsNullNext())
        {
            return true;
        }

        var valid = Text(out var text);
        value = text;
        return valid;
    }

    /// <summary>A name of an owner, station, sensor or hub.</summary>
    public bool Name(out string value) =>
        Text(out value) && (Identifiers.IsName(value) || Expected($"a name {Identifiers.NamePattern}"));

    /// <summary>A name of an observed property or of a medium.</summary>
    public bool PropertyName(out string value) =>
        Text(out value) && (Identifiers.IsProperty(value) || Expected($"a name {Identifiers.PropertyPattern}"));

    public bool DatastreamId(out string value)
    {
        value = "";
        _json.Read();
        if (!IsPlainString || !Observations.DatastreamId.IsValid(Bytes))
        {
            return Expected("a datastream id owner/station/sensor/property");
        }

        value = Encoding.ASCII.GetString(Bytes);
        return true;
    }

    public bool ProcedureId(out string value)
    {
        value = "";
        _json.Read();
        if (!IsPlainString || Bytes.Length != 18 || !Bytes.StartsWith("p-"u8)
            || Bytes[2..].IndexOfAnyExcept(LowerHex.Digits) >= 0)
        {
            return Expected("a procedure id p- and 16 lower-case hex digits");
        }

        value = Encoding.ASCII.GetString(Bytes);
        return true;
    }

    public bool Choice(out string value, params ReadOnlySpan<string> choices)
    {
        if (!Text(out value))
        {
            return false;
        }

        foreach (var choice in choices)
        {
            if (string.Equals(value, choice, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return Expected($"one of '{string.Join("', '", choices)}'");
    }

    public bool Boolean(out bool value)
    {
        _json.Read();
        value = Token == JsonTokenType.True;
        return value || Token == JsonTokenType.False || Expected("true or false");
    }

    public bool Integer(long minimum, long maximum, out long value)
    {
        value = 0;
        _json.Read();
        return (Token == JsonTokenType.Number && _json.TryGetInt64(out value) && value >= minimum && value <= maximum)
            || Expected($"an integer from {minimum} to {maximum}");
    }

    public bool Number(out double value)
    {
        value = 0;
        _json.Read();
        return (Token == JsonTokenType.Number && _json.TryGetDouble(out value) && double.IsFinite(value))
            || Expected("a finite number");
    }

    public bool Number(double minimum, double maximum, out double value) =>
        Number(out value) && ((value >= minimum && value <= maximum) || Expected($"a number from {minimum} to {maximum}"));

    public bool NumberOrNull(out double? value)
    {
        value = null;
        if (IsNullNext())
        {
            return true;
        }

        var valid = Number(out var number);
        value = number;
        return valid;
    }

    /// <summary>The number that was just read, or NaN for null.</summary>
    public readonly bool TryCurrentNumberOrNull(out double value)
    {
        value = double.NaN;
        return Token == JsonTokenType.Null
            || (Token == JsonTokenType.Number && _json.TryGetDouble(out value) && double.IsFinite(value));
    }

    public readonly bool TryCurrentInteger(long minimum, long maximum, out long value)
    {
        value = 0;
        return Token == JsonTokenType.Number && _json.TryGetInt64(out value) && value >= minimum && value <= maximum;
    }

    public bool Instant(out DateTimeOffset value)
    {
        value = default;
        _json.Read();
        return (Token == JsonTokenType.String && !IsEscaped && Iso8601.TryParse(Bytes, out value)) || Expected("an instant like 2026-11-21T10:00:00Z");
    }

    public bool InstantOrNull(out DateTimeOffset? value)
    {
        value = null;
        if (IsNullNext())
        {
            return true;
        }

        var valid = Instant(out var instant);
        value = instant;
        return valid;
    }

    public bool Duration(out TimeSpan value)
    {
        value = default;
        return Text(out var text) && (Iso8601.TryParseDuration(text, out value) || Expected("a duration like PT10S or PT1H30M"));
    }

    public bool DurationOrNull(out TimeSpan? value)
    {
        value = null;
        if (IsNullNext())
        {
            return true;
        }

        var valid = Duration(out var duration);
        value = duration;
        return valid;
    }

    public bool Epoch(out Epoch value)
    {
        value = default;
        _json.Read();
        return (Token == JsonTokenType.String && !IsEscaped && Wire.Epoch.TryParse(Bytes, out value)) || Expected("16 lower-case hex digits");
    }

    /// <summary>Refuses the value that was just read, as not being what was expected.</summary>
    public bool Expected(string what) => Fail(WireReasons.BadValue, $"expected {what}, found {Found()}");

    /// <summary>Refuses the message, pointing at the token that was just read.</summary>
    public bool Fail(string reason, string message)
    {
        Fault = new WireFault(reason, WirePath.At(_payload, TokenStart), TokenStart, message);
        return false;
    }

    // Unicode characters and not UTF-16 units: as JSON Schema counts.
    private static int Characters(string text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes())
        {
            count++;
        }

        return count;
    }

    private readonly string Found() => Token switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.EndArray => "the end of the array",
        JsonTokenType.EndObject => "the end of the object",
        JsonTokenType.Null => "null",
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        JsonTokenType.String => $"'{Short(Encoding.UTF8.GetString(Bytes))}'",
        JsonTokenType.Number => Short(Encoding.UTF8.GetString(Bytes)),
        _ => "nothing",
    };

    private static string Short(string text) => text.Length <= 64 ? text : string.Concat(text.AsSpan(0, 64), "…");
}
