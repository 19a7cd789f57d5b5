using System.Diagnostics;
using MeetNet.Gateway.Lines;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Lines;

[Collection(AloneCollection.Name)]
public sealed class TermiosTests
{
    // asm-generic/termbits.h, octal there
    private const uint Csize = 0x30, Cs7 = 0x20, Cs8 = 0x30, Cstopb = 0x40, Cread = 0x80, Parenb = 0x100, Parodd = 0x200,
        Hupcl = 0x400, Clocal = 0x800, Crtscts = 0x80000000, Inpck = 0x10, Istrip = 0x20, Icrnl = 0x100, Ixon = 0x400, Opost = 1,
        Icanon = 2, Echo = 8, Isig = 1;

    [Theory]
    [InlineData(8, "None", 1, Cs8)]
    [InlineData(7, "Even", 1, Cs7 | Parenb)]
    [InlineData(7, "Odd", 2, Cs7 | Parenb | Parodd | Cstopb)]
    [InlineData(8, "Even", 1, Cs8 | Parenb)]
    [InlineData(8, "None", 2, Cs8 | Cstopb)]
    public void The_frame_is_as_asked_whatever_was_set_before(int dataBits, string parity, int stopBits, uint frame)
    {
        var settings = new SerialSettings("l", "/dev/null", 1200, dataBits, Enum.Parse<LineParity>(parity), stopBits);
        var before = new Termios.Attributes { Input = uint.MaxValue, Output = uint.MaxValue, Control = uint.MaxValue, Local = uint.MaxValue };

        Termios.Compose(ref before, settings);

        Assert.Equal(frame, before.Control & (Csize | Cstopb | Parenb | Parodd));
        Assert.Equal(Cread | Clocal, before.Control & (Cread | Clocal | Hupcl | Crtscts));
        Assert.Equal(settings.Parity == LineParity.None ? 0 : Inpck, before.Input & (Inpck | Istrip | Icrnl | Ixon));
        Assert.Equal(0u, before.Output & Opost);
        Assert.Equal(0u, before.Local & (Icanon | Echo | Isig));
        Assert.Equal(0, before.Characters[5]);
        Assert.Equal(0, before.Characters[6]);
    }

    [Fact]
    public async Task The_kernel_has_the_speed_and_no_line_discipline_in_the_way()
    {
        using var pty = PtyPair.Open();
        var opening = SerialLine.Open(SerialLineTests.Settings(pty.Path) with { BaudRate = 19200 }, TimeProvider.System);
        await using var line = opening.Line!;

        // stty asks the kernel itself, independent of our structure's layout. As root it may open an exclusive port.
        using var stty = Process.Start(new ProcessStartInfo("stty", ["-a", "-F", pty.Path]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = await stty.StandardOutput.ReadToEndAsync();
        await stty.WaitForExitAsync();
        if (stty.ExitCode != 0)
        {
            Assert.Contains("busy", await stty.StandardError.ReadToEndAsync(), StringComparison.OrdinalIgnoreCase);
            return;
        }
        Assert.Contains("speed 19200 baud", said, StringComparison.Ordinal);
        Assert.Contains("-icanon", said, StringComparison.Ordinal);
        Assert.Contains("-echo ", said, StringComparison.Ordinal);
        Assert.Contains("min = 0; time = 0", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Marks_find_the_read_that_brought_a_byte_and_forget_the_oldest()
    {
        var marks = new ArrivalMarks();
        Assert.Equal(default, marks.Find(5));
        for (var i = 1; i <= ArrivalMarks.Limit + 10; i++)
        {
            marks.Add(i * 10L, new ArrivalTime(i, default));
        }
        Assert.Equal(11, marks.Find(0).Monotonic);
        Assert.Equal(500, marks.Find(4999).Monotonic);
        Assert.Equal(501, marks.Find(5000).Monotonic);
        Assert.Equal(ArrivalMarks.Limit + 10, marks.Find(1_000_000).Monotonic);
    }
}
