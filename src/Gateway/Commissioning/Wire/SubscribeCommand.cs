using System.Buffers;
using MeetNet.Mqtt;

namespace MeetNet.Gateway.Commissioning.Wire;

/// <summary><c>mqtt sub</c>: prints what comes. A message is acknowledged when it has been written to standard output, never before.</summary>
internal sealed class SubscribeCommand(SubscribeArguments arguments, MqttClient client, WireConsole console, WireTalk talk)
{
    /// <summary>Bytes that are collected into one write while more messages wait.</summary>
    private const int FlushAt = 64 * 1024;

    /// <summary>Time for a write that is under way when the command is to end; who reads the output may have stopped.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly MessageFormat _format = arguments.Format();
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly List<MqttMessage> _written = [];
    private long _printed;

    public static async Task<int> RunAsync(SubscribeArguments arguments, WireConsole console, WireTalk talk, CancellationToken interrupted)
    {
        var options = arguments.Connection.Options("sub") with { Subscriptions = arguments.Subscriptions(), PoolsMessages = true };
        using var late = new CancellationTokenSource();
        await using var timer = arguments.Timeout is { } time ? console.Time.CreateTimer(_ => late.Cancel(), null, time, System.Threading.Timeout.InfiniteTimeSpan) : null;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(interrupted, late.Token);
        await using var link = new BrokerLink(options, console.Time, talk);
        var command = new SubscribeCommand(arguments, link.Client, console, talk);
        await link.StartAsync();
        // Before the connection: what a kept session has waiting comes between CONNACK and SUBACK. On a thread of its own, since writing may block.
        var printing = arguments.EndsWhenSubscribed ? link.Connected : Task.Run(() => command.PrintAsync(ended.Token), CancellationToken.None);
        try
        {
            await link.OrFailureAsync(printing.WaitAsync(ended.Token));
            return WireExitCodes.Ok;
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            await Task.WhenAny(printing, Task.Delay(Grace, console.Time, CancellationToken.None));
            return interrupted.IsCancellationRequested ? WireExitCodes.Ok : WireExitCodes.Timeout;
        }
        catch (OutputClosedException)
        {
            return WireExitCodes.Ok;
        }
        catch (IOException e)
        {
            throw new WireFailure(WireExitCodes.Usage, $"the output can't be written: {e.Message}. What was not written is not acknowledged");
        }
    }

    private async Task PrintAsync(CancellationToken ended)
    {
        while (await client.Messages.WaitToReadAsync(ended))
        {
            while (client.Messages.TryRead(out var message))
            {
                if (arguments.RetainedOnly && !message.Retain)
                {
                    Flush();
                    return;
                }

                Take(message);
                if (_printed == arguments.Count)
                {
                    Flush();
                    return;
                }

                if (_output.WrittenCount >= FlushAt)
                {
                    Flush();
                    ended.ThrowIfCancellationRequested();
                }
            }

            Flush();
        }
    }

    private void Take(MqttMessage message)
    {
        _written.Add(message);
        if ((arguments.FreshOnly && message.Retain) || arguments.IsFilteredOut(message.Topic))
        {
            return;
        }

        _printed++;
        if (!_format.Write(message, console.Time.GetUtcNow(), _output))
        {
            talk.Say($"the message on '{message.Topic}' is not JSON");
        }
    }

    private void Flush()
    {
        console.Output.Write(_output.WrittenSpan);
        console.Output.Flush();
        _output.ResetWrittenCount();
        foreach (var message in _written)
        {
            client.Acknowledge(message);
            message.Dispose();
        }

        _written.Clear();
    }
}
