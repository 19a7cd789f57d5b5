using FsCheck;
using FsCheck.Fluent;
using MeetNet.Devices.Framing;

namespace MeetNet.Devices.Tests.Framing;

public abstract class ShdlcFramerLaws(bool answers) : FramerLaws
{
    private protected override IFramer Framer => new ShdlcFramer(answers);

    private protected override byte[] Tempting => [0x7E, 0x7D, 0x5E, 0x5D, 0x31, 0x33, 0x11, 0x13, 0];

    private protected override Gen<byte[]> Frame =>
        from head in Gen.OneOf(Gen.Choose(0, 255).Select(b => (byte)b), Gen.Elements(Tempting)).ArrayOf(answers ? 3 : 2)
        from length in Gen.Choose(0, 255)
        from data in Gen.OneOf(Gen.Choose(0, 255).Select(b => (byte)b), Gen.Elements(Tempting)).ArrayOf(length)
        select Closed([.. head, (byte)length, .. data]);

    private static byte[] Closed(byte[] content)
    {
        var frame = new byte[ShdlcFramer.MaxLength];
        return frame[..ShdlcFramer.Close(content, frame)];
    }
}

public sealed class ShdlcAnswerLaws() : ShdlcFramerLaws(answers: true);

public sealed class ShdlcRequestLaws() : ShdlcFramerLaws(answers: false);
