using MeetNet.Ingest.Catalogue;
using MeetNet.Ingest.Import;
using MeetNet.Ingest.Series;
using MeetNet.Observations;
using MeetNet.Observations.Aggregation;
using MeetNet.Observations.Catalogue;
using MeetNet.Observations.Quality;

namespace MeetNet.Ingest.Query;

/// <summary>What is said once for all observations of a datastream.</summary>
internal sealed record DatastreamHead(
    string Datastream, string Owner, string Station, string ObservedProperty, UnitOfMeasurement? Unit, TimeSpan? Interval, bool Simulated, bool FromGateway)
{
    /// <summary>From the catalogue; of a datastream that was never announced, what its id says.</summary>
    public static DatastreamHead Of(CatalogueModel model, DatastreamId id)
    {
        var name = id.ToString();
        var announced = model.Datastreams.GetValueOrDefault(name)?.Datastream;
        var canonical = ObservedProperties.TryGet(id.Property, out var property) ? property.UnitOfMeasurement : null;
        return new DatastreamHead(
            name, id.Owner, id.Station, id.Property, announced?.UnitOfMeasurement ?? canonical, announced?.Interval, CatalogueAnswers.IsSimulated(model, id),
            IsFromGateway(model, id));
    }

    private static bool IsFromGateway(CatalogueModel model, DatastreamId id) =>
        model.Stations.TryGetValue($"{id.Owner}/{id.Station}", out var station) && station.Sensors.Any(sensor => sensor.Id == id.Sensor && !ImportedStation.IsImported(sensor));
}

/// <summary>
/// One observation: result in the canonical unit, quality as QARTOD flag with the tests that set it, and the device's own number. Validity, verification stage and native code are three things
/// (<see cref="NativeQuality"/>); code and its fit are the answer to <c>codes</c>.
/// </summary>
internal sealed record ObservationAnswer(
    DateTimeOffset PhenomenonTimeBegin, DateTimeOffset PhenomenonTimeEnd, double? Result, int Quality, string? QualityTests, double? Raw,
    string Procedure, int Revision, DateTimeOffset? ResultTime, DateTimeOffset ReceivedTime,
    string Validity, string? VerificationStage, string? NativeCode, string? Code, string? CodeFit,
    int? HubQuality, string? HubTests)
{
    /// <param name="head">Its datastream.</param>
    /// <param name="point">The observation.</param>
    /// <param name="codes">The list of codes that was asked for; null for none.</param>
    /// <param name="hub">What the hub's own test said of it; null for nothing.</param>
    public static ObservationAnswer Of(DatastreamHead head, SeriesPoint point, CodeList? codes, QartodFlag? hub)
    {
        var quality = QualityAnswer.Of(head, point);
        string? code = null;
        var fit = codes?.TryWrite(quality, out code);
        return new(
            point.Begin, point.End, point.Result, (int)point.Flag, point.Tests, point.Raw, point.Procedure, point.Revision, point.ResultTime, point.Received,
            QualityAnswer.Validity(quality), QualityAnswer.Stage(quality), QualityAnswer.Codes(quality), code, fit?.ToString().ToLowerInvariant(),
            (int?)hub, QualityAnswer.HubTests(hub));
    }
}

/// <summary>Validity, stage and native code as they are written in answers.</summary>
internal static class QualityAnswer
{
    /// <summary>What a gateway sends has been tested by machine; how far others checked theirs is known when they say it.</summary>
    public static NativeQuality Of(DatastreamHead head, SeriesPoint point)
    {
        var quality = NativeQuality.Of(head.ObservedProperty, new ResultQuality(point.Flag, point.Tests));
        return quality.Stage is null && head.FromGateway ? quality with { Stage = VerificationStage.Automatic } : quality;
    }

    public static string Validity(NativeQuality quality) => Validities.NameOf(quality.Validity);

    public static string? Stage(NativeQuality quality) => quality.Stage is { } stage ? Validities.NameOf(stage) : null;

    /// <summary>The name of the hub's test where it objects, with <c>:2</c> behind it where it could not judge: as in the tests of the owner.</summary>
    public static string? HubTests(QartodFlag? hub) => hub switch
    {
        QartodFlag.Suspect => Neighbour.TestName,
        QartodFlag.NotEvaluated => Neighbour.TestName + DatastreamTests.NotEvaluated,
        _ => null,
    };

    /// <summary>In the spelling of the source, comma-separated: <c>rws.kwaliteitsoordeel:05,rws.statuswaarde:Definitief</c>.</summary>
    public static string? Codes(NativeQuality quality) => quality.Codes.Count == 0 ? null : string.Join(',', quality.Codes);
}

/// <summary>One period; see <see cref="Aggregate"/>.</summary>
internal sealed record AggregateAnswer(
    DateTimeOffset PhenomenonTimeBegin, DateTimeOffset PhenomenonTimeEnd, double? Mean, double? Minimum, double? Maximum,
    int Count, int Excluded, long? Expected, double? DataCapture, int Quality, bool? Valid, bool Complete,
    double? Sum, double? Estimate, DateTimeOffset? MinimumTime, DateTimeOffset? MaximumTime, double? ResultantLength, string Basis, string? Rule)
{
    public static AggregateAnswer Of(Aggregate aggregate) => new(
        aggregate.Begin, aggregate.End, aggregate.Mean, aggregate.Minimum, aggregate.Maximum, aggregate.Count, aggregate.Excluded, aggregate.Expected,
        aggregate.DataCapture, (int)aggregate.Quality, aggregate.Valid, aggregate.Complete, aggregate.Sum, aggregate.Estimate,
        aggregate.MinimumTime, aggregate.MaximumTime, aggregate.ResultantLength, AggregateNames.Of(aggregate.Basis), aggregate.Rule);
}

/// <summary>The rows of one datastream on a page: <typeparamref name="T"/> is an observation or an aggregate.</summary>
internal sealed record ObservationGroup<T>(
    string Datastream, string Owner, string Station, string ObservedProperty, UnitOfMeasurement? Unit, TimeSpan? Interval, bool Simulated, IReadOnlyList<T> Observations)
{
    public static ObservationGroup<T> Of(DatastreamHead head, IReadOnlyList<T> rows) =>
        new(head.Datastream, head.Owner, head.Station, head.ObservedProperty, head.Unit, head.Interval, head.Simulated, rows);
}

/// <summary>A page of <c>/api/observations</c>.</summary>
/// <param name="Time">The clock of this hub.</param>
/// <param name="From">First instant of the range; for aggregates widened to whole periods.</param>
/// <param name="To">First instant after it.</param>
/// <param name="Aggregate"><c>hour</c>, <c>day</c>…, or null.</param>
/// <param name="DayZone">The zone whose days count; null where days have no part in it.</param>
/// <param name="Anchor">The first day of a group of four weeks; null for anything else.</param>
/// <param name="Datastreams">In the order they were asked for, those that are on this page.</param>
/// <param name="NextLink">The next page; null on the last one.</param>
internal sealed record ObservationsAnswer<T>(
    DateTimeOffset Time, DateTimeOffset From, DateTimeOffset To, string? Aggregate, string? DayZone, DateOnly? Anchor, IReadOnlyList<ObservationGroup<T>> Datastreams, string? NextLink);

/// <summary>One line of <c>/api/latest</c>.</summary>
internal sealed record LatestAnswer(
    string Datastream, string Owner, string Station, string ObservedProperty, UnitOfMeasurement? Unit, bool Simulated,
    DateTimeOffset PhenomenonTimeBegin, DateTimeOffset PhenomenonTimeEnd, double? Result, int Quality, string? QualityTests, double? Raw,
    string Procedure, int Revision, DateTimeOffset? ResultTime, DateTimeOffset ReceivedTime, string Validity, string? VerificationStage, string? NativeCode,
    int? HubQuality, string? HubTests)
{
    public static LatestAnswer Of(DatastreamHead head, SeriesPoint point, QartodFlag? hub)
    {
        var quality = QualityAnswer.Of(head, point);
        return new(
            head.Datastream, head.Owner, head.Station, head.ObservedProperty, head.Unit, head.Simulated, point.Begin, point.End, point.Result, (int)point.Flag,
            point.Tests, point.Raw, point.Procedure, point.Revision, point.ResultTime, point.Received,
            QualityAnswer.Validity(quality), QualityAnswer.Stage(quality), QualityAnswer.Codes(quality),
            (int?)hub, QualityAnswer.HubTests(hub));
    }
}

internal sealed record LatestsAnswer(DateTimeOffset Time, IReadOnlyList<LatestAnswer> Observations);
