namespace MeetNet.Observations;

/// <summary>
/// The alphabet of names. A name of an owner, station, sensor or hub is <c>[a-z0-9-]{1,40}</c>; a name of an observed
/// property is <c>[a-z0-9_]{1,40}</c>. Such names can stand in an MQTT topic, a URL, a file name and an SQL key without
/// quoting, and none of them contains the separator <c>/</c> of a datastream id.
/// </summary>
public static class Identifiers
{
    /// <summary>The longest name, in characters.</summary>
    public const int MaximumLength = 40;

    /// <summary>What a valid name looks like, for messages to people.</summary>
    public const string NamePattern = "[a-z0-9-]{1,40}";

    /// <summary>What a valid name of an observed property looks like, for messages to people.</summary>
    public const string PropertyPattern = "[a-z0-9_]{1,40}";

    /// <summary>Whether the text is a name of an owner, station, sensor or hub.</summary>
    public static bool IsName(ReadOnlySpan<char> text) => IsOf(text, '-');

    /// <summary>Whether the UTF-8 text is a name of an owner, station, sensor or hub.</summary>
    public static bool IsName(ReadOnlySpan<byte> utf8) => IsOf(utf8, (byte)'-');

    /// <summary>Whether the text is a name of an observed property.</summary>
    public static bool IsProperty(ReadOnlySpan<char> text) => IsOf(text, '_');

    /// <summary>Whether the UTF-8 text is a name of an observed property.</summary>
    public static bool IsProperty(ReadOnlySpan<byte> utf8) => IsOf(utf8, (byte)'_');

    private static bool IsOf(ReadOnlySpan<char> text, char mark)
    {
        if (text.Length is 0 or > MaximumLength)
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == mark))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsOf(ReadOnlySpan<byte> text, byte mark)
    {
        if (text.Length is 0 or > MaximumLength)
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!(c is >= (byte)'a' and <= (byte)'z' or >= (byte)'0' and <= (byte)'9' || c == mark))
            {
                return false;
            }
        }

        return true;
    }
}
