using System.Globalization;
using System.Text;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;

namespace MeetNet.Devices.Drivers;

/// <summary>The shape of a model's lines.</summary>
/// <param name="Ending">How a line ends.</param>
/// <param name="AddressDigits">With how many digits the device's address is written where <c>{}</c> stands in request and prefix; 0 for a device without one.</param>
/// <param name="Request">What is sent to get a line; empty for a device that talks unasked.</param>
/// <param name="Prefix">What every line begins with; other lines say something else.</param>
/// <param name="Separator">
/// What stands between columns: one character, a blank for any run of blanks, or several of which each one separates; empty when the line is one column.
/// </param>
/// <param name="Columns">How many columns a line has; null for any number.</param>
/// <param name="Words">What stands in a column instead of a number.</param>
/// <param name="Status">Columns that say whether the others are measurements; the first rule that fits counts.</param>
internal sealed record TextLineSettings(
    LineEnding Ending, int AddressDigits, byte[] Request, byte[] Prefix, byte[] Separator, int? Columns, TextWord[] Words, TextStatusRule[] Status)
    : DriverSettings
{
    /// <summary>More than any such device writes in a line.</summary>
    public const int LongestLine = 1024;

    /// <summary>Stands for the address.</summary>
    public const string Address = "{}";

    /// <summary>More columns than any such line has.</summary>
    public const int MostColumns = 128;

    /// <summary>A request or prefix with the address in it.</summary>
    public byte[] At(byte[] text, int? address) => Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(text).Replace(
        Address, (address ?? 0).ToString("D" + AddressDigits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture), StringComparison.Ordinal));

    public LineFramer Framer { get; } = new(Ending, LongestLine);
}

/// <summary>A word in a column instead of a number.</summary>
internal sealed record TextWord(byte[] Text, ReadingStatus Means);

/// <summary>When a column says this, every reading of the line has this status.</summary>
internal sealed record TextStatusRule(int Column, byte[] Text, ReadingStatus Means);

/// <summary>Where a number stands in the line.</summary>
/// <param name="Column">Which column, from 1.</param>
/// <param name="Before">What stands before the number in its column.</param>
/// <param name="After">What stands after it, such as its unit; a line where something else stands there is not understood.</param>
/// <param name="Digits">Filled up with zeros to that width; 0 for not.</param>
/// <param name="Decimals">Places after the point that the device writes; null when that varies.</param>
internal sealed record TextLineFieldSettings(int Column, byte[] Before, byte[] After, int Digits, int? Decimals) : FieldSettings;
