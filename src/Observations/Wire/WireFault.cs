namespace MeetNet.Observations.Wire;

/// <summary>Why a message was refused. The reason codes are stable: rejected messages are counted and kept by them.</summary>
/// <param name="Reason">One of <see cref="WireReasons"/>.</param>
/// <param name="Path">JSON path of the offending value, <c>$</c> for the message as a whole.</param>
/// <param name="Offset">Byte offset in the payload at or just after the offending value; −1 when it has none.</param>
/// <param name="Message">What was expected there and what was found.</param>
public readonly record struct WireFault(string Reason, string Path, long Offset, string Message)
{
    /// <summary><c>bad-value at $.first (byte 97): expected …</c></summary>
    public override string ToString() =>
        Offset < 0 ? $"{Reason} at {Path}: {Message}" : $"{Reason} at {Path} (byte {Offset}): {Message}";
}

/// <summary>The reason codes of <see cref="WireFault"/>.</summary>
public static class WireReasons
{
    /// <summary>The payload is not one UTF-8 JSON object of at most the permitted depth.</summary>
    public const string NotJson = "not-json";

    /// <summary>The payload is longer than is accepted, or holds more of something than is accepted.</summary>
    public const string TooLarge = "too-large";

    /// <summary>The last member is not <c>crc</c> in its exact form, or it does not agree with the bytes before it.</summary>
    public const string BadCrc = "bad-crc";

    /// <summary>The first member says a version of the wire that this reader does not know.</summary>
    public const string UnknownVersion = "unknown-version";

    /// <summary>A required member is not there.</summary>
    public const string MissingMember = "missing-member";

    /// <summary>A member occurs twice in one object.</summary>
    public const string DuplicateMember = "duplicate-member";

    /// <summary>A value is of the wrong type, form or range.</summary>
    public const string BadValue = "bad-value";

    /// <summary>The sequences of a batch do not cover its range exactly once.</summary>
    public const string BadSequence = "bad-sequence";

    /// <summary>The message names another owner, station or hub than the topic it came on.</summary>
    public const string ContradictsTopic = "contradicts-topic";

    /// <summary>All codes.</summary>
    public static IReadOnlyList<string> All { get; } =
        [NotJson, TooLarge, BadCrc, UnknownVersion, MissingMember, DuplicateMember, BadValue, BadSequence, ContradictsTopic];
}
