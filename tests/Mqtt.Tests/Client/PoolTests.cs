using System.Text;
using MeetNet.Mqtt.Connections;
using MeetNet.Mqtt.Protocol;
using MeetNet.Mqtt.Tests.Peer;
using MeetNet.TestKit;

namespace MeetNet.Mqtt.Tests.Client;

public sealed class PoolTests
{
    private const int Burst = 100;
    private const int Tries = 10;
    private const int Repeats = 20;

    [Fact]
    public async Task Messages_come_again_after_they_were_given_back()
    {
        await using var scene = new Scene(o => o with { PoolsMessages = true });
        var peer = await scene.StartAsync();
        MqttMessage? before = null;
        for (var i = 1; i <= 5; i++)
        {
            await peer.SendAsync(Wire.Publish("a/" + i, "payload " + i, i));
            var message = await scene.Client.Messages.ReadAsync().AsTask().Soon();
            Assert.Same(before ?? message, message);
            Assert.Equal(("a/" + i, "payload " + i), (message.Topic, Encoding.UTF8.GetString(message.Payload.Span)));
            scene.Client.Acknowledge(message);
            Assert.Equal(i, (await peer.ReadAsync("PUBACK")).PacketId);
            message.Dispose();
            Assert.Throws<ObjectDisposedException>(() => scene.Client.Acknowledge(message));
            Assert.Throws<ObjectDisposedException>(() => message.Properties);
            Assert.Throws<ObjectDisposedException>(() => message.QualityOfService);
            message.Dispose();
            before = message;
        }
    }

    [Fact]
    public async Task Without_the_option_a_message_is_the_applications_own()
    {
        await using var scene = new Scene();
        var peer = await scene.StartAsync();
        await peer.SendAsync(Wire.Publish("a", "1", 1), Wire.Publish("a", "2", 2));
        var first = await scene.Client.Messages.ReadAsync().AsTask().Soon();
        first.Dispose();
        scene.Client.Acknowledge(first);
        Assert.NotSame(first, await scene.Client.Messages.ReadAsync().AsTask().Soon());
        Assert.Equal("1", Encoding.UTF8.GetString(first.Payload.Span));
    }

    /// <summary>Everything that is done per message, on one thread, so that its allocations can be counted.</summary>
    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 96 + 24 + 104)] // The message, and an array with its payload.
    public void Receiving_and_acknowledging_allocates_no_more_than_this_per_message(bool pools, int most)
    {
        var options = new MqttClientOptions { Host = "broker.example", ClientId = "tester", PoolsMessages = pools };
        var core = new ClientCore(options, new ManualTimeProvider());
        using var connection = new Connection(core, Stream.Null, default, cleanStart: true);
        var dispatcher = new PacketDispatcher(core, connection, cleanStart: true);
        Assert.Null(dispatcher.Dispatch(Wire.Connack(), out _, out _));
        byte[] burst = [.. Enumerable.Range(1, Burst).SelectMany(i => Wire.Publish($"station/{i % 10}", new string('x', 100), i))];
        using var output = new PacketBuffer();
        var pubacks = Rounds(core, dispatcher, burst, output);
        // A collection that another test brings about empties shared pools, and then a run pays for filling them: the least of a few runs counts.
        var least = long.MaxValue;
        for (var i = 0; i < Tries; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            pubacks += Rounds(core, dispatcher, burst, output);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal((1 + Tries) * Repeats * Burst, pubacks);
        Assert.InRange(least / (Repeats * Burst), 0, most);
    }

    /// <summary>Gives the number of PUBACKs.</summary>
    private static int Rounds(ClientCore core, PacketDispatcher dispatcher, byte[] burst, PacketBuffer output)
    {
        var bytes = 0;
        for (var i = 0; i < Repeats; i++)
        {
            dispatcher.Dispatch(burst, out _, out _);
            while (core.Messages.TryRead(out var message))
            {
                core.Session.TryAcknowledge(message.Connection, message.Ticket, MqttReasonCode.Success, out _);
                message.Dispose();
            }

            output.Clear(keep: 64 * 1024);
            core.Session.Fill(output, 64 * 1024, now: 0);
            bytes += output.Length;
        }

        return bytes / 4;
    }
}
