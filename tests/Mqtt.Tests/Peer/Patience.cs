namespace MeetNet.Mqtt.Tests.Peer;

/// <summary>A test that hangs is a test that fails.</summary>
internal static class Patience
{
    /// <summary>The task, or a failure after real time that no step takes.</summary>
    public static Task Soon(this Task task) => task.WaitAsync(ScriptedPeer.Deadline);

    /// <inheritdoc cref="Soon(Task)"/>
    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(ScriptedPeer.Deadline);
}
