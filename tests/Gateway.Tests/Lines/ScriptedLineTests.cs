using MeetNet.Gateway.Lines;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Lines;

public sealed class ScriptedLineTests : LineContract
{
    private protected override Rig Open(ManualTimeProvider time) => new ScriptedRig(new ScriptedLine(time));

    private sealed class ScriptedRig(ScriptedLine line) : Rig
    {
        public override ILine Line => line;

        public override Task SendAsync(ReadOnlyMemory<byte> bytes) => line.ReceiveAsync(bytes);

        public override async Task<byte[]> ReceiveAsync(int count)
        {
            var sent = await line.Sent.ReadAsync();
            Assert.Equal(count, sent.Length);
            return sent;
        }

        public override void StopTaking() => line.IsStuck = true;

        public override void Unplug() => line.Unplug();
    }
}
