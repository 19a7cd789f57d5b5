using System.Runtime.InteropServices;
using System.Text;

namespace MeetNet.Gateway.Commissioning.Wire;

/// <summary>
/// <c>mqtt pub</c> and <c>mqtt sub</c>: a look at the wire with the options, formats and exit codes of mosquitto_pub and mosquitto_sub. The web host is not started for it.
/// </summary>
internal static class WireCommand
{
    public const string Name = "mqtt";

    private const string Overview = """
        Publish to a broker and look at what goes through it, with the options of mosquitto_pub and mosquitto_sub.

        Usage:
          meetnet mqtt pub -t TOPIC (-m TEXT | -f FILE | -s | -l | -n) [options]     'mqtt pub --help' lists them
          meetnet mqtt sub -t FILTER [options]                                       'mqtt sub --help' lists them

        Examples:
          export MEETNET_MQTT_PASSWORD=...                       # or --password-file FILE
          meetnet mqtt sub -h broker -u watch -t 'meetnet/#' -v
          meetnet mqtt sub -h broker -u watch -t 'meetnet/1/+/+/up/obs' -F '%I %t %l'
          meetnet mqtt pub -h broker -u node -t nodes/17/up -q 1 -f uplink.json

        """;

    private const string ExitCodes = """

        Exit codes:
          0          done
          1          wrong command line; a file can't be read; the output can't be written
          7          the connection was lost and what was under way is in doubt
          8          TLS: certificate, host name or protocol
          14         the server was not reached
          27         the time of -W is over
          130        ended by Ctrl-C before it was done (pub)
          128 to 162 the server said no: the reason code of MQTT 5.0, in 3.1.1 the one that means the same
                     (134 bad user name or password, 135 not authorised)

        """;

    private const string Formats = """

        Format: sequences in the text of -F
          %t topic    %p message      %l its length    %x %X in hexadecimal    %q QoS    %r retain flag    %m packet id
          %j JSON with the message as a string         %J JSON with the message, which must be JSON, as a part
          %I time of arrival in UTC, ISO 8601          %U in seconds since 1970
          %A topic alias      %C content type          %D correlation data     %E message expiry    %F payload format
          %P user properties  %R response topic        %S subscription identifier
          @Y @m @d @H @M @S @s @N @F @T @j @y @z @Z    parts of the time, as in strftime(3), in UTC
          \n \t \r \0 \a \e \v \\    %%    @@
          Between % and the letter, where it makes sense: - left, 0 zeros, a width, '.' and a longest length: %-30.30t
        A message that is no text is in %j 'payload-base64' in place of 'payload'.

        """;

    /// <summary>Runs the command as this process.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        using var stopping = new CancellationTokenSource();
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        return await RunAsync(arguments, WireConsole.OfProcess(), stopping.Token);

        void Stop(PosixSignalContext context)
        {
            // The first time it leaves in good order, the second time at once.
            context.Cancel = !stopping.IsCancellationRequested;
            stopping.Cancel();
        }
    }

    /// <summary>Runs the command.</summary>
    /// <param name="arguments">What follows <c>mqtt</c>.</param>
    /// <param name="interrupted">Ctrl-C.</param>
    /// <returns>One of <see cref="WireExitCodes"/>, or a reason code of MQTT 5.0.</returns>
    public static async Task<int> RunAsync(string[] arguments, WireConsole console, CancellationToken interrupted)
    {
        var talk = new WireTalk(console.Error);
        try
        {
            switch (arguments)
            {
                case ["pub", .. var rest]:
                    var pub = new PublishArguments();
                    Arguments.Read(PublishArguments.Table, rest, pub);
                    Set(talk, pub.Connection);
                    return pub.Help ? Print(console, Help(PublishArguments.Table, "pub")) : await PublishCommand.RunAsync(pub, console, talk, interrupted);
                case ["sub", .. var rest]:
                    var sub = new SubscribeArguments();
                    Arguments.Read(SubscribeArguments.Table, rest, sub);
                    Set(talk, sub.Connection);
                    return sub.Help ? Print(console, Help(SubscribeArguments.Table, "sub")) : await SubscribeCommand.RunAsync(sub, console, talk, interrupted);
                case ["--help" or "help"]:
                    return Print(console, Overview + ExitCodes);
                default:
                    throw WireFailure.Usage(arguments is [] ? "say what to do: pub or sub" : $"'{arguments[0]}' is neither pub nor sub");
            }
        }
        catch (WireFailure failure)
        {
            talk.Say($"Error: {failure.Message}");
            if (failure.Code == WireExitCodes.Usage)
            {
                talk.Say($"'mqtt {(arguments is ["pub" or "sub", ..] ? $"{arguments[0]} " : "")}--help' tells more.");
            }

            return failure.Code;
        }
    }

    private static void Set(WireTalk talk, ConnectionArguments connection) => (talk.Debugs, talk.IsQuiet) = (connection.Debug, connection.Quiet);

    private static string Help<T>(IReadOnlyList<Argument<T>> table, string command)
    {
        var help = new StringBuilder(command == "pub" ? "Publish messages.\n\nOptions:\n" : "Subscribe and print what comes.\n\nOptions:\n");
        Arguments.Describe(table, help);
        return help + (command == "sub" ? Formats : "") + ExitCodes;
    }

    private static int Print(WireConsole console, string text)
    {
        try
        {
            console.Output.Write(Encoding.UTF8.GetBytes(text));
        }
        catch (OutputClosedException)
        {
            // | head
        }

        return WireExitCodes.Ok;
    }
}
