using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests;

public sealed class SideBySideTests
{
    [Fact]
    public async Task One_that_crashes_ends_the_others_and_is_not_kept_quiet()
    {
        var ended = false;
        var running = SideBySide.RunAsync(
            [
                async stop =>
                {
                    await UntilAsync(stop);
                    ended = true;
                },
                async _ =>
                {
                    await Task.Yield();
                    throw new InvalidOperationException("a mistake");
                },
            ],
            CancellationToken.None);
        Assert.Same(running, await Eventually.DoneAsync(Task.WhenAny(running), "it ends"));
        Assert.Equal("a mistake", (await Assert.ThrowsAsync<InvalidOperationException>(() => running)).Message);
        Assert.True(ended);
    }

    [Fact]
    public async Task Stopping_ends_all_without_a_fault()
    {
        using var stopping = new CancellationTokenSource();
        var running = SideBySide.RunAsync([UntilAsync, UntilAsync], stopping.Token);
        Assert.False(running.IsCompleted);
        await stopping.CancelAsync();
        await Eventually.DoneAsync(running, "all end");
    }

    private static async Task UntilAsync(CancellationToken stop)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.Register(stopped.SetResult);
        await stopped.Task;
    }
}
