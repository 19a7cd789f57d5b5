using System.CommandLine;
using System.Net;
using MeetNet.Hosting;

namespace MeetNet.Gateway.Commissioning;

/// <summary><c>run</c>: checks everything, takes the data folder for itself, and runs the gateway.</summary>
internal static class RunCommand
{
    public static async Task<int> RunAsync(ParseResult parsed)
    {
        var error = parsed.InvocationConfiguration.Error;
        if (parsed.GetValue(CommandLine.Data) is not { } data)
        {
            await error.WriteLineAsync("--data DIR is missing");
            return ExitCodes.Usage;
        }

        if (!CheckCommand.TryRead(parsed, data, out var options, out var station))
        {
            return ExitCodes.Usage;
        }

        if (parsed.GetValue(CommandLine.Listen) is { } listen)
        {
            if (!IPEndPoint.TryParse(listen, out var endpoint) || endpoint.Port == 0)
            {
                await error.WriteLineAsync($"--listen is '{listen}'; allowed: an address and a port such as 127.0.0.1:8091");
                return ExitCodes.Usage;
            }

            options = options with { Listen = listen };
        }

        if (!DataFolder.TryTake(data, error, out var taken, out var code))
        {
            return code;
        }

        await using (taken)
        {
            return await GatewayHost.RunAsync(options, station, Path.GetFullPath(data), error);
        }
    }
}
