namespace MeetNet.Gateway;

/// <summary>
/// Runs what runs for ever, each for itself. One that crashes has found a mistake of the program: it ends the others, so that the program stops and is started
/// again, and does not go on without a line or a hub that nobody misses.
/// </summary>
internal static class SideBySide
{
    /// <summary>Completes when all have ended, with the fault of the one that crashed.</summary>
    /// <param name="all">Each ends without a fault when its token is cancelled.</param>
    public static async Task RunAsync(IEnumerable<Func<CancellationToken, Task>> all, CancellationToken stop)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await Task.WhenAll(all.Select(run => EndingAllAsync(run, stopping)));
    }

    private static async Task EndingAllAsync(Func<CancellationToken, Task> run, CancellationTokenSource stopping)
    {
        try
        {
            await run(stopping.Token);
        }
        catch
        {
            await stopping.CancelAsync();
            throw;
        }
    }
}
