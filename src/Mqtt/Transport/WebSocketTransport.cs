using System.Net;
using System.Net.WebSockets;

namespace MeetNet.Mqtt.Transport;

/// <summary>A WebSocket over whatever <paramref name="network"/> opens: TLS, time-outs and addresses are the same with it and without.</summary>
internal sealed class WebSocketTransport(MqttClientOptions options, string path, ITransport network) : ITransport
{
    private const string SubProtocol = "mqtt"; // [MQTT-6.0.0-3], for 3.1.1 and 5.0 alike

    public async ValueTask<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = await network.OpenAsync(cancellationToken);
        var invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = (_, _) => ValueTask.FromResult(connection),
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            MaxResponseDrainSize = 0,
        });
        var socket = new ClientWebSocket();
        var stream = new BinaryFrameStream(socket, invoker, connection);
        try
        {
            socket.Options.AddSubProtocol(SubProtocol);
            socket.Options.KeepAliveInterval = Timeout.InfiniteTimeSpan; // MQTT has its own.
            await socket.ConnectAsync(Target(), invoker, cancellationToken);
        }
        catch (WebSocketException e)
        {
            await stream.DisposeAsync();
            throw Known(e) ?? Failed(e.InnerException is null ? e.Message : $"{e.Message}: {e.GetBaseException().Message}", e);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }

        if (socket.SubProtocol != SubProtocol)
        {
            await stream.DisposeAsync();
            throw Failed("the server opened a WebSocket without selecting the sub-protocol 'mqtt' [MQTT-6.0.0-4], so what is at this path is something else.");
        }

        return stream;
    }

    /// <summary>
    /// The scheme is ws also where the connection is already secured, and only makes the Host header: so the port of wss, which that header leaves
    /// out (RFC 9110 §4.2.2), is given as that of ws.
    /// </summary>
    private Uri Target()
    {
        const int ws = 80;
        const int wss = 443;
        var host = options.Host.Contains(':', StringComparison.Ordinal) && !options.Host.StartsWith('[') ? $"[{options.Host}]" : options.Host;
        var port = options.Tls is not null && options.Port == wss ? ws : options.Port;
        return new Uri(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"ws://{host}:{port}{path}"));
    }

    /// <summary>What the network below said, which the layers between have wrapped.</summary>
    private static TransportException? Known(Exception? e) => e as TransportException ?? (e is null ? null : Known(e.InnerException));

    private TransportException Failed(string what, Exception? inner = null) => new(
        MqttDisconnectCause.ConnectFailed, $"{MqttAddress.Describe(options)}: {what} Check the port and the path of the server's WebSocket listener.", inner);
}
