namespace MeetNet.Mqtt.Connections;

/// <summary>Decides how long to wait before the next attempt. Pure: chance is handed in, time not needed.</summary>
internal sealed class ReconnectSchedule(MqttReconnect policy, Random random)
{
    /// <summary>However small <see cref="MqttReconnect.StableAfter"/> is: a server that says goodbye to everybody at once is not asked in a tight loop.</summary>
    private static readonly TimeSpan LeastForInvitation = TimeSpan.FromSeconds(1);

    private int _failures;

    /// <summary>Number of the next attempt since the last stable connection, from 1.</summary>
    public int Attempt => _failures + 1;

    /// <summary>Delay before the next attempt.</summary>
    /// <param name="refused">Whether the server refused for a lasting reason.</param>
    /// <param name="lived">How long the connection that ended was up; zero if it never was.</param>
    /// <param name="invited">Whether the server ended it in a way that invites back at once.</param>
    public TimeSpan Next(bool refused, TimeSpan lived, bool invited = false)
    {
        if (lived >= policy.StableAfter)
        {
            _failures = 0;
        }

        var doubled = policy.Minimum.TotalSeconds * Math.Pow(2, _failures);
        _failures = Math.Min(_failures + 1, 1000); // 2^1000 is still a number.
        if (refused)
        {
            return policy.AfterRefusal * (1 - (Math.Min(policy.Jitter, 0.5) * random.NextDouble()));
        }

        if (invited && lived >= policy.StableAfter && lived >= LeastForInvitation)
        {
            return TimeSpan.Zero;
        }

        var delay = TimeSpan.FromSeconds(Math.Min(doubled, policy.Maximum.TotalSeconds));
        return delay * (1 - (policy.Jitter * random.NextDouble()));
    }
}
