using System.Diagnostics;

namespace MeetNet.TestKit;

/// <summary>Waits for something that real threads or processes bring about. The deadline is for a broken test, not a measurement.</summary>
public static class Eventually
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    /// <summary>Returns when the condition holds.</summary>
    /// <param name="what">What was waited for, for the failure's message.</param>
    /// <exception cref="TimeoutException">It did not come to hold.</exception>
    public static async Task TrueAsync(Func<bool> condition, string what, TimeSpan? deadline = null)
    {
        var began = Stopwatch.GetTimestamp();
        var limit = deadline ?? Deadline;
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(began) > limit)
            {
                throw new TimeoutException($"not within {limit.TotalSeconds:0.#} s: {what}");
            }
            await Task.Delay(Pause, TimeProvider.System);
        }
    }

    /// <summary>Returns the first answer that is not null.</summary>
    public static async Task<T> NotNullAsync<T>(Func<T?> ask, string what, TimeSpan? deadline = null)
        where T : class
    {
        T? answer = null;
        await TrueAsync(() => (answer = ask()) is not null, what, deadline);
        return answer!;
    }

    /// <summary>The task's end within the deadline; its exception is thrown on.</summary>
    public static Task DoneAsync(Task task, string what, TimeSpan? deadline = null) => DoneAsync(Wrap(task), what, deadline);

    /// <inheritdoc cref="DoneAsync(Task, string, TimeSpan?)"/>
    public static async Task<T> DoneAsync<T>(Task<T> task, string what, TimeSpan? deadline = null)
    {
        try
        {
            return await task.WaitAsync(deadline ?? Deadline, TimeProvider.System);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            throw new TimeoutException($"not within {(deadline ?? Deadline).TotalSeconds:0.#} s: {what}");
        }
    }

    private static async Task<bool> Wrap(Task task)
    {
        await task;
        return true;
    }
}
