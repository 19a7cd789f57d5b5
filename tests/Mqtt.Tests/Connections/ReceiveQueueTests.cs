using System.Threading.Channels;
using MeetNet.Mqtt.Connections;
using MeetNet.Mqtt.Protocol;
using MeetNet.Mqtt.Tests.Peer;

namespace MeetNet.Mqtt.Tests.Connections;

public sealed class ReceiveQueueTests
{
    private readonly ReceiveQueue _queue = new(limit: 100);

    [Fact]
    public async Task Messages_come_out_in_their_order_and_are_counted()
    {
        _queue.Add([Message("1", 30), Message("2", 30)]);
        _queue.Add([Message("3", 30)]);
        Assert.Equal((3, 90, false), (_queue.Count, _queue.Bytes, _queue.IsFull));
        Assert.True(await _queue.WaitToReadAsync());
        Assert.True(_queue.TryPeek(out var next));
        Assert.Equal("1", next.Topic);
        Assert.Equal(["1", "2", "3"], [(await _queue.ReadAsync()).Topic, (await _queue.ReadAsync()).Topic, (await _queue.ReadAsync()).Topic]);
        Assert.Equal((0, 0), (_queue.Count, _queue.Bytes));
        Assert.False(_queue.TryRead(out _));
        Assert.False(_queue.TryPeek(out _));
    }

    [Fact]
    public async Task Every_reader_that_waits_is_woken_and_each_message_goes_to_one()
    {
        var readers = Enumerable.Range(0, 3).Select(_ => _queue.ReadAsync().AsTask()).ToList();
        _queue.Add([Message("1", 1), Message("2", 1)]);
        _queue.Add([Message("3", 1)]);
        var topics = (await Task.WhenAll(readers).Soon()).Select(m => m.Topic).Order();
        Assert.Equal(["1", "2", "3"], topics);
    }

    [Fact]
    public async Task The_writer_goes_on_when_half_is_free()
    {
        _queue.Add([Message("1", 30), Message("2", 30), Message("3", 60)]);
        Assert.True(_queue.IsFull);
        var space = _queue.WaitForSpaceAsync();
        Assert.True(_queue.TryRead(out _));
        Assert.True(_queue.TryRead(out _));
        Assert.False(space.IsCompleted);
        Assert.True(_queue.TryRead(out _));
        await space.Soon();
        await _queue.WaitForSpaceAsync().Soon();
    }

    [Fact]
    public async Task After_the_end_what_is_left_can_be_read()
    {
        _queue.Add([Message("1", 1)]);
        _queue.Complete();
        Assert.True(await _queue.WaitToReadAsync());
        Assert.False(_queue.Completion.IsCompleted);
        Assert.True(_queue.TryRead(out _));
        await _queue.Completion.Soon();
        Assert.False(await _queue.WaitToReadAsync());
        await Assert.ThrowsAsync<ChannelClosedException>(async () => await _queue.ReadAsync());
    }

    [Fact]
    public async Task Readers_that_wait_learn_of_the_end()
    {
        var waiting = _queue.WaitToReadAsync().AsTask();
        _queue.Complete();
        Assert.False(await waiting.Soon());
        await _queue.Completion.Soon();
    }

    [Fact]
    public async Task A_cancelled_reader_takes_nothing()
    {
        using var cancellation = new CancellationTokenSource();
        var waiting = _queue.ReadAsync(cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Soon());
        _queue.Add([Message("1", 1)]);
        Assert.True(_queue.TryRead(out _));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await _queue.WaitToReadAsync(cancellation.Token));
    }

    private static MqttMessage Message(string topic, int cost)
    {
        var message = new MqttMessage(loan: null);
        message.Fill(new PublishPacket { Properties = MqttProperties.Empty }, topic, 1, cost);
        return message;
    }
}
