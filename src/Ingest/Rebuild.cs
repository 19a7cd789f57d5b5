using MeetNet.Hosting;
using MeetNet.Ingest.Facts;
using MeetNet.Sqlite;

namespace MeetNet.Ingest;

/// <summary><c>rebuild</c>: drops one projection and makes it again from the log.</summary>
internal static class Rebuild
{
    public static async Task<int> RunAsync(IngestOptions options, string name, TextWriter output, TextWriter error, CancellationToken stopping)
    {
        try
        {
            var services = new ServiceCollection();
            services.AddLogging(logging => logging.AddMeetNetLog(options.Log));
            services.AddProjections(options);
            await using var provider = services.BuildServiceProvider();
            var log = provider.GetRequiredService<FactLog>();
            using var file = FactFile.Open(options.DataFile(FactSchema.FileName), options.LogSynchronous);
            log.Opened(file.Head, file.Observations);
            var runners = provider.GetServices<ProjectionRunner>().ToList();
            if (runners.Find(runner => runner.Projection.Name == name) is not { } wanted)
            {
                await error.WriteLineAsync($"There is no projection '{name}'; there are: {string.Join(", ", runners.Select(runner => runner.Projection.Name))}");
                return ExitCodes.Usage;
            }
            await wanted.Projection.ResetAsync(stopping);
            await wanted.CatchUpAsync(stopping);
            await output.WriteLineAsync($"{name}: made again from the log, {log.Observations} observations in facts up to position {log.Head}");
            return ExitCodes.Ok;
        }
        catch (Exception e) when (e is SqliteFault or IOException or UnauthorizedAccessException or HttpRequestException or DllNotFoundException or NotSupportedException)
        {
            await error.WriteLineAsync($"{name}: {e.Message}");
            return ExitCodes.Failure;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await error.WriteLineAsync($"{name}: stopped half-way; the next start of the hub goes on from there");
            return ExitCodes.Failure;
        }
    }
}
