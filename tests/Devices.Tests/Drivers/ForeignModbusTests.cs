using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using MeetNet.Devices.Simulation;
using MeetNet.TestKit;

namespace MeetNet.Devices.Tests.Drivers;

/// <summary>Our slave asked by other people's master: mbpoll, which is libmodbus.</summary>
public sealed class ForeignModbusTests
{
    private static readonly double[] Values = [1.5, -2.25, 1000.125, 0];

    [Fact]
    public async Task Mbpoll_reads_what_the_simulator_plays_over_TCP()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeAsync(listener);
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var said = await MbpollAsync("-m", "tcp", "-p", $"{port}", "127.0.0.1");
        Check(said);
        listener.Stop();
        await serving;
    }

    [Fact]
    public async Task Mbpoll_reads_what_the_simulator_plays_on_a_serial_line()
    {
        using var line = PtyPair.Open();
        var simulator = Simulator("rtu");
        var serving = Task.Run(async () =>
        {
            var reply = new byte[simulator.MaxFrame];
            var request = await line.ReadAsync(8);
            var length = simulator.Answer(request, new SimulatedState { Values = Values }, reply);
            await line.WriteAsync(reply.AsMemory(0, length));
        });
        Check(await MbpollAsync("-m", "rtu", "-b", "9600", "-P", "none", line.Path));
        await serving;
    }

    private static void Check(string said)
    {
        foreach (var (index, text) in new[] { "1.5", "-2.25", "1000.12", "0" }.Index())
        {
            Assert.Contains($"[{2002 + (2 * index)}]: \t{text}", said, StringComparison.Ordinal);
        }
    }

    private static IDeviceSimulator Simulator(string framing) => DriverCatalog.Find("modbus")!.Simulate(
        Repository.Profile("vega/plics-modbus-4"), DeviceAddress.Of(246) with { Framing = framing });

    private static async Task ServeAsync(TcpListener listener)
    {
        using var client = await listener.AcceptTcpClientAsync();
        var simulator = Simulator("tcp");
        var stream = client.GetStream();
        var window = new byte[1024];
        var reply = new byte[simulator.MaxFrame];
        var length = 0;
        while (await stream.ReadAsync(window.AsMemory(length)) is var read and > 0)
        {
            length += read;
            var cut = simulator.Requests!.Cut(window.AsSpan(0, length));
            if (cut.Consumed > 0)
            {
                var answer = simulator.Answer(window.AsSpan(0, cut.Consumed), new SimulatedState { Values = Values }, reply);
                await stream.WriteAsync(reply.AsMemory(0, answer));
                length = 0;
            }
        }
    }

    /// <summary>One poll of four floats, high word first, in the input registers from 2002.</summary>
    private static async Task<string> MbpollAsync(params string[] where)
    {
        string[] what = ["-a", "246", "-t", "3:float", "-B", "-0", "-r", "2002", "-c", "4", "-1", "-q", "-o", "10"];
        var start = new ProcessStartInfo("mbpoll", [.. what, .. where]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await output + await error);
        return await output;
    }
}
