using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using MeetNet.Observations;
using MeetNet.Observations.Catalogue;
using MeetNet.Observations.Coordinates;
using MeetNet.Observations.Reference;
using MeetNet.Observations.Time;

namespace MeetNet.Ingest.Import;

/// <summary>The words of <c>import</c>.</summary>
internal static class ImportCommand
{
    private static readonly Argument<string> Format = new("FORMAT")
    {
        Description = string.Join("; ", SeriesFormats.All.Select(format => $"{format.Name} ({format.Publisher})")) + ".",
    };

    private static readonly Argument<string> File = new("FILE") { Description = "The file, UTF-8." };

    private static readonly Option<string> Owner = new("--owner") { Description = "The bronhouder of the series.", HelpName = "NAME", Required = true };

    private static readonly Option<string> Station = new("--station")
    {
        Description = "The station it becomes; not one that a gateway sends for.",
        HelpName = "NAME",
        Required = true,
    };

    private static readonly Option<string?> Sensor = new("--sensor") { Description = "The sensor in the ids of its datastreams; the format's name when left out.", HelpName = "NAME" };

    private static readonly Option<string?> Place = new("--place")
    {
        Description = "Where the station is: latitude and longitude in ETRS89, or x and y with a plane system; needed the first time.",
        HelpName = "LAT,LON or X,Y,EPSG:CODE",
    };

    private static readonly Option<string?> Name = new("--name") { Description = "What people call the station.", HelpName = "TEXT" };

    private static readonly Option<string?> Property = new("--property") { Description = "Observed property, where the format doesn't say it.", HelpName = "NAME" };

    private static readonly Option<string?> Method = new("--method") { Description = "Principle of measurement, for whoever compares: passive-sampler, radar…", HelpName = "NAME" };

    private static readonly Option<string?> Siting = new("--siting") { Description = $"Siting class of the station: {string.Join(", ", SitingClasses.All)}.", HelpName = "CLASS" };

    private static readonly Option<string?> Unit = new("--unit") { Description = "Unit (UCUM), where the format doesn't say it.", HelpName = "UNIT" };

    private static readonly Option<string?> Reference = new("--reference")
    {
        Description = $"Reference conditions of gases for which no law states them, NH3 among them: {string.Join(", ", GasReference.Named.Keys)}.",
        HelpName = "STATE",
    };

    private static readonly Option<string?> Datum = new("--datum") { Description = "Vertical datum of levels, where the format doesn't say it: NAP, TAW.", HelpName = "CODE" };

    private static readonly Option<string?> Transformation = new("--transformation")
    {
        Description = "From TAW to NAP: taw-const-2.33, taw-grid-2018.",
        HelpName = "NAME",
    };

    private static readonly Option<string?> Stamp = new("--stamp")
    {
        Description = "What a time stamp means, where the format doesn't say it: instant, or begin, centre or end and the length of the interval such as end,PT15M.",
        HelpName = "POSITION[,PERIOD]",
    };

    private static readonly Option<string?> Clock = new("--clock")
    {
        Description = "How far the file's clock is ahead of UTC, where the format doesn't say it: +01:00, +02:00.",
        HelpName = "OFFSET",
    };

    private static readonly Option<string?> Codes = new("--codes") { Description = $"Which list quality codes are of, where the format doesn't say it: {KiwisFormat.ListNames}.", HelpName = "LIST" };

    private static readonly Option<string?> Select = new("--select") { Description = "The station, location or sampling point of the file that is meant.", HelpName = "CODE" };

    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Read, judge and compare, but write nothing: what is in the log stays in the log." };

    public static Command Create() => new(
        "import",
        "Bring a file of published series into the log as a station. The hub must not be running on the same folder. What is there already is not written again; "
        + "a value that has changed becomes a higher revision.")
    {
        Format, File, Owner, Station, Sensor, Place, Name, Property, Method, Siting, Unit, Reference, Datum, Transformation, Stamp, Clock, Codes, Select, DryRun,
    };

    /// <summary>Reads the options; says what is wrong with them.</summary>
    public static bool TryRead(ParseResult parsed, [NotNullWhen(true)] out ISeriesFormat? format, [NotNullWhen(true)] out ImportOptions? options)
    {
        var problems = new List<string>();
        options = null;
        var formatName = parsed.GetRequiredValue(Format);
        format = SeriesFormats.All.FirstOrDefault(known => known.Name == formatName);
        Expect(format is not null, $"'{formatName}' is not a format; there are: {string.Join(", ", SeriesFormats.All.Select(known => known.Name))}");
        var (owner, station, sensor) = (parsed.GetRequiredValue(Owner), parsed.GetRequiredValue(Station), parsed.GetValue(Sensor) ?? formatName);
        foreach (var (option, name) in new[] { ("--owner", owner), ("--station", station), ("--sensor", sensor) })
        {
            Expect(Identifiers.IsName(name), $"{option} is '{name}'; allowed: {Identifiers.NamePattern}");
        }
        var read = new ImportOptions
        {
            File = parsed.GetRequiredValue(File),
            Owner = owner,
            Station = station,
            Sensor = sensor,
            Place = Read<Location>(parsed.GetValue(Place), TryPlace),
            Name = parsed.GetValue(Name),
            Property = parsed.GetValue(Property),
            Method = parsed.GetValue(Method),
            Siting = ReadSiting(parsed.GetValue(Siting)),
            Unit = parsed.GetValue(Unit),
            Reference = parsed.GetValue(Reference) is { } state ? ReadReference(state) : null,
            Datum = parsed.GetValue(Datum),
            Transformation = parsed.GetValue(Transformation),
            Stamp = Read<StampConvention>(parsed.GetValue(Stamp), TryStamp),
            Clock = ReadClock(parsed.GetValue(Clock)),
            Codes = parsed.GetValue(Codes),
            Select = parsed.GetValue(Select),
            DryRun = parsed.GetValue(DryRun),
        };
        foreach (var problem in problems)
        {
            parsed.InvocationConfiguration.Error.WriteLine(problem);
        }
        options = problems.Count == 0 ? read : null;
        return problems.Count == 0 && format is not null;

        void Expect(bool holds, string problem)
        {
            if (!holds)
            {
                problems.Add(problem);
            }
        }

        T? Read<T>(string? text, Parser<T> parser)
            where T : class
        {
            var problem = "";
            T? value = null;
            Expect(text is null || parser(text, out value, out problem), problem);
            return value;
        }

        GasReference? ReadReference(string state)
        {
            var known = GasReference.TryGetNamed(state, out var reference);
            Expect(known, $"--reference is '{state}'; allowed: {string.Join(", ", GasReference.Named.Keys)}");
            return known ? reference : null;
        }

        string? ReadSiting(string? name)
        {
            Expect(name is null || SitingClasses.All.Contains(name), $"--siting is '{name}'; allowed: {string.Join(", ", SitingClasses.All)}");
            return name;
        }

        TimeSpan? ReadClock(string? text)
        {
            Expect(text is null or "+01:00" or "+02:00", $"--clock is '{text}'; allowed: +01:00, +02:00");
            return text switch { "+01:00" => TimeSpan.FromHours(1), "+02:00" => TimeSpan.FromHours(2), _ => null };
        }
    }

    private delegate bool Parser<T>(string text, [NotNullWhen(true)] out T? value, out string problem);

    private static bool TryPlace(string text, [NotNullWhen(true)] out Location? place, out string problem)
    {
        place = null;
        problem = $"--place is '{text}'; allowed: latitude and longitude such as 51.39,4.44, or x, y and a system such as 154959.12,231144.55,EPSG:31370";
        var parts = text.Split(',');
        if (parts.Length is not (2 or 3) || !double.TryParse(parts[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var first)
            || !double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var second))
        {
            return false;
        }
        if (parts.Length == 3)
        {
            if (!CoordinateSystem.TryGet(parts[2], out var system))
            {
                return false;
            }
            var located = system.TryLocate(first, second, out place, out var wrong);
            problem = $"--place: {wrong}";
            return located;
        }
        if (!BorderRegion.Contains(first, second))
        {
            problem = $"--place is '{text}', outside the border region ({BorderRegion.Text})";
            return false;
        }
        place = new Location(first, second, Location.Etrs89);
        return true;
    }

    private static bool TryStamp(string text, [NotNullWhen(true)] out StampConvention? stamp, out string problem)
    {
        stamp = null;
        problem = $"--stamp is '{text}'; allowed: instant, or begin, centre or end and a period such as end,PT15M";
        var parts = text.Split(',');
        var period = TimeSpan.Zero;
        if (!StampConvention.TryParsePosition(parts[0], out var position) || parts.Length > 2 || (parts.Length == 2 && !Iso8601.TryParseDuration(parts[1], out period))
            || position == StampPosition.Instant != (parts.Length == 1) || position == StampPosition.Instant != (period == TimeSpan.Zero) || period > StampConvention.MaximumPeriod)
        {
            return false;
        }
        stamp = new StampConvention(position, StampZone.Utc, period);
        return true;
    }
}
