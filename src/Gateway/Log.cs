using MeetNet.Mqtt;

namespace MeetNet.Gateway;

/// <summary>
/// Every message of the gateway. State changes only, never per frame or row. Event ids are stable: 1xx the program, 2xx lines, 3xx instruments,
/// 4xx harmonisation, 5xx outbox, 6xx uplinks, 7xx simulation.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Information, "MeetNet gateway {Version} for {Station}: {Instruments} instruments, {Datastreams} datastreams, hubs {Hubs}")]
    public static partial void Starting(ILogger logger, string version, string station, int instruments, int datastreams, string hubs);

    [LoggerMessage(101, LogLevel.Warning, "The time is not known: the wall clock says {Now:o}, and has not been set since the machine was started. What is measured waits on the disk until it is")]
    public static partial void ClockUnknown(ILogger logger, DateTimeOffset now);

    [LoggerMessage(102, LogLevel.Information, "The time is known: {Now:o}")]
    public static partial void ClockKnown(ILogger logger, DateTimeOffset now);

    [LoggerMessage(103, LogLevel.Warning, "The wall clock was set by {Seconds:0.###} s, to {Now:o} (or the machine slept): values around it are flagged clock:stepped")]
    public static partial void ClockStepped(ILogger logger, double seconds, DateTimeOffset now);

    [LoggerMessage(104, LogLevel.Information, "{Sets} sets of readings that waited for the time get it now")]
    public static partial void UndatedReleased(ILogger logger, long sets);

    [LoggerMessage(105, LogLevel.Warning, "Readings can't wait on the disk for the time ({Message}); they go on, flagged clock:unsynchronised")]
    public static partial void UndatedNotKept(ILogger logger, string message);

    [LoggerMessage(106, LogLevel.Error, "The file of readings that waited for the time is damaged; it is now {Path}, and what was in it is not delivered")]
    public static partial void UndatedDamaged(ILogger logger, string path);

    [LoggerMessage(200, LogLevel.Information, "Line {Line} is open")]
    public static partial void LineOpen(ILogger logger, string line);

    [LoggerMessage(201, LogLevel.Warning, "Line {Line} is not open and is tried for ever: {Message}")]
    public static partial void LineWaiting(ILogger logger, string line, string message);

    [LoggerMessage(202, LogLevel.Information, "Line {Line} listens to {Topic} at {Address}")]
    public static partial void MqttLineConnected(ILogger logger, string line, string topic, MqttAddress address);

    [LoggerMessage(203, LogLevel.Warning, "Line {Line} has no connection to its broker and tries for ever: {Message}")]
    public static partial void MqttLineDisconnected(ILogger logger, string line, string message);

    [LoggerMessage(204, LogLevel.Critical, "Line {Line} failed by a mistake of this program; it stops. What was not stored comes again. Report this")]
    public static partial void MqttLineFailed(ILogger logger, string line, Exception mistake);

    [LoggerMessage(301, LogLevel.Warning, "Instrument {Sensor} does not answer; it is asked again at every turn")]
    public static partial void InstrumentSilent(ILogger logger, string sensor);

    [LoggerMessage(302, LogLevel.Warning, "Instrument {Sensor} says that it can't measure: {Reason}")]
    public static partial void InstrumentNotReady(ILogger logger, string sensor, string reason);

    [LoggerMessage(303, LogLevel.Information, "Instrument {Sensor} measures")]
    public static partial void InstrumentMeasures(ILogger logger, string sensor);

    [LoggerMessage(400, LogLevel.Warning, "{Datastream}: the device's stamps can't be placed in time ({Problem}); its values are kept without a result")]
    public static partial void StampUnusable(ILogger logger, string datastream, string problem);

    [LoggerMessage(500, LogLevel.Information, "Outbox: {Message}")]
    public static partial void OutboxNotice(ILogger logger, string message);

    [LoggerMessage(501, LogLevel.Error, "Outbox: {Message}")]
    public static partial void OutboxLoss(ILogger logger, string message);

    [LoggerMessage(600, LogLevel.Information, "Hub {Hub}: connected to {Address}")]
    public static partial void HubConnected(ILogger logger, string hub, MqttAddress address);

    [LoggerMessage(601, LogLevel.Warning, "Hub {Hub}: no connection, tried for ever: {Message}")]
    public static partial void HubDisconnected(ILogger logger, string hub, string message);

    [LoggerMessage(602, LogLevel.Warning, "Hub {Hub}: no acknowledgement beyond sequence {Acknowledged}; asking it, and keeping everything")]
    public static partial void HubSilent(ILogger logger, string hub, long acknowledged);

    [LoggerMessage(603, LogLevel.Information, "Hub {Hub}: acknowledges again, up to sequence {Acknowledged}")]
    public static partial void HubBack(ILogger logger, string hub, long acknowledged);

    [LoggerMessage(604, LogLevel.Error, "Hub {Hub}: the broker refuses our observations ({Code}: {Reason}); they are kept and tried again")]
    public static partial void BatchRefused(ILogger logger, string hub, string code, string reason);

    [LoggerMessage(605, LogLevel.Information, "Hub {Hub}: the broker takes our observations again")]
    public static partial void BatchAcceptedAgain(ILogger logger, string hub);

    [LoggerMessage(606, LogLevel.Error, "Hub {Hub}: the broker refuses {Topic} ({Code})")]
    public static partial void IntroductionRefused(ILogger logger, string hub, string topic, string code);

    [LoggerMessage(607, LogLevel.Debug, "Hub {Hub}: a message to {Topic} was interrupted: {Message}")]
    public static partial void PublishInterrupted(ILogger logger, string hub, string topic, string message);

    [LoggerMessage(608, LogLevel.Error, "Hub {Hub}: an acknowledgement was not understood: {Fault}")]
    public static partial void AcknowledgementNotUnderstood(ILogger logger, string hub, string fault);

    [LoggerMessage(609, LogLevel.Error, "Hub {Hub}: it holds sequence {Held}, less than the {Acknowledged} it acknowledged before: it has lost data; what is still here goes again")]
    public static partial void HubLostItsStore(ILogger logger, string hub, long held, long acknowledged);

    [LoggerMessage(610, LogLevel.Warning, "Hub {Hub}: the outbox began a new epoch {Epoch}; following it")]
    public static partial void EpochFollowed(ILogger logger, string hub, string epoch);

    [LoggerMessage(611, LogLevel.Warning, "Hub {Hub}: forgetAtPuback is on. Observations are forgotten when the broker has them, which LOSES DATA when the broker does. For crash tests only")]
    public static partial void ForgetsAtPuback(ILogger logger, string hub);

    [LoggerMessage(612, LogLevel.Critical, "Hub {Hub}: delivering failed by a mistake of this program; it stops. What is not acknowledged is in the outbox. Report this")]
    public static partial void UplinkFailed(ILogger logger, string hub, Exception mistake);

    [LoggerMessage(700, LogLevel.Information, "Playing {Sensor} ({Profile}) at {Port}")]
    public static partial void Playing(ILogger logger, string sensor, string profile, string port);

    [LoggerMessage(701, LogLevel.Information, "Playing {Sensor} ({Profile}) on topic {Topic} at {Address}")]
    public static partial void PlayingNode(ILogger logger, string sensor, string profile, string topic, MqttAddress address);

    [LoggerMessage(702, LogLevel.Information, "{Sensor} now plays: {Disturbance}")]
    public static partial void Disturbed(ILogger logger, string sensor, string disturbance);

    [LoggerMessage(703, LogLevel.Warning, "The network server's broker is not there, tried for ever: {Message}")]
    public static partial void PlayingBrokerAway(ILogger logger, string message);

    [LoggerMessage(704, LogLevel.Error, "The broker refuses the uplinks on {Topic}: {Code}")]
    public static partial void UplinkRefused(ILogger logger, string topic, string code);
}
