using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;

namespace MeetNet.Devices.Drivers;

/// <summary>How a model speaks Bayern-Hessen.</summary>
/// <param name="Ending">How telegrams end, unless the station file says otherwise.</param>
/// <param name="IntegerMantissa">±nnnn±ee is nnnn × 10^ee, as few makers have it; otherwise n.nnn × 10^ee.</param>
/// <param name="Status">What the status bits mean; the first rule that fits counts.</param>
/// <param name="Units">Which bits say the unit; null when none do.</param>
internal sealed record HessenSettings(HessenEnding Ending, bool IntegerMantissa, IReadOnlyList<HessenStatusRule> Status, HessenUnits? Units) : DriverSettings
{
    /// <summary>The words for <see cref="HessenEnding"/> in profiles and station files; the first is the usual one.</summary>
    public static readonly string[] Endings = ["etx-bcc", "cr", "text"];

    public static HessenEnding EndingOf(string word) => word switch
    {
        "cr" => HessenEnding.Cr,
        "text" => HessenEnding.Text,
        _ => HessenEnding.EtxBcc,
    };

    /// <summary>How this one's telegrams end.</summary>
    public HessenEnding EndingAt(DeviceAddress at) => at.Framing is { } word ? EndingOf(word) : Ending;

    /// <summary>
    /// How questions end: as the answers do. In response mode TEXT the question may have either of the other forms; the one with a check is taken.
    /// </summary>
    public static HessenEnding QuestionOf(HessenEnding answers) => answers == HessenEnding.Text ? HessenEnding.EtxBcc : answers;
}

/// <summary>
/// What bits of the status mean. Mask and value are those of the 16-bit status word: the operating byte, then the fault byte. Makers that describe a word
/// (Teledyne T300 manual 06864, table 6-6) and makers that describe two bytes (Acoem Serinus 30 manual, tables 36 and 37) mean the same bits.
/// </summary>
/// <param name="Value">What the masked bits must be; null: any of them set.</param>
internal sealed record HessenStatusRule(int Mask, int? Value, ReadingStatus Means)
{
    public bool Fits(int word) => Value is { } value ? (word & Mask) == value : (word & Mask) != 0;

    /// <summary>The bits that a device sets to say this.</summary>
    public int Bits => Value ?? Mask & -Mask;
}

/// <summary>Bits of the status word that say which unit the instrument is set to.</summary>
internal sealed record HessenUnits(int Mask, IReadOnlyList<HessenUnit> Values)
{
    /// <summary>What the status says about the unit; null when it is none of the known ones.</summary>
    public SaidUnit? Said(int word)
    {
        for (var i = 0; i < Values.Count; i++)
        {
            if (Values[i].Value == (word & Mask))
            {
                return Values[i].Unit;
            }
        }

        return null;
    }

    /// <summary>The bits of an instrument that is set to this unit; those of the first known unit where any will do.</summary>
    public int BitsOf(string? unit) => (Values.FirstOrDefault(v => v.Unit.Code == unit) ?? Values.FirstOrDefault(v => SameKind(v.Unit, unit)) ?? Values[0]).Value;

    /// <summary>Mole fractions are written in brackets in UCUM ([ppb], [ppm]), concentrations are not.</summary>
    private static bool SameKind(SaidUnit said, string? unit) => said.KindOnly && unit?.StartsWith('[') == said.Code.StartsWith('[');
}

/// <summary>One value of the unit bits.</summary>
internal sealed record HessenUnit(int Value, SaidUnit Unit);

/// <summary>
/// Which group of the answer a field is: one with a fixed id, or with the instrument's address plus a number, or the one whose gas id is this. Gas ids stand behind
/// the status (Acoem Serinus 30 manual p. 220: mmm) or in the place of the id (Teledyne's gas list).
/// </summary>
internal sealed record HessenFieldSettings(int? Id, int AddressPlus, int? Gas) : FieldSettings
{
    /// <summary>The group's id, for a field that is found by it.</summary>
    public int IdAt(int? address) => Id ?? ((address ?? 0) + AddressPlus);
}

/// <summary>A control command: ST, the address, and one letter.</summary>
internal sealed record HessenCommandSettings(char Control) : CommandSettings(Answered: false);
