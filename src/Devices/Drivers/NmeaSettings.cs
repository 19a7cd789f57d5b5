using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;

namespace MeetNet.Devices.Drivers;

/// <summary>How a talker talks.</summary>
/// <param name="Framer">Cuts its sentences.</param>
/// <param name="Talker">The two characters before the sentence's name; null for any.</param>
/// <param name="Queries">The sentences that it is asked for; empty for one that talks unasked.</param>
/// <param name="Within">The sentences of one moment come within this time, and then nothing for longer.</param>
/// <param name="Status">Fields of sentences that say whether their numbers are any good.</param>
/// <param name="FaultTexts">The identifiers of TXT sentences that report a fault.</param>
/// <param name="Time">The sentence that tells the device's time, ZDA or RMC; null for none.</param>
internal sealed record NmeaSettings(
    NmeaFramer Framer, byte[]? Talker, byte[][] Queries, TimeSpan Within, NmeaStatusRule[] Status, byte[][] FaultTexts,
    byte[]? Time) : DriverSettings
{
    /// <summary>More fields than a sentence of 82 characters can have.</summary>
    public const int MostFields = 80;

    /// <summary>A set of sentences is known by one bit for each field of the profile.</summary>
    public const int MostReadings = 31;
}

/// <summary>Only these words in that field of the sentence are good; an absent field says nothing.</summary>
internal sealed record NmeaStatusRule(byte[] Sentence, int Index, byte[][] Good, ReadingStatus Means);

/// <summary>A field must have this text, or the sentence does not hold this number.</summary>
internal sealed record NmeaCondition(int Index, byte[] Text);

/// <summary>How a number is written.</summary>
internal enum NmeaNumber
{
    /// <summary>Decimal.</summary>
    Plain,

    /// <summary>Degrees and minutes, ddmm.mmm, with N or S in the next field: degrees, south negative.</summary>
    Latitude,

    /// <summary>Degrees and minutes, dddmm.mmm, with E or W in the next field: degrees, west negative.</summary>
    Longitude,
}

/// <summary>Where a number stands.</summary>
/// <param name="Sentence">The sentence's name, three letters.</param>
/// <param name="Index">Which field after the name, from 1. For a transducer: of its four, the value is the second.</param>
/// <param name="Transducer">XDR: the transducer's type and name, such as C and 0; null elsewhere.</param>
/// <param name="UnitLetter">The letter that must stand in the unit's field: right after the number, or the transducer's third; null where there is none.</param>
/// <param name="When">What else the sentence must say.</param>
internal sealed record NmeaFieldSettings(
    byte[] Sentence, int Index, NmeaTransducer? Transducer, byte[]? UnitLetter, NmeaCondition[] When, NmeaNumber Number, int? Decimals) : FieldSettings;

/// <summary>One transducer of an XDR sentence.</summary>
internal sealed record NmeaTransducer(byte[] Type, byte[] Name);
