using System.Text.Json;
using MeetNet.Devices.Decoding;
using MeetNet.Devices.Drivers;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.TestKit;

namespace MeetNet.Devices.Tests.Drivers;

/// <summary>Published and computed frames of KELLER transmitters: all of <c>tests/vectors/protocols/keller.json</c> that travels on a serial line.</summary>
public sealed class KellerVectorTests
{
    private static readonly JsonElement[] All =
        [.. JsonDocument.Parse(RepositoryFile.Text("tests/vectors/protocols/keller.json")).RootElement.EnumerateArray()];

    public static TheoryData<string> Ids() => [.. All.Where(IsSerial).Select(v => v.GetProperty("id").GetString()!)];

    /// <summary>What is not here: LoRaWAN payloads (the vectors of the LoRaWAN models) and depth computation (the procedures of observations).</summary>
    [Fact]
    public void All_of_the_bus_and_of_Modbus_are_here()
    {
        Assert.Equal(22, All.Count(IsSerial));
        Assert.All(All.Where(v => !IsSerial(v)), v => Assert.Contains(v.GetProperty("protocol").GetString(), (string[])["Keller LoRaWAN payload", "level computation"]));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Published_example(string id)
    {
        var vector = All.Single(v => v.GetProperty("id").GetString() == id);
        var bytes = Convert.FromHexString(vector.GetProperty("input_hex").GetString()!);
        var expected = vector.GetProperty("expected");
        if (vector.GetProperty("protocol").GetString() == "Keller Modbus")
        {
            Modbus(bytes, expected);
        }
        else if (expected.TryGetProperty("crc_high", out var high))
        {
            var frame = new byte[bytes.Length + 2];
            bytes.CopyTo(frame, 0);
            KellerBusFramer.Close(frame, bytes.Length);
            Assert.Equal([Convert.ToByte(high.GetString(), 16), Convert.ToByte(expected.GetProperty("crc_low").GetString(), 16)], frame[^2..]);
        }
        else if (expected.TryGetProperty("addr", out _))
        {
            Bus(bytes, expected);
        }
        else
        {
            Assert.Equal(expected.GetProperty("value").GetDouble(), new NumberLayout(NumberType.Float32, ByteOrder.Abcd).Read(bytes), 12);
        }
    }

    private static bool IsSerial(JsonElement vector) => vector.GetProperty("protocol").GetString() is "Keller Modbus" or "Keller bus";

    private static void Bus(byte[] bytes, JsonElement expected)
    {
        var request = expected.TryGetProperty("role", out var role) && role.GetString() == "request";
        var frame = Assert.Single(Stream.Cut(new KellerBusFramer(request), bytes).Frames);
        var address = expected.GetProperty("addr").GetInt32();
        Assert.Equal(address, frame[0]);
        Assert.Equal(expected.GetProperty("func").GetInt32(), frame[1] & 0x7F);
        if (request)
        {
            Assert.True(!expected.TryGetProperty("channel", out var channel) || channel.GetInt32() == frame[2]);
            return;
        }

        var codec = (KellerBusCodec)DriverCatalog.Find("keller-bus")!.Bind(Repository.Profile("keller/series-30-bus"), DeviceAddress.Of(address));
        var readings = new ReadingBuffer(new RawReading[2]);
        Assert.Equal(DecodeStatus.Ok, codec.Decode(FrameContext.Of(0), frame, ref readings));
        if (expected.TryGetProperty("error", out _))
        {
            Assert.Equal(codec.Exchanges - 1, readings.Follow?.Exchange);
            return;
        }

        var reading = Assert.Single(readings.Readings.ToArray());
        var value = expected.TryGetProperty("P1", out var p1) ? p1 : expected.GetProperty("P2");
        if (value.ValueKind == JsonValueKind.String)
        {
            Assert.Equal(RawReading.Missing(0), reading);
        }
        else
        {
            Assert.Equal(ReadingStatus.Ok, reading.Status);
            Assert.Equal(value.GetDouble(), reading.Value, 6);
        }
    }

    private static void Modbus(byte[] bytes, JsonElement expected)
    {
        var request = expected.TryGetProperty("role", out var role) && role.GetString() == "request";
        var cut = Stream.Cut(request ? ModbusFraming.Rtu.Requests() : new ModbusRtuFramer(1, 1 << 3), bytes);
        if (expected.TryGetProperty("error", out _))
        {
            Assert.Empty(cut.Frames);
            return;
        }

        Assert.True(ModbusFraming.Rtu.TryOpen(Assert.Single(cut.Frames), [], out var message));
        Assert.Equal(expected.GetProperty("unit").GetInt32(), message.Unit);
        Assert.Equal(expected.GetProperty("fc").GetInt32(), message.Pdu[0]);
        if (request)
        {
            Assert.Equal(expected.GetProperty("start").GetInt32(), System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(message.Pdu[1..]));
            Assert.Equal(expected.GetProperty("count").GetInt32(), System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(message.Pdu[3..]));
            return;
        }

        var (type, name, scale) = expected.TryGetProperty("value_int32", out _) ? (NumberType.Int32, "value_int32", 1.0)
            : expected.TryGetProperty("P1_Pa", out _) ? (NumberType.Int32, "P1_bar", 1e-5)
            : expected.TryGetProperty("P1", out _) ? (NumberType.Float32, "P1", 1.0) : (NumberType.Float32, "TOB1", 1.0);
        var rule = ValueRule.Plain with { Scale = scale, Sentinels = [new Sentinel(int.MaxValue, ReadingStatus.Missing), new Sentinel(int.MinValue, ReadingStatus.Missing)] };
        var reading = rule.Read(0, new NumberLayout(type, ByteOrder.Abcd).Read(message.Pdu[2..]));
        if (expected.TryGetProperty("quality", out _))
        {
            Assert.Equal(RawReading.Missing(0), reading);
        }
        else
        {
            Assert.Equal(expected.GetProperty(name).GetDouble(), reading.Value, 4);
        }
    }
}
