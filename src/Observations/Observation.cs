namespace MeetNet.Observations;

/// <summary>One result, after harmonisation, with what it was made from.</summary>
/// <param name="DatastreamId"><c>owner/station/sensor/property</c>.</param>
/// <param name="ProcedureId">The procedure that made the result from the raw value, <c>p-</c> and 16 hex digits.</param>
/// <param name="PhenomenonTime">When the value applied.</param>
/// <param name="ResultTime">When the gateway had the result, UTC.</param>
/// <param name="Result">The value in the canonical unit of the observed property; null when missing.</param>
/// <param name="Quality">QARTOD flag and tests; the flag is 9 exactly when the result is null.</param>
/// <param name="Raw">The device's own number in its own unit, before any step; null when it gave none.</param>
/// <param name="Revision">0, higher for corrections of the same phenomenon time.</param>
/// <param name="Inputs">The results of other datastreams that it was made with; empty for most.</param>
public readonly record struct Observation(
    string DatastreamId,
    string ProcedureId,
    PhenomenonTime PhenomenonTime,
    DateTimeOffset ResultTime,
    double? Result,
    ResultQuality Quality,
    double? Raw,
    int Revision,
    ProcedureInputs Inputs = default);
