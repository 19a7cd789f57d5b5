using FsCheck;
using FsCheck.Fluent;
using MeetNet.Mqtt.Protocol;
using MeetNet.Mqtt.Sessions;

namespace MeetNet.Mqtt.Tests.Sessions;

public sealed class ReceiveWindowTests
{
    [Fact]
    [Trait("mqtt", "4.6.0-2")]
    public void Acknowledged_in_any_order_the_pubacks_leave_in_the_order_of_arrival()
    {
        var window = new ReceiveWindow(MqttVersion.V500);
        var tickets = new long[3];
        for (var i = 0; i < 3; i++)
        {
            Assert.True(window.TryArrive((ushort)(10 + i), out tickets[i]));
        }

        window.TryAcknowledge(tickets[2], MqttReasonCode.Success);
        window.TryAcknowledge(tickets[1], MqttReasonCode.NotAuthorized);
        Assert.Equal(0, window.Ready);
        window.TryAcknowledge(tickets[0], MqttReasonCode.Success);
        Assert.Equal([0x40, 2, 0, 10, 0x40, 3, 0, 11, 0x87, 0x40, 2, 0, 12], Drain(window));
        Assert.Equal(0, window.Count);
    }

    [Fact]
    public void What_is_not_acknowledged_holds_back_what_came_after_and_nothing_else() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var window = new ReceiveWindow(MqttVersion.V500);
            var outstanding = new List<(long Ticket, int Id, bool Done)>(); // In the order of arrival.
            var next = 0;
            for (var step = 0; step < 400; step++)
            {
                switch (random.Next(5))
                {
                    case 0 or 1:
                        Assert.True(window.TryArrive((ushort)(++next), out var ticket));
                        outstanding.Add((ticket, next, false));
                        break;
                    case 2 or 3 when outstanding.Count > 0:
                        var at = random.Next(outstanding.Count);
                        Assert.Equal(!outstanding[at].Done, window.TryAcknowledge(outstanding[at].Ticket, MqttReasonCode.Success));
                        outstanding[at] = outstanding[at] with { Done = true };
                        break;
                    case 4:
                        var expected = outstanding.TakeWhile(m => m.Done).ToList();
                        Assert.Equal(expected.Count, window.Ready);
                        Assert.Equal(expected.SelectMany(m => new byte[] { 0x40, 2, (byte)(m.Id >> 8), (byte)m.Id }), Drain(window));
                        outstanding.RemoveRange(0, expected.Count);
                        break;
                }

                Assert.Equal(outstanding.Count, window.Count);
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Tickets_of_the_past_and_the_future_are_not_news()
    {
        var window = new ReceiveWindow(MqttVersion.V500);
        window.TryArrive(1, out var ticket);
        Assert.False(window.TryAcknowledge(ticket + 1, MqttReasonCode.Success));
        Assert.True(window.TryAcknowledge(ticket, MqttReasonCode.Success));
        Assert.False(window.TryAcknowledge(ticket, MqttReasonCode.Success));
        Drain(window);
        Assert.False(window.TryAcknowledge(ticket, MqttReasonCode.Success));
    }

    [Fact]
    public void There_are_never_more_than_identifiers()
    {
        var window = new ReceiveWindow(MqttVersion.V500);
        for (var i = 0; i < 65_535; i++)
        {
            Assert.True(window.TryArrive((ushort)(i + 1), out _));
        }

        Assert.False(window.TryArrive(1, out _));
    }

    private static byte[] Drain(ReceiveWindow window)
    {
        using var output = new PacketBuffer();
        window.Fill(output);
        return output.Written.ToArray();
    }
}
