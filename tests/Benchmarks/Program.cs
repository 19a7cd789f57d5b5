using MeetNet.Benchmarks;

// ./meetnet bench [ingest|gateway|latency|mqtt|aggregate|harmonise|devices]: what it measures and how is said in each file. Without an argument: all of them.
return args switch
{
    ["publish", ..] => await Publisher.RunAsync(args[1..]),
    ["mqtt-receive", ..] => await MqttBenchmark.ReceiverAsync(args[1..]),
    ["mqtt-publish", ..] => await MqttBenchmark.PublisherAsync(args[1..]),
    [] => await AllAsync(),
    ["ingest"] => await IngestBenchmark.RunAsync(),
    ["gateway"] => await GatewayBenchmark.RunAsync(),
    ["latency"] => await LatencyBenchmark.RunAsync(),
    ["mqtt"] => await MqttBenchmark.RunAsync(),
    ["aggregate"] => AggregateBenchmark.Run(),
    ["harmonise"] => HarmoniseBenchmark.Run(),
    ["devices"] => DevicesBenchmark.Run(),
    _ => Usage(),
};

static async Task<int> AllAsync() =>
    await IngestBenchmark.RunAsync() | await GatewayBenchmark.RunAsync() | await LatencyBenchmark.RunAsync() | await MqttBenchmark.RunAsync() | AggregateBenchmark.Run()
    | HarmoniseBenchmark.Run() | DevicesBenchmark.Run();

static int Usage()
{
    Console.Error.WriteLine("usage: bench [ingest|gateway|latency|mqtt|aggregate|harmonise|devices]");
    return 2;
}
