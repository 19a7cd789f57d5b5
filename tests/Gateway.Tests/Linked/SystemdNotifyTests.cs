using System.Net.Sockets;
using System.Text;
using MeetNet.Hosting;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Linked;

public sealed class SystemdNotifyTests
{
    [Fact]
    public async Task Each_message_is_one_datagram()
    {
        using var folder = new TemporaryFolder();
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        systemd.Bind(new UnixDomainSocketEndPoint(folder.File("notify")));
        using var notify = new SystemdNotify(folder.File("notify"), "30000000");
        notify.Ready();
        notify.Status("4 lines,\n2 hubs");
        notify.Watchdog();
        notify.Stopping();

        var said = new List<string>();
        var buffer = new byte[256];
        for (var i = 0; i < 4; i++)
        {
            var count = await Eventually.DoneAsync(systemd.ReceiveAsync(buffer), "a datagram");
            said.Add(Encoding.UTF8.GetString(buffer, 0, count));
        }
        Assert.Equal(["READY=1", "STATUS=4 lines, 2 hubs", "WATCHDOG=1", "STOPPING=1"], said);
        Assert.Equal(TimeSpan.FromSeconds(15), notify.WatchdogInterval);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Without_systemd_nothing_happens(string? path)
    {
        using var notify = new SystemdNotify(path, null);
        notify.Ready();
        notify.Stopping();
        Assert.Null(notify.WatchdogInterval);
    }

    [Fact]
    public void A_systemd_that_has_gone_does_not_take_us_along()
    {
        using var folder = new TemporaryFolder();
        SystemdNotify notify;
        using (var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified))
        {
            systemd.Bind(new UnixDomainSocketEndPoint(folder.File("notify")));
            notify = new SystemdNotify(folder.File("notify"), null);
        }
        notify.Ready();
        notify.Dispose();
    }
}
