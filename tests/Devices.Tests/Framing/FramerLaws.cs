using FsCheck;
using FsCheck.Fluent;
using MeetNet.Devices.Framing;

namespace MeetNet.Devices.Tests.Framing;

/// <summary>The laws of <see cref="IFramer"/>, for any framer of a byte stream: each gets a generator of streams that look like its own.</summary>
public abstract class FramerLaws
{
    private const int Tests = 200;

    private protected abstract IFramer Framer { get; }

    /// <summary>A sound frame.</summary>
    private protected abstract Gen<byte[]> Frame { get; }

    /// <summary>Bytes that this framer looks at twice: start characters, lengths, ends.</summary>
    private protected abstract byte[] Tempting { get; }

    [Fact]
    public void However_the_stream_is_chunked_the_same_frames_and_faults_come_out() => Check(
        from stream in Streams()
        from chunks in Gen.Choose(0, 12).ListOf()
        select (stream, chunks.ToArray()),
        x =>
        {
            var whole = Stream.Cut(Framer, x.stream);
            var chunked = Stream.Cut(Framer, x.stream, x.Item2);
            var bytewise = Stream.Cut(Framer, x.stream, [.. Enumerable.Repeat(1, x.stream.Length)]);
            Same(whole, chunked);
            Same(whole, bytewise);
        });

    [Fact]
    public void A_full_window_always_consumes_something() => Check(
        from bytes in Window()
        select bytes,
        bytes => Assert.NotEqual(CutResult.NeedMore, Framer.Cut(bytes).Result));

    [Fact]
    public void An_answer_does_not_change_when_more_bytes_follow() => Check(
        from stream in Streams()
        from more in Bytes(40)
        select (stream, more),
        x =>
        {
            var cut = Framer.Cut(x.stream);
            if (cut.Result == CutResult.Frame)
            {
                Assert.Equal(cut, Framer.Cut([.. x.stream, .. x.more]));
            }
        });

    [Fact]
    public void Frames_come_out_whole_from_between_silence_and_each_other() => Check(
        from frames in Frame.NonEmptyListOf()
        select frames,
        frames =>
        {
            var cut = Stream.Cut(Framer, frames.SelectMany(f => f).ToArray());
            Assert.Equal(frames.Select(Convert.ToHexString), cut.Frames.Select(Convert.ToHexString));
            Assert.Empty(cut.Faults);
            Assert.Equal(0, cut.Left);
        });

    [Fact]
    public void Half_a_frame_is_never_a_frame() => Check(
        from frame in Frame
        from length in Gen.Choose(0, frame.Length - 1)
        select frame[..length],
        half => Assert.Empty(Stream.Cut(Framer, half).Frames));

    [Fact]
    public void A_frame_is_found_again_after_at_most_one_window_of_garbage() => Check(
        from garbage in Bytes(60)
        from frames in Frame.ListOf(1 + ((2 * Framer.MaxFrame) / 5))
        select (garbage, frames),
        x =>
        {
            // Garbage can look like the start of a frame and swallow what follows, but no more than one window of it.
            var stream = x.garbage.Concat(x.frames.SelectMany(f => f)).ToArray();
            var cut = Stream.Cut(Framer, stream);
            var lost = x.frames.Count - cut.Frames.Count(f => x.frames.Any(sent => sent.AsSpan().SequenceEqual(f)));
            Assert.True(lost * (x.frames.Min(f => f.Length) - 1) <= Framer.MaxFrame + x.garbage.Length, $"{lost} frames lost");
        });

    private protected static void Check<T>(Gen<T> gen, Action<T> body) =>
        Prop.ForAll(gen.ToArbitrary(), body).Check(Config.QuickThrowOnFailure.WithMaxTest(Tests));

    private protected Gen<byte[]> Bytes(int max) =>
        from length in Gen.Choose(0, max)
        from bytes in Gen.OneOf(Gen.Choose(0, 255).Select(b => (byte)b), Gen.Elements(Tempting)).ArrayOf(length)
        select bytes;

    private static void Same(Stream expected, Stream actual)
    {
        Assert.Equal(expected.Frames.Select(Convert.ToHexString), actual.Frames.Select(Convert.ToHexString));
        Assert.Equal(expected.Faults.OrderBy(f => f.Key), actual.Faults.OrderBy(f => f.Key));
        Assert.Equal(expected.Left, actual.Left);
    }

    /// <summary>Sound frames, damaged frames, cut frames and garbage, in any order.</summary>
    private Gen<byte[]> Streams() =>
        from pieces in Gen.OneOf(Frame, Damaged(), Bytes(20), Frame.SelectMany(f => Gen.Choose(0, f.Length).Select(n => f[..n]))).ListOf()
        select pieces.SelectMany(p => p).ToArray();

    private Gen<byte[]> Damaged() =>
        from frame in Frame
        from bit in Gen.Choose(0, (8 * frame.Length) - 1)
        select Flip(frame, bit);

    private Gen<byte[]> Window() =>
        from start in Gen.OneOf(Frame, Damaged(), Bytes(20))
        from rest in Gen.OneOf(Gen.Choose(0, 255).Select(b => (byte)b), Gen.Elements(Tempting)).ArrayOf(Framer.MaxFrame)
        select start.Concat(rest).ToArray();

    private static byte[] Flip(byte[] frame, int bit)
    {
        var damaged = frame.ToArray();
        damaged[bit / 8] ^= (byte)(1 << (bit % 8));
        return damaged;
    }
}

public sealed class ModbusRtuFramerLaws : FramerLaws
{
    private protected override IFramer Framer => new ModbusRtuFramer(246, 1 << 4);

    private protected override byte[] Tempting => [0, 1, 2, 3, 4, 8, 0x83, 0x84, 246, 255];

    private protected override Gen<byte[]> Frame => Gen.OneOf(Answer(), Bits(), Exception());

    private static Gen<byte[]> Bits() =>
        from slave in Gen.Choose(1, 247)
        from function in Gen.Elements(1, 2)
        from length in Gen.Choose(1, 20)
        from data in Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(length)
        select WithCrc([(byte)slave, (byte)function, (byte)length, .. data]);

    private static Gen<byte[]> Answer() =>
        from slave in Gen.OneOf(Gen.Constant(246), Gen.Choose(1, 247))
        from function in Gen.Elements(3, 4)
        from registers in Gen.Choose(1, 12)
        from data in Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(2 * registers)
        select WithCrc([(byte)slave, (byte)function, (byte)(2 * registers), .. data]);

    private static Gen<byte[]> Exception() =>
        from slave in Gen.Choose(1, 247)
        from function in Gen.Elements(0x83, 0x84)
        from code in Gen.Choose(1, 11)
        select WithCrc([(byte)slave, (byte)function, (byte)code]);

    private static byte[] WithCrc(byte[] body)
    {
        var crc = Checksums.Crc16Modbus(body);
        return [.. body, (byte)(crc & 0xFF), (byte)(crc >> 8)];
    }
}

/// <summary>Answers to a write, and exceptions whose CRC is wrong.</summary>
public sealed class ModbusRtuWriteFramerLaws : FramerLaws
{
    private protected override IFramer Framer => new ModbusRtuFramer(1, (1 << 5) | (1 << 16), looseExceptions: true);

    private protected override byte[] Tempting => [0, 1, 5, 16, 0x85, 0x90, 255];

    private protected override Gen<byte[]> Frame => Gen.OneOf(
        from function in Gen.Elements(5, 16)
        from words in Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(4)
        select WithCrc([1, (byte)function, .. words]),
        from function in Gen.Elements(0x85, 0x90)
        from code in Gen.Choose(1, 11)
        from crc in Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(2)
        select (byte[])[1, (byte)function, (byte)code, .. crc]);

    private static byte[] WithCrc(byte[] body)
    {
        var crc = Checksums.Crc16Modbus(body);
        return [.. body, (byte)(crc & 0xFF), (byte)(crc >> 8)];
    }
}

public sealed class ModbusAsciiFramerLaws : FramerLaws
{
    private protected override IFramer Framer => new ModbusAsciiFramer();

    private protected override byte[] Tempting => [(byte)':', (byte)'0', (byte)'F', (byte)'\r', (byte)'\n'];

    private protected override Gen<byte[]> Frame =>
        from unit in Gen.Choose(0, 255)
        from length in Gen.Choose(2, 30)
        from pdu in Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(length)
        select Wrapped(ModbusFraming.Ascii, (byte)unit, 0, pdu);

    internal static byte[] Wrapped(ModbusFraming framing, byte unit, ushort transaction, byte[] pdu)
    {
        var frame = new byte[framing.MaxFrame];
        return frame[..framing.Wrap(unit, transaction, pdu, frame)];
    }
}

public abstract class KellerBusFramerLaws(bool requests) : FramerLaws
{
    private static readonly (int Function, int Data)[] Answers = [(30, 4), (32, 1), (48, 6), (66, 1), (69, 4), (73, 5), (74, 5), (95, 1), (100, 5), (0xC9, 1)];

    private static readonly (int Function, int Data)[] Requests = [(30, 1), (31, 5), (32, 1), (33, 2), (48, 0), (66, 1), (73, 1), (95, 1), (95, 5), (101, 5)];

    private protected override IFramer Framer => new KellerBusFramer(requests);

    private protected override byte[] Tempting => [0, 1, 73, 48, 0xC9, 250];

    /// <summary>A zero command has two lengths: one of 65 536 long ones begins as a whole short one does, and is not played here.</summary>
    private protected override Gen<byte[]> Frame => (
        from address in Gen.Choose(1, 250)
        from kind in Gen.Elements(requests ? Requests : Answers)
        from data in Gen.Choose(1, 255).Select(b => (byte)b).ArrayOf(kind.Data)
        select Closed([(byte)address, (byte)kind.Function, .. data, 0, 0]))
        .Where(frame => frame.Length < 9 || frame[1] != 95 || !Closed([.. frame[..3], 0, 0]).AsSpan(3).SequenceEqual(frame.AsSpan(3, 2)));

    private static byte[] Closed(byte[] frame)
    {
        KellerBusFramer.Close(frame, frame.Length - 2);
        return frame;
    }
}

public sealed class KellerBusAnswerLaws() : KellerBusFramerLaws(requests: false);

public sealed class KellerBusRequestLaws() : KellerBusFramerLaws(requests: true);

public abstract class ModbusTcpFramerLaws(bool requests) : FramerLaws
{
    private protected override IFramer Framer => new ModbusTcpFramer(requests);

    private protected override byte[] Tempting => [0, 1, 3, 4, 5, 6, 16, 0x83];

    private protected override Gen<byte[]> Frame =>
        from transaction in Gen.Choose(0, 65535)
        from unit in Gen.Choose(0, 255)
        from pdu in Gen.OneOf(Short(), Long(requests ? (byte)16 : (byte)4), requests ? Short() : Gen.Choose(1, 11).Select(code => (byte[])[0x83, (byte)code]))
        select ModbusAsciiFramerLaws.Wrapped(ModbusFraming.Tcp, (byte)unit, (ushort)transaction, pdu);

    private Gen<byte[]> Short() =>
        from function in requests ? Gen.Elements(1, 2, 3, 4, 5, 6) : Gen.Elements(5, 6, 15, 16)
        from words in Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(4)
        select (byte[])[(byte)function, .. words];

    private Gen<byte[]> Long(byte function) =>
        from registers in Gen.Choose(1, 12)
        from data in Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(2 * registers)
        select (byte[])[function, .. requests ? [0, 1, 0, (byte)registers] : Array.Empty<byte>(), (byte)(2 * registers), .. data];
}

public sealed class ModbusTcpAnswerLaws() : ModbusTcpFramerLaws(requests: false);

public sealed class ModbusTcpRequestLaws() : ModbusTcpFramerLaws(requests: true);

public abstract class BayernHessenFramerLaws(HessenEnding ending) : FramerLaws
{
    private protected override IFramer Framer => new BayernHessenFramer(ending);

    private protected override byte[] Tempting => [2, 3, 13, (byte)'M', (byte)'D', (byte)'0'];

    private protected override Gen<byte[]> Frame =>
        from text in Gen.Choose(32, 126).Select(b => (byte)b).ArrayOf(24)
        select Closed(text);

    private byte[] Closed(byte[] text)
    {
        var frame = new byte[64];
        frame[0] = BayernHessenFramer.Opening(ending);
        text.CopyTo(frame, 1);
        return frame[..BayernHessenFramer.Close(frame, 1 + text.Length, ending)];
    }
}

public sealed class BayernHessenEtxLaws() : BayernHessenFramerLaws(HessenEnding.EtxBcc);

public sealed class BayernHessenCrLaws() : BayernHessenFramerLaws(HessenEnding.Cr);

public sealed class DelimitedFramerLaws : FramerLaws
{
    private protected override IFramer Framer { get; } = new DelimitedFramer(2, 3, 80);

    private protected override byte[] Tempting => [2, 3, (byte)' '];

    private protected override Gen<byte[]> Frame =>
        from text in Gen.Choose(32, 126).Select(b => (byte)b).ArrayOf(24)
        select (byte[])[2, .. text, 3];
}

public sealed class InnovaFramerLaws : FramerLaws
{
    private protected override IFramer Framer { get; } = new InnovaFramer(200);

    private protected override byte[] Tempting => [10, 13, (byte)'1', (byte)'2', (byte)','];

    private protected override Gen<byte[]> Frame =>
        from lines in Gen.Choose(1, 3)
        from text in Gen.Choose(45, 90).Select(b => (byte)b).ArrayOf(20)
        select (byte[])[.. System.Text.Encoding.ASCII.GetBytes($"{lines}, 9\n"), .. Enumerable.Repeat((byte[])[.. text, 10], lines).SelectMany(l => l)];
}

public sealed class ZeroSumFramerLaws : FramerLaws
{
    private protected override IFramer Framer { get; } = new ZeroSumFramer(0xAA, 15);

    private protected override byte[] Tempting => [0xAA, 0x55, 0];

    private protected override Gen<byte[]> Frame =>
        from data in Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(13)
        select (byte[])[0xAA, .. data, ZeroSumFramer.CheckOf([0xAA, .. data])];
}

public sealed class BayernHessenTextLaws() : BayernHessenFramerLaws(HessenEnding.Text);

public sealed class ModbusRequestFramerLaws : FramerLaws
{
    private protected override IFramer Framer => new ModbusRequestFramer();

    private protected override byte[] Tempting => [0, 1, 3, 4, 16, 246];

    private protected override Gen<byte[]> Frame => Gen.OneOf(
        from slave in Gen.Choose(1, 247)
        from function in Gen.Elements(1, 2, 3, 4, 5, 6)
        from words in Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(4)
        select WithCrc([(byte)slave, (byte)function, .. words]),
        from slave in Gen.Choose(1, 247)
        from registers in Gen.Choose(1, 4)
        from data in Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(2 * registers)
        select WithCrc([(byte)slave, 16, 0, 1, 0, (byte)registers, (byte)(2 * registers), .. data]));

    private static byte[] WithCrc(byte[] body)
    {
        var crc = Checksums.Crc16Modbus(body);
        return [.. body, (byte)(crc & 0xFF), (byte)(crc >> 8)];
    }
}

public abstract class LineFramerLaws(LineEnding ending) : FramerLaws
{
    private protected override IFramer Framer => new LineFramer(ending, 60);

    private protected override byte[] Tempting => [13, 10, (byte)'R', (byte)' '];

    private protected override Gen<byte[]> Frame =>
        from length in Gen.Choose(1, 50)
        from text in Gen.Choose(32, 126).Select(b => (byte)b).ArrayOf(length)
        select (byte[])[.. text, ending == LineEnding.Cr ? LineFramer.Cr : LineFramer.Lf];
}

public sealed class CrLineFramerLaws() : LineFramerLaws(LineEnding.Cr);

public sealed class LfLineFramerLaws() : LineFramerLaws(LineEnding.Lf);

public sealed class AnyLineFramerLaws() : LineFramerLaws(LineEnding.Any);

public abstract class NmeaFramerLaws(NmeaChecksum checksum) : FramerLaws
{
    private protected override IFramer Framer => new NmeaFramer(checksum, NmeaFramer.StandardLength);

    private protected override byte[] Tempting => [10, 13, (byte)'$', (byte)'!', (byte)'*', (byte)','];

    private protected override Gen<byte[]> Frame =>
        from length in Gen.Choose(6, 60)
        from text in Gen.Choose(44, 90).Select(b => (byte)b).ArrayOf(length)
        select Closed(text);

    private static byte[] Closed(byte[] text)
    {
        var sentence = new byte[text.Length + 6];
        sentence[0] = (byte)'$';
        text.CopyTo(sentence, 1);
        return sentence[..NmeaFramer.Close(sentence, 1 + text.Length)];
    }
}

public sealed class NmeaWithChecksumLaws() : NmeaFramerLaws(NmeaChecksum.Required);

public sealed class NmeaWithOrWithoutChecksumLaws() : NmeaFramerLaws(NmeaChecksum.Optional);

public abstract class Sdi12FramerLaws(Sdi12Answers answers) : FramerLaws
{
    private protected override IFramer Framer => new Sdi12Framer(answers);

    private protected override byte[] Tempting => [0, 2, 3, 10, 13, (byte)'0', (byte)'+'];

    private protected override Gen<byte[]> Frame => answers switch
    {
        Sdi12Answers.Packets => Gen.OneOf(Line(), Packet()),
        Sdi12Answers.Texts => Gen.OneOf(Line(), Line().Select(line => (byte[])[line[0], 2, .. line[1..], .. line, 3])),
        _ => Line(),
    };

    private static Gen<byte[]> Line() =>
        from length in Gen.Choose(1, 40)
        from text in Gen.Choose(32, 126).Select(b => (byte)b).ArrayOf(length)
        select (byte[])[(byte)'0', .. text, 13, 10];

    private static Gen<byte[]> Packet() =>
        from size in Gen.Choose(0, 20)
        from payload in Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(size)
        select WithCrc([(byte)'0', (byte)size, 0, 4, .. payload]);

    private static byte[] WithCrc(byte[] body)
    {
        var crc = Checksums.Crc16Arc(body);
        return [.. body, (byte)(crc & 0xFF), (byte)(crc >> 8)];
    }
}

public sealed class Sdi12LineLaws() : Sdi12FramerLaws(Sdi12Answers.Lines);

public sealed class Sdi12PacketLaws() : Sdi12FramerLaws(Sdi12Answers.Packets);

public sealed class Sdi12TextLaws() : Sdi12FramerLaws(Sdi12Answers.Texts);

public sealed class Sdi12RequestFramerLaws : FramerLaws
{
    private protected override IFramer Framer => new MeetNet.Devices.Drivers.Sdi12RequestFramer();

    private protected override byte[] Tempting => [0, (byte)'!', (byte)'?', (byte)'0', (byte)'M'];

    private protected override Gen<byte[]> Frame => Gen.Elements("0M!", "?!", "zXHELP!", "3D10!").Select(System.Text.Encoding.ASCII.GetBytes);
}

public sealed class TextRequestFramerLaws : FramerLaws
{
    private protected override IFramer Framer => new MeetNet.Devices.Drivers.TextRequestFramer("mm\r"u8.ToArray());

    private protected override byte[] Tempting => [13, (byte)'m'];

    private protected override Gen<byte[]> Frame => Gen.Constant("mm\r"u8.ToArray());
}

public sealed class MessageFramerTests
{
    [Fact]
    public void A_message_is_a_frame_and_an_oversized_one_is_a_fault()
    {
        var framer = new MessageFramer(8);
        Assert.Equal(FrameCut.NeedMore, framer.Cut([]));
        Assert.Equal(FrameCut.Frame(8), framer.Cut(new byte[8]));
        Assert.Equal(FrameCut.Bad(FrameFault.Overlong, 9), framer.Cut(new byte[9]));
    }
}
