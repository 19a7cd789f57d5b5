using System.Text;
using MeetNet.Devices.Profiles;
using MeetNet.Yaml;

namespace MeetNet.Devices.Decoding;

/// <summary>How a device spells units: its word, and UCUM for it. Words are compared without regard to case.</summary>
internal sealed class UnitWords
{
    private readonly (byte[] Word, string Code)[] _words;

    private UnitWords((byte[] Word, string Code)[] words) => _words = words;

    /// <summary>Reads a map of words to UCUM units.</summary>
    public static UnitWords Read(YamlMap map)
    {
        var words = new List<(byte[], string)>();
        foreach (var entry in map.Entries())
        {
            // Instruments that write a micro sign write it as one byte; the profile is UTF-8.
            words.Add((Encoding.UTF8.GetBytes(entry.Key), entry.Value.String()));
            if (entry.Key.Any(c => c is > '\u007F' and <= '\u00FF'))
            {
                words.Add((Encoding.Latin1.GetBytes(entry.Key), entry.Value.String()));
            }
        }

        return new UnitWords([.. words]);
    }

    /// <summary>The word for a unit; the first one when there is none, or any will do.</summary>
    public string WordOf(string? code)
    {
        var known = _words.FirstOrDefault(w => w.Code == code).Word ?? (_words.Length > 0 ? _words[0].Word : []);
        return Encoding.UTF8.GetString(known);
    }

    /// <summary>
    /// A reading with what the device wrote behind its number. Another unit than the profile states, or a word that the profile does not know, makes it a fault and
    /// sets <paramref name="reason"/>; without a word nothing is known.
    /// </summary>
    public RawReading Check(RawReading reading, FieldProfile field, ReadOnlySpan<byte> word, ref string? reason)
    {
        if (word.IsEmpty)
        {
            return reading;
        }

        foreach (var (known, code) in _words)
        {
            if (word.SequenceEqual(known) || Ascii.EqualsIgnoreCase(word, known))
            {
                return SaidUnit.Check(reading, field, new SaidUnit(code, KindOnly: false), ref reason);
            }
        }

        reason = SaidUnit.OtherUnit;
        return reading with { Status = ReadingStatus.DeviceFault };
    }
}
