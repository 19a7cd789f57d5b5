using System.Globalization;

namespace MeetNet.EndToEnd.Tests.Crash;

/// <summary>
/// The checker: what was accepted against what is there. lost = accepted and not logged, or forgotten before it could be; duplicated = the same sequence, or the same
/// number of the same datastream, twice; invented = a number that was never sent.
/// </summary>
internal sealed record Verdict(long Attempted, long Acknowledged, long Logged, long Lost, long Duplicated, long Invented)
{
    public static Verdict Of(int sent, IReadOnlyDictionary<string, long> acknowledged, long forgotten, IReadOnlyList<Logged> log)
    {
        var sequences = log.GroupBy(o => o.Epoch).ToDictionary(g => g.Key, g => g.Select(o => o.Sequence).ToHashSet());
        var lost = forgotten;
        foreach (var (epoch, highest) in acknowledged)
        {
            var have = sequences.GetValueOrDefault(epoch) ?? [];
            for (var sequence = 1L; sequence <= highest; sequence++)
            {
                lost += have.Contains(sequence) ? 0 : 1;
            }
        }

        var duplicated = log.Count - log.Select(o => (o.Epoch, o.Sequence)).Distinct().Count();
        var numbers = log.Where(o => o.Raw is not null).ToList();
        duplicated += numbers.Count - numbers.Select(o => (o.Datastream, o.Raw)).Distinct().Count();
        var invented = numbers.Count(o => o.Raw is not { } number || number < 1 || number > sent || number != Math.Floor(number));
        return new Verdict(sent, acknowledged.Values.Sum() + forgotten, log.Count, lost, duplicated, invented);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"attempted={Attempted} acknowledged={Acknowledged} logged={Logged} lost={Lost} duplicated={Duplicated} invented={Invented}");
}
