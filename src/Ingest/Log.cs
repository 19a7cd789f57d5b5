using MeetNet.Mqtt;

namespace MeetNet.Ingest;

/// <summary>
/// Everything ingest logs: changes of state, never single messages. Event ids are for ever: 1xx program, 2xx broker, 3xx intake and log, 4xx projections, 5xx catalogue and queries, 6xx alerting.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Information, "Hub {Hub} starts on {Data} with {Sqlite}")]
    public static partial void Starts(ILogger logger, string hub, string data, string sqlite);

    [LoggerMessage(101, LogLevel.Information, "The log holds {Observations} observations in facts up to position {Head}")]
    public static partial void LogOpened(ILogger logger, long observations, long head);

    [LoggerMessage(103, LogLevel.Information, "Stopped: everything taken from the broker is in the log")]
    public static partial void Stopped(ILogger logger);

    [LoggerMessage(104, LogLevel.Critical, "A stage failed by a mistake of this program; it stops. Nothing unacknowledged is lost. Report this")]
    public static partial void StageFailed(ILogger logger, Exception failure);

    [LoggerMessage(200, LogLevel.Information, "Connected to the broker; it had kept the session: {SessionPresent}")]
    public static partial void BrokerConnected(ILogger logger, bool sessionPresent);

    [LoggerMessage(201, LogLevel.Warning, "No connection to the broker ({Cause}): {Detail} Next attempt {RetryAt:HH:mm:ss}Z")]
    public static partial void BrokerGone(ILogger logger, MqttDisconnectCause cause, string detail, DateTimeOffset retryAt);

    [LoggerMessage(202, LogLevel.Warning, "The broker refuses this hub ({ReasonCode}): {Detail} Next attempt {RetryAt:HH:mm:ss}Z")]
    public static partial void BrokerRefused(ILogger logger, MqttReasonCode reasonCode, string detail, DateTimeOffset retryAt);

    [LoggerMessage(203, LogLevel.Warning, "The broker refused an acknowledgement on {Topic} ({ReasonCode}): may this hub write there?")]
    public static partial void AckRefused(ILogger logger, string topic, MqttReasonCode reasonCode);

    [LoggerMessage(300, LogLevel.Warning, "The log can't be written; nothing is acknowledged or taken until it can: {Message}")]
    public static partial void LogStalled(ILogger logger, string message);

    [LoggerMessage(301, LogLevel.Information, "The log is written again; it could not be since {Since:u}")]
    public static partial void LogResumed(ILogger logger, DateTimeOffset since);

    [LoggerMessage(302, LogLevel.Warning, "Conflict, refused and kept: {Detail}")]
    public static partial void SequenceConflict(ILogger logger, string detail);

    [LoggerMessage(303, LogLevel.Error, "A message on {Topic} is beyond this program; it is refused and kept. Report this")]
    public static partial void MessageBeyondUs(ILogger logger, string topic, Exception failure);

    [LoggerMessage(400, LogLevel.Warning, "The projection {Name} can't be written; it will catch up: {Message}")]
    public static partial void ProjectionFails(ILogger logger, string name, string message);

    [LoggerMessage(401, LogLevel.Information, "The projection {Name} is written again; it could not be since {Since:u}")]
    public static partial void ProjectionRecovers(ILogger logger, string name, DateTimeOffset since);

    [LoggerMessage(402, LogLevel.Warning, "The projection {Name} stands at {Cursor}, but the log ends at {Head}: it followed another log and is made anew")]
    public static partial void ProjectionStartsOver(ILogger logger, string name, long cursor, long head);

    [LoggerMessage(600, LogLevel.Information, "Alerting by {Count} rules from {Folder}")]
    public static partial void RulesRead(ILogger logger, int count, string folder);

    [LoggerMessage(601, LogLevel.Warning, "ALERT {Rule}: {Text} [{Id}]")]
    public static partial void AlertFired(ILogger logger, string rule, string text, string id);

    [LoggerMessage(602, LogLevel.Information, "Alert {Rule} {Transition}: {Text} [{Id}]")]
    public static partial void AlertChanged(ILogger logger, string rule, string transition, string text, string id);

    [LoggerMessage(603, LogLevel.Warning, "The webhook does not take {Id}, it will be tried again: {Answer}")]
    public static partial void WebhookUnreachable(ILogger logger, string id, string answer);

    [LoggerMessage(604, LogLevel.Warning, "The webhook refuses {Id} for good; it is kept with this answer: {Answer}")]
    public static partial void WebhookRefused(ILogger logger, string id, string answer);

    [LoggerMessage(605, LogLevel.Warning, "Silence can't be judged: {Message}")]
    public static partial void SilenceNotJudged(ILogger logger, string message);
}
