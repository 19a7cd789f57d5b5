namespace MeetNet.Observations.Calibration;

/// <summary>Which instrument of a model measured a datastream, from when on: until the next one.</summary>
/// <param name="SerialNumber">As on its plate.</param>
/// <param name="From">When it was put into service, UTC.</param>
public sealed record InstrumentPlacement(string SerialNumber, DateTimeOffset From);
