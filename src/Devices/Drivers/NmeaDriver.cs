using System.Text;
using System.Text.RegularExpressions;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;
using MeetNet.Yaml;

namespace MeetNet.Devices.Drivers;

/// <summary>NMEA 0183 talkers: wind sensors, weather stations, depth sounders, receivers of satellite navigation.</summary>
internal sealed partial class NmeaDriver : IDeviceDriver
{
    public string Name => "nmea";

    public Carrier Carrier => Carrier.Stream;

    public bool IsPolled(DriverSettings settings) => ((NmeaSettings)settings).Queries.Length > 0;

    public IDeviceCodec Bind(DeviceProfile profile, DeviceAddress at) => new NmeaCodec(profile, Alone(at));

    public IDeviceSimulator Simulate(DeviceProfile profile, DeviceAddress at) => new NmeaSimulator(profile, Alone(at));

    public DriverSettings ReadSettings(YamlMap section)
    {
        var checksum = section.Choice("checksum", "required", "optional") == "optional" ? NmeaChecksum.Optional : NmeaChecksum.Required;
        var longest = section.Optional("longest")?.Integer(NmeaFramer.StandardLength, 512) ?? NmeaFramer.StandardLength;
        var talker = section.Optional("talker") is { } two ? Text(two, TalkerId(), "two capital letters or digits") : null;
        var queries = section.Optional("query")?.List().Select(Sentence).ToArray() ?? [];
        if (queries.Length > 0 && talker is null)
        {
            section.Problem("query", "a talker that is asked is asked by its two characters: say 'talker'");
        }

        var within = section.Optional("within")?.Duration(TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1)) ?? TimeSpan.Zero;
        var status = new List<NmeaStatusRule>();
        foreach (var item in section.Optional("status")?.List() ?? [])
        {
            var rule = item.Map();
            status.Add(new NmeaStatusRule(
                Sentence(rule.Require("sentence")), rule.Integer("index", 1, NmeaSettings.MostFields),
                [.. rule.List("good").Select(word => Encoding.ASCII.GetBytes(word.String()))], ReadingWords.Means(rule)));
            rule.Done();
        }

        var faults = section.Optional("faultTexts")?.List().Select(word => Encoding.ASCII.GetBytes(word.String())).ToArray() ?? [];
        var time = section.Optional("time")?.Choice("ZDA", "RMC");
        return new NmeaSettings(
            new NmeaFramer(checksum, longest), talker, queries, within, [.. status], faults, time is null ? null : Encoding.ASCII.GetBytes(time));
    }

    public FieldSettings ReadField(YamlMap field, DriverSettings settings)
    {
        var sentence = Sentence(field.Require("sentence"));
        NmeaTransducer? transducer = null;
        if (field.Optional("transducer") is { } named)
        {
            var map = named.Map();
            transducer = new NmeaTransducer(
                Text(map.Require("type"), TransducerType(), "one capital letter"), Encoding.ASCII.GetBytes(map.Require("name").String()));
            map.Done();
        }

        var isTransducer = sentence.AsSpan().SequenceEqual("XDR"u8);
        if (isTransducer != (transducer is not null))
        {
            field.Problem("transducer", "a number of an XDR sentence is named by its transducer, and no other is");
        }

        var when = new List<NmeaCondition>();
        foreach (var item in field.Optional("when")?.List() ?? [])
        {
            var condition = item.Map();
            when.Add(new NmeaCondition(condition.Integer("index", 1, NmeaSettings.MostFields), Encoding.ASCII.GetBytes(condition.Require("is").String())));
            condition.Done();
        }

        var letter = field.Optional("letter") is { } unit ? Text(unit, UnitLetter(), "one letter, or '%'") : null;
        var index = transducer is null ? field.Integer("index", 1, NmeaSettings.MostFields) : 0;
        var number = field.Optional("number")?.Choice("decimal", "latitude", "longitude") switch
        {
            "latitude" => NmeaNumber.Latitude,
            "longitude" => NmeaNumber.Longitude,
            _ => NmeaNumber.Plain,
        };
        return new NmeaFieldSettings(sentence, index, transducer, letter, [.. when], number, field.Optional("decimals")?.Integer(0, 9));
    }

    public void Check(DeviceProfile profile, ProfilePlaces places)
    {
        var settings = (NmeaSettings)profile.Settings;
        if (profile.Fields.Count > NmeaSettings.MostReadings)
        {
            places.Field(NmeaSettings.MostReadings, "name", $"one talker has at most {NmeaSettings.MostReadings} fields");
        }

        var sentences = profile.Fields.Select(f => Encoding.ASCII.GetString(((NmeaFieldSettings)f.Settings).Sentence)).Distinct().ToList();
        if (sentences.Count > 1 && settings.Within == TimeSpan.Zero && settings.Queries.Length == 0)
        {
            places.Section("within", $"numbers come in several sentences ({string.Join(", ", sentences)}): say within what time those of one moment come, 'within'");
        }

        if (settings.Queries.Length > 0 && sentences.FirstOrDefault(s => !settings.Queries.Any(q => Encoding.ASCII.GetString(q) == s)) is { } unasked)
        {
            places.Section("query", $"a field is of sentence {unasked}, which is not asked for");
        }
    }

    private static byte[] Sentence(YamlValue value) => Text(value, SentenceName(), "a sentence's name, three capital letters or digits, such as MWV");

    private static byte[] Text(YamlValue value, Regex pattern, string allowed) => Encoding.ASCII.GetBytes(value.Matching(pattern, allowed));

    private static DeviceAddress Alone(DeviceAddress at) => at == DeviceAddress.None
        ? at
        : throw new ProfileException($"an NMEA 0183 talker is alone on its line and has no address, not {at}");

    [GeneratedRegex("^[A-Z0-9]{3}$")]
    private static partial Regex SentenceName();

    [GeneratedRegex("^[A-Z0-9]{2}$")]
    private static partial Regex TalkerId();

    [GeneratedRegex("^[A-Z]$")]
    private static partial Regex TransducerType();

    [GeneratedRegex("^[A-Za-z%]$")]
    private static partial Regex UnitLetter();
}
