using System.CommandLine;
using System.Globalization;
using System.Net;
using MeetNet.Devices;
using MeetNet.Hosting;
using MeetNet.Mqtt;

namespace MeetNet.Gateway.Commissioning;

/// <summary><c>simulate PROFILE</c>: one instrument, without a station file, on a pseudo-terminal, at a TCP port or on a broker.</summary>
internal static class PlayProfile
{
    public static readonly Option<string> Terminal = new("--pty") { Description = "Play on a pseudo-terminal and make this link to it.", HelpName = "PATH" };

    public static readonly Option<string> Tcp = new("--tcp") { Description = "Play at this TCP port (of 127.0.0.1, unless an address is given).", HelpName = "[ADDRESS:]PORT" };

    public static readonly Option<string> Folder = new("--folder") { Description = "Write the files of a part that the kernel reads into this folder.", HelpName = "PATH" };

    public static readonly Option<string> Topic = new("--topic") { Description = "Publish to this topic of the broker (--broker).", HelpName = "TOPIC" };

    /// <summary>The one player that the options ask for; null after saying what is wrong with them.</summary>
    public static Func<CancellationToken, Task>? Player(ParseResult parsed, string name, MqttAddress? broker, ILogger log)
    {
        if (ProfileArguments.Read(parsed, name) is not { } device || PlayArguments.Read(parsed, device.Profile) is not { } script)
        {
            return null;
        }

        var instrument = new SimulatedInstrument(device.Profile.Model, device.Profile, device.Address, script, script.Uplink!.Every);
        var error = parsed.InvocationConfiguration.Error;
        var ways = new[] { parsed.GetValue(Terminal), parsed.GetValue(Tcp), parsed.GetValue(Topic), parsed.GetValue(Folder) };
        if (ways.Count(w => w is not null) != 1)
        {
            error.WriteLine(device.Driver.Carrier switch
            {
                Carrier.Message => $"{device.Profile.Id} talks over a broker: say which with --broker ADDRESS and --topic TOPIC",
                Carrier.Folder => $"{device.Profile.Id} is read from files: say in which folder they are to be with --folder PATH",
                _ => $"say where {device.Profile.Id} is to be played: --pty PATH or --tcp PORT",
            });
            return null;
        }

        if (device.Driver.Carrier == Carrier.Message != ways[2] is not null || device.Driver.Carrier == Carrier.Folder != ways[3] is not null)
        {
            error.WriteLine($"{device.Profile.Id} can't be played there: its protocol '{device.Driver.Name}' {(device.Driver.Carrier switch { Carrier.Stream => "talks over a line (--pty, --tcp)", Carrier.Folder => "is read from files (--folder)", _ => "does not talk over a line" })}");
            return null;
        }

        if (ways[3] is { } folder)
        {
            return new SimulatedFolder(Path.GetFullPath(folder), 0, device.Profile, device.Address, instrument, TimeProvider.System).RunAsync;
        }

        if (ways[0] is { } link)
        {
            return new SimulatedLine(Path.GetFullPath(link), [instrument], TimeProvider.System, log).RunAsync;
        }

        if (ways[1] is { } port)
        {
            if (EndPoint(port) is { } at)
            {
                return new SimulatedSocket(at, [instrument], TimeProvider.System, log).RunAsync;
            }

            error.WriteLine($"--tcp {port}: a port is wanted, such as 5020 or 0.0.0.0:5020");
            return null;
        }

        if (broker is null)
        {
            error.WriteLine("--topic needs a broker: --broker mqtt://127.0.0.1");
            return null;
        }

        var server = new SimulatedNetworkServer(new BrokerOptions { Address = broker }, device.Profile.Id, [(instrument, ways[2]!)], TimeProvider.System, log);
        return server.RunAsync;
    }

    private static IPEndPoint? EndPoint(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 0 and <= 65535 ? new IPEndPoint(IPAddress.Loopback, port)
        : IPEndPoint.TryParse(text, out var at) && text.Contains(':', StringComparison.Ordinal) ? at
        : null;
}
