using MeetNet.Gateway.Lines;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Lines;

[Collection(AloneCollection.Name)]
public sealed class SerialLineTests : LineContract
{
    private protected override Rig Open(ManualTimeProvider time)
    {
        var pty = PtyPair.Open();
        return new PtyRig(pty, OpenLine(Settings(pty.Path), time));
    }

    [Fact]
    public void A_missing_port_is_named()
    {
        var fault = Refused(Settings("/dev/meetnet-no-such-port"));
        Assert.Equal(LineFaultKind.NoSuchPort, fault.Kind);
        Assert.Contains("/dev/meetnet-no-such-port", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_is_not_a_port()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("port"), "");
        Assert.Equal(LineFaultKind.Unsupported, Refused(Settings(folder.File("port"))).Kind);
    }

    [Fact]
    public void A_speed_that_does_not_exist_is_refused()
    {
        using var pty = PtyPair.Open();
        var fault = Refused(Settings(pty.Path) with { BaudRate = 9601 });
        Assert.Equal(LineFaultKind.Unsupported, fault.Kind);
        Assert.Contains("9601 8N1", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rs485_on_a_port_without_it_is_refused()
    {
        using var pty = PtyPair.Open();
        var rs485 = new Rs485Settings(RtsOnSend: true, TimeSpan.Zero, TimeSpan.FromMilliseconds(1), ReceiveOwn: false);
        var fault = Refused(Settings(pty.Path) with { Rs485 = rs485 });
        Assert.Equal(LineFaultKind.Unsupported, fault.Kind);
        Assert.Contains("RS-485", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_serves_one_line_at_a_time_and_is_free_after_it()
    {
        using var pty = PtyPair.Open();
        await using (OpenLine(Settings(pty.Path), TimeProvider.System))
        {
            Assert.Equal(LineFaultKind.Busy, Refused(Settings(pty.Path)).Kind);
        }
        await using var again = OpenLine(Settings(pty.Path), TimeProvider.System);
        Assert.False(again.Ended.IsCompleted);
    }

    [Fact]
    public async Task What_waited_in_the_port_before_it_was_opened_is_not_read()
    {
        using var pty = PtyPair.Open();
        await pty.WriteAsync(new byte[] { 1, 2, 3 });

        await using var line = OpenLine(Settings(pty.Path), TimeProvider.System);
        await pty.WriteAsync(new byte[] { 4 });

        Assert.Equal([4], await ReadAsync(line, 1));
    }

    [Fact]
    public async Task Many_lines_open_and_close_without_leaving_a_descriptor()
    {
        using var pty = PtyPair.Open();
        await using (OpenLine(Settings(pty.Path), TimeProvider.System))
        {
        }
        var before = PortsOpen(pty);
        for (var i = 0; i < 50; i++)
        {
            await using var line = OpenLine(Settings(pty.Path), TimeProvider.System);
            Assert.Equal(before + 1, PortsOpen(pty));
        }
        Assert.Equal(before, PortsOpen(pty));
    }

    private static int PortsOpen(PtyPair pty) => Directory.GetFiles("/proc/self/fd").Count(f => Target(f) == pty.Path);

    private static string? Target(string descriptor)
    {
        try
        {
            return File.ResolveLinkTarget(descriptor, returnFinalTarget: false)?.FullName;
        }
        catch (IOException)
        {
            // Another test has closed it meanwhile.
            return null;
        }
    }

    internal static SerialSettings Settings(string path) => new("test", path, 9600, 8, LineParity.None, 1);

    private static ILine OpenLine(SerialSettings settings, TimeProvider time)
    {
        var opening = SerialLine.Open(settings, time);
        Assert.Null(opening.Fault);
        return opening.Line!;
    }

    private static LineFault Refused(SerialSettings settings)
    {
        var opening = SerialLine.Open(settings, TimeProvider.System);
        Assert.Null(opening.Line);
        return opening.Fault!.Value;
    }

    private sealed class PtyRig(PtyPair pty, ILine line) : Rig
    {
        public override ILine Line => line;

        public override Task SendAsync(ReadOnlyMemory<byte> bytes) => pty.WriteAsync(bytes);

        public override Task<byte[]> ReceiveAsync(int count) => pty.ReadAsync(count);

        public override void StopTaking()
        {
            // The terminal's buffer holds a few KiB and this side just does not read it.
        }

        public override void Unplug() => pty.Unplug();

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            pty.Dispose();
        }
    }
}
