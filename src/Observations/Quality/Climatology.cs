using System.Text.Json;

namespace MeetNet.Observations.Quality;

/// <summary>What is usual in some months.</summary>
/// <param name="Months">1 to 12, each once, ascending.</param>
/// <param name="Usual">Closed range.</param>
public sealed record Season(IReadOnlyList<int> Months, ValueSpan Usual);

/// <summary>
/// The QARTOD climatology test: suspect outside what is usual in the season, never fail. The month is that of the begin of
/// the phenomenon time, in UTC. A month without a season is not evaluated.
/// </summary>
/// <param name="Seasons">No month is in two of them.</param>
public sealed record Climatology(IReadOnlyList<Season> Seasons) : QualityTest
{
    internal const string TestName = "climatology";

    private readonly ValueSpan?[] _byMonth = ByMonth(Seasons);

    /// <inheritdoc/>
    public override string Name => TestName;

    /// <inheritdoc/>
    public override QartodFlag Worst => QartodFlag.Suspect;

    /// <inheritdoc/>
    public override LocalizedText Rule
    {
        get
        {
            var seasons = string.Join("; ", Seasons.Select(s => $"[{Show(s.Usual.Minimum)}, {Show(s.Usual.Maximum)}] ({string.Join(",", s.Months)})"));
            return new($"klimatologie: buiten wat in de maand gebruikelijk is: {seasons}", $"climatology: outside what is usual in the month: {seasons}");
        }
    }

    /// <summary>The flag of a value.</summary>
    public QartodFlag Test(double value, PhenomenonTime time) => _byMonth[time.Begin.Month] switch
    {
        null => QartodFlag.NotEvaluated,
        { } usual => usual.Contains(value) ? QartodFlag.Good : QartodFlag.Suspect,
    };

    /// <inheritdoc/>
    public override string? Check()
    {
        var months = Seasons.SelectMany(s => s.Months).ToList();
        if (Seasons.Count == 0 || Seasons.Any(s => s.Months.Count == 0 || !s.Months.SequenceEqual(s.Months.Order())) || months.Any(m => m is < 1 or > 12)
            || months.Distinct().Count() != months.Count)
        {
            return "each season needs its months, 1 to 12 in ascending order, and no month is in two";
        }

        return Seasons.All(s => s.Usual.Minimum < s.Usual.Maximum && double.IsFinite(s.Usual.Minimum) && double.IsFinite(s.Usual.Maximum))
            ? null
            : "what is usual must have a minimum below its maximum";
    }

    /// <inheritdoc/>
    public bool Equals(Climatology? other) =>
        other is not null && Seasons.Count == other.Seasons.Count
        && Seasons.Zip(other.Seasons).All(pair => pair.First.Usual == pair.Second.Usual && pair.First.Months.SequenceEqual(pair.Second.Months));

    /// <inheritdoc/>
    public override int GetHashCode() => Seasons.Aggregate(0, (hash, season) => HashCode.Combine(hash, season.Usual));

    internal override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteStartArray("seasons"u8);
        foreach (var season in Seasons)
        {
            json.WriteStartObject();
            json.WriteStartArray("months"u8);
            foreach (var month in season.Months)
            {
                json.WriteNumberValue(month);
            }

            json.WriteEndArray();
            QualityJson.WriteSpan(json, "suspect"u8, season.Usual);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static ValueSpan?[] ByMonth(IReadOnlyList<Season> seasons)
    {
        var spans = new ValueSpan?[13];
        foreach (var season in seasons)
        {
            foreach (var month in season.Months.Where(m => m is >= 1 and <= 12))
            {
                spans[month] = season.Usual;
            }
        }

        return spans;
    }
}
