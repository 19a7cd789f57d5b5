using System.Text.RegularExpressions;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;

namespace MeetNet.Devices.Drivers;

/// <summary>What a poll of a model consists of.</summary>
/// <param name="Measurements">The commands that start a measurement, in their order.</param>
/// <param name="Status">Values that say whether the measurements are any good; the first rule that fits counts.</param>
internal sealed record Sdi12Settings(IReadOnlyList<Sdi12Measurement> Measurements, Sdi12StatusRule[] Status) : DriverSettings;

/// <summary>One command that starts a measurement, without address and '!': M, MC, M1, MC1 …, C, CC, C1 …, R0, RC0 …, V, HA, HB.</summary>
internal sealed partial record Sdi12Measurement(string Command)
{
    /// <summary>The words that <see cref="Pattern"/> lets through.</summary>
    public const string Allowed = "M, MC, C or CC, each also with 1 to 9; R0 to R9, RC0 to RC9; V; HA; HB";

    /// <summary>Whether the values come with the answer itself, without a data command (§4.4.8.2).</summary>
    public bool IsContinuous => Command[0] == 'R';

    /// <summary>Whether other sensors may be asked while it measures (§4.4.7, §5.3).</summary>
    public bool IsConcurrent => Command[0] is 'C' or 'H';

    /// <summary>Whether the answers to the data commands are binary packets (§5.2).</summary>
    public bool IsBinary => Command == "HB";

    /// <summary>Whether values come with a CRC (§4.4.12; always with high-volume ASCII, §5.1).</summary>
    public bool HasCrc => Command == "HA" || Command.AsSpan(1).Contains('C');

    /// <summary>The highest data command: D9, or D999 for high volume (§4.4.8, §5.1).</summary>
    public int LastPage => Command[0] == 'H' ? 999 : 9;

    /// <summary>How many values there can be: one digit for M and V, two for C, three for high volume; R as much as fits (§4.4.8).</summary>
    public int MostValues => Command[0] switch
    {
        'M' or 'V' => 9,
        'H' => Sdi12State.MostValues,
        _ => 99,
    };

    /// <summary>How many characters of values one answer may have (§4.4.8).</summary>
    public int LongestValues => Command[0] is 'M' or 'V' ? 35 : 75;

    [GeneratedRegex("^([MC]C?[1-9]?|RC?[0-9]|V|H[AB])$")]
    public static partial Regex Pattern();
}

/// <summary>A value that says something about the others of its measurement and of those after it.</summary>
/// <param name="Measurement">Index of the measurement.</param>
/// <param name="Value">Which of its values, from 1.</param>
/// <param name="Mask">The bits of it that count; null for the whole number.</param>
/// <param name="Means">What it means when it, or any of the bits, is not zero.</param>
internal sealed record Sdi12StatusRule(int Measurement, int Value, int? Mask, ReadingStatus Means)
{
    public bool Fits(double value) => Mask is not { } mask ? value != 0 : value is >= 0 and <= int.MaxValue && ((int)value & mask) != 0;
}

/// <summary>Which value of which measurement a field is.</summary>
/// <param name="Measurement">Index of the measurement.</param>
/// <param name="Value">Which of its values, from 1.</param>
internal sealed record Sdi12FieldSettings(int Measurement, int Value) : FieldSettings;

/// <summary>A command for technicians.</summary>
/// <param name="Send">What follows the address; <c>{}</c> stands for the argument. <c>?</c> is the address query, which has no address.</param>
/// <param name="Lines">Whether the answer may have several lines.</param>
internal sealed record Sdi12CommandSettings(string Send, bool Lines) : CommandSettings(Answered: true)
{
    public const string Argument = "{}";

    /// <summary>The address query (§4.4.3).</summary>
    public bool IsQuery => Send == "?";

    /// <summary>The change of address (§4.4.4): the answer comes from the new one.</summary>
    public bool IsAddressChange => Send is ['A', ..] && Send.Length > 1;

    /// <summary>The identification (§4.4.2).</summary>
    public bool IsIdentification => Send == "I";

    /// <summary>What a measurement, or one value of it, is (§6).</summary>
    public bool IsMetadata => Send is ['I', _, ..];
}

/// <summary>How far a measurement has come; travels as one number through <see cref="Follow.State"/>.</summary>
/// <param name="Count">How many values there are.</param>
/// <param name="Received">How many of them have come.</param>
/// <param name="Page">The number of the data command.</param>
/// <param name="Again">Whether the measurement was aborted once already and started again.</param>
/// <param name="Status">What the values so far said about those that follow.</param>
internal readonly record struct Sdi12State(int Count, int Received, int Page, bool Again, ReadingStatus Status)
{
    /// <summary>More values than a profile has fields; nine bits each for three numbers leave room for the rest.</summary>
    public const int MostValues = (1 << Bits) - 1;

    private const int Bits = 9;

    public static Sdi12State Of(int packed) => new(
        packed & MostValues, (packed >> Bits) & MostValues, (packed >> (2 * Bits)) & MostValues,
        (packed >> (3 * Bits) & 1) != 0, (ReadingStatus)((packed >> ((3 * Bits) + 1)) & 7));

    public int Packed => Count | (Received << Bits) | (Page << (2 * Bits)) | ((Again ? 1 : 0) << (3 * Bits)) | ((int)Status << ((3 * Bits) + 1));
}
