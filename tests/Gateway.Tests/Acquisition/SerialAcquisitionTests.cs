using System.Threading.Channels;
using MeetNet.Gateway.Acquisition;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Acquisition;

/// <summary>The whole of acquisition on real pseudo-terminals.</summary>
public sealed class SerialAcquisitionTests
{
    private static readonly byte[] Frame = Convert.FromHexString("424D001C0005000D00160005000D001602FD00FC001D000F00060006970003C5");

    [Fact]
    public async Task Bytes_on_a_port_become_sets_and_the_books_balance()
    {
        using var folder = new TemporaryFolder();
        using var port = PtyPair.Open(folder.File("ttyParticles"));
        await using var rig = new Rig(folder.Path);
        await rig.OpenAsync();
        for (var i = 0; i < 50; i++)
        {
            await port.WriteAsync(Frame);
            await port.WriteAsync(new byte[] { 0x00, 0xFF, 0x80 });
        }

        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(22, (await rig.NextAsync()).Readings.Span[2].Value);
        }

        await Eventually.TrueAsync(
            () => rig.Line is { } line && line.Status.Counters.BytesRead == 50 * (Frame.Length + 3) && line.Counters.AccountedBytes == line.Status.Counters.BytesRead,
            "every byte to have its fate");
        Assert.Equal(50, rig.Line.Counters.Frames);
    }

    [Fact]
    public async Task Unplugged_and_plugged_in_again_it_goes_on_within_five_seconds_and_the_gap_is_a_gap()
    {
        using var folder = new TemporaryFolder();
        using var port = PtyPair.Open(folder.File("ttyParticles"));
        await using var rig = new Rig(folder.Path);
        await rig.OpenAsync();
        await port.WriteAsync(Frame);
        await rig.NextAsync();

        for (var i = 0; i < 3; i++)
        {
            await port.WriteAsync(Frame.AsMemory(0, 7));
            port.Unplug();
            await Eventually.TrueAsync(() => rig.Line.Status.State == MeetNet.Gateway.Lines.LineState.Waiting, "the line to be missed");
            port.Plug();
            await Eventually.TrueAsync(
                () => rig.Line.Status.State == MeetNet.Gateway.Lines.LineState.Open, "the line to be open again", TimeSpan.FromSeconds(5));
            await port.WriteAsync(Frame);
            await rig.NextAsync();
        }

        Assert.False(rig.TryNext(out _), "nothing is repeated to fill a gap");
        Assert.Equal(4, rig.Line.Counters.Sets);
    }

    private sealed class Rig : IAsyncDisposable
    {
        private readonly Channel<ReadingSet> _sets = Channel.CreateUnbounded<ReadingSet>();
        private readonly CollectingLogger _log = new();
        private readonly AcquisitionHost _host;

        public Rig(string lines) =>
            _host = new AcquisitionHost(TestStations.Flemish(lines).Only("particles"), _sets.Writer, TimeProvider.System, _log.For<AcquisitionHost>());

        public LineView Line => _host.Lines.Single();

        public async Task OpenAsync()
        {
            await _host.StartAsync(CancellationToken.None);
            await Eventually.TrueAsync(() => Line.Status.State == MeetNet.Gateway.Lines.LineState.Open, "the line to open");
        }

        public async Task<ReadingSet> NextAsync() => await Eventually.DoneAsync(_sets.Reader.ReadAsync().AsTask(), "a set");

        public bool TryNext(out ReadingSet set) => _sets.Reader.TryRead(out set);

        public async ValueTask DisposeAsync()
        {
            await _host.StopAsync(CancellationToken.None);
            await Eventually.DoneAsync(_sets.Reader.Completion, "channel 1 to be completed");
            _host.Dispose();
            _log.Dispose();
        }
    }
}
