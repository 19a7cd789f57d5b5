namespace MeetNet.Observations;

/// <summary>One instrument with a serial number.</summary>
/// <param name="Id">Name within the station, for instance <c>nh3-1</c>.</param>
/// <param name="Maker">Who made it.</param>
/// <param name="Model">Which model.</param>
/// <param name="SerialNumber">As on its plate.</param>
/// <param name="Profile">The device profile that decoded it, <c>maker/model</c>.</param>
/// <param name="ProfileVersion">Version of that profile.</param>
public sealed record Sensor(
    string Id, string Maker, string Model, string SerialNumber, string Profile, string ProfileVersion);
