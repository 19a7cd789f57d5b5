using MeetNet.Benchmarks;

// ./meetnet bench [ingest|gateway|latency]: what it measures and how is said in each file. Without an argument: all three.
return args switch
{
    ["publish", ..] => await Publisher.RunAsync(args[1..]),
    [] => await AllAsync(),
    ["ingest"] => await IngestBenchmark.RunAsync(),
    ["gateway"] => await GatewayBenchmark.RunAsync(),
    ["latency"] => await LatencyBenchmark.RunAsync(),
    _ => Usage(),
};

static async Task<int> AllAsync() => await IngestBenchmark.RunAsync() | await GatewayBenchmark.RunAsync() | await LatencyBenchmark.RunAsync();

static int Usage()
{
    Console.Error.WriteLine("usage: bench [ingest|gateway|latency]");
    return 2;
}
