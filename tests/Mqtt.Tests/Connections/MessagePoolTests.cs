using MeetNet.Mqtt.Connections;
using MeetNet.Mqtt.Protocol;

namespace MeetNet.Mqtt.Tests.Connections;

public sealed class MessagePoolTests
{
    private const int Plenty = 1024 * 1024;

    [Fact]
    public void A_message_given_back_is_lent_again_for_any_payload_that_fits()
    {
        var pool = new MessagePool(Plenty);
        var first = Take(pool, 129);
        first.Dispose();
        Assert.Same(first, Take(pool, 256));
        Assert.NotSame(first, Take(pool, 256));
    }

    [Fact]
    public void A_buffer_is_at_most_twice_what_was_asked_for()
    {
        var pool = new MessagePool(Plenty);
        var large = Take(pool, 4096);
        large.Dispose();
        Assert.NotSame(large, Take(pool, 2048));
        Assert.NotSame(large, Take(pool, 4097));
        Assert.Same(large, Take(pool, 2049));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(128)]
    [InlineData(MessagePool.LargestKept)]
    [InlineData(MessagePool.LargestKept + 1)]
    [InlineData(1_000_000)]
    public void Every_length_of_payload_comes_whole(int length)
    {
        var pool = new MessagePool(Plenty);
        for (var round = 1; round <= 3; round++)
        {
            var message = Take(pool, length, (byte)round);
            Assert.Equal(length, message.Payload.Length);
            Assert.True(message.Payload.Span.IndexOfAnyExcept((byte)round) < 0);
            message.Dispose();
        }
    }

    [Fact]
    public void Given_back_twice_it_is_lent_once()
    {
        var pool = new MessagePool(Plenty);
        var message = Take(pool, 10);
        message.Dispose();
        message.Dispose();
        Assert.Same(message, Take(pool, 10));
        Assert.NotSame(message, Take(pool, 10));
    }

    [Fact]
    public void A_message_that_is_kept_is_never_written_to()
    {
        var pool = new MessagePool(Plenty);
        var kept = Take(pool, 10, 1);
        for (var i = 2; i < 100; i++)
        {
            Take(pool, 10, (byte)i).Dispose();
        }

        Assert.Equal(1, kept.Payload.Span[9]);
    }

    [Fact]
    public void It_keeps_no_more_than_it_is_allowed_to()
    {
        var pool = new MessagePool(100_000);
        var many = Enumerable.Range(0, 1_000).Select(_ => Take(pool, 1_000)).ToHashSet();
        foreach (var message in many)
        {
            message.Dispose();
        }

        var again = Enumerable.Range(0, 1_000).Select(_ => Take(pool, 1_000)).Count(many.Contains);
        Assert.InRange(again, 1, 50); // Half of the limit rests with those returned.
    }

    [Fact]
    public void It_turns_to_the_sizes_that_are_asked_for()
    {
        var pool = new MessagePool(100_000);
        Return(Enumerable.Range(0, 50).Select(_ => Take(pool, 1_000)));
        Take(pool, 1_000).Dispose(); // Now those rest among the ready ones, which are full with them.
        for (var round = 0; round < 2; round++)
        {
            Return(Enumerable.Range(0, 10).Select(_ => Take(pool, 4_000)));
        }

        var large = Take(pool, 4_000);
        large.Dispose();
        Return(Enumerable.Range(0, 9).Select(_ => Take(pool, 4_000)));
        Assert.Contains(large, Enumerable.Range(0, 10).Select(_ => Take(pool, 4_000)));
    }

    [Fact]
    public void At_rest_a_message_can_not_be_used()
    {
        var message = Take(new MessagePool(Plenty), 10);
        message.Dispose();
        Assert.Throws<ObjectDisposedException>(() => message.Topic);
        Assert.Throws<ObjectDisposedException>(() => message.Payload);
        Assert.Throws<ObjectDisposedException>(() => message.Properties);
        Assert.Throws<ObjectDisposedException>(() => message.Duplicate);
    }

    [Fact]
    public void Without_a_pool_disposing_does_nothing()
    {
        var message = new MqttMessage(loan: null);
        message.Fill(new PublishPacket { Payload = "x"u8, Properties = MqttProperties.Empty }, "t", 1, 1);
        message.Dispose();
        Assert.Equal("t", message.Topic);
        Assert.Equal(1, message.Payload.Length);
    }

    private static void Return(IEnumerable<MqttMessage> messages)
    {
        foreach (var message in messages.ToList())
        {
            message.Dispose();
        }
    }

    private static MqttMessage Take(MessagePool pool, int length, byte content = 1)
    {
        var payload = new byte[length];
        payload.AsSpan().Fill(content);
        var message = pool.Take(length);
        message.Fill(new PublishPacket { Payload = payload, Properties = MqttProperties.Empty }, "t", 1, 1);
        return message;
    }
}
