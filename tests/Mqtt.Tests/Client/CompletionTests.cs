using MeetNet.TestKit;

namespace MeetNet.Mqtt.Tests.Client;

/// <summary>How a client's life ends, and how a program learns that it has.</summary>
public sealed class CompletionTests
{
    private static MqttClientOptions Options => new() { Host = "127.0.0.1", Port = MosquittoBroker.FreePort(), ClientId = "c", CleanStart = false, SessionExpiryInterval = 60 };

    [Fact]
    public async Task A_client_that_is_stopped_completes_well()
    {
        await using var client = new MqttClient(Options, TimeProvider.System);
        await client.StartAsync();
        Assert.False(client.Completion.IsCompleted);
        await client.DisconnectAsync();
        await Eventually.DoneAsync(client.Completion, "the completion");
        Assert.IsType<MqttConnectionState.Stopped>(client.State);
    }

    [Fact]
    public async Task So_does_one_that_was_never_started()
    {
        var client = new MqttClient(Options, TimeProvider.System);
        await client.DisposeAsync();
        await Eventually.DoneAsync(client.Completion, "the completion");
    }

    [Fact]
    public async Task A_mistake_that_ends_the_loop_is_told_to_everybody_who_waits()
    {
        var time = new FailingTimeProvider();
        var client = new MqttClient(Options, time);
        var publish = client.PublishAsync("a", default);
        time.FailNext();
        await client.StartAsync();

        var mistake = await Assert.ThrowsAsync<InvalidOperationException>(() => Eventually.DoneAsync(client.Completion, "the completion"));
        Assert.Equal(FailingTimeProvider.Mistake, mistake.Message);
        await Assert.ThrowsAsync<MqttConnectionLostException>(() => Eventually.DoneAsync(publish, "the publish to fail"));
        await Assert.ThrowsAsync<MqttConnectionLostException>(() => Eventually.DoneAsync(client.PublishAsync("a", default), "another to fail"));
        await Assert.ThrowsAsync<MqttConnectionLostException>(() => Eventually.DoneAsync(client.WaitConnectedAsync(), "the waiting to fail"));
        await Eventually.DoneAsync(client.Messages.Completion, "the end of the messages");
        while (await client.StateChanges.WaitToReadAsync())
        {
            Assert.True(client.StateChanges.TryRead(out _));
        }

        Assert.IsType<MqttConnectionState.Stopped>(client.State);
        await client.DisposeAsync();
    }
}
