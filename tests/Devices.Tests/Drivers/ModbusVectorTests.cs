using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using MeetNet.Devices.Decoding;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.TestKit;

namespace MeetNet.Devices.Tests.Drivers;

/// <summary>Published and captured frames, checksums and register contents, of no model: all of <c>tests/vectors/protocols/modbus.json</c>.</summary>
public sealed class ModbusVectorTests
{
    private static readonly JsonElement[] All =
        [.. JsonDocument.Parse(RepositoryFile.Text("tests/vectors/protocols/modbus.json")).RootElement.EnumerateArray()];

    public static TheoryData<string> Ids() => [.. All.Select(v => v.GetProperty("id").GetString()!)];

    [Fact]
    public void All_are_here() => Assert.Equal(101, All.Length);

    [Theory]
    [MemberData(nameof(Ids))]
    public void Published_example(string id)
    {
        var vector = All.Single(v => v.GetProperty("id").GetString() == id);
        var expected = vector.GetProperty("expected");
        var bytes = vector.TryGetProperty("input_hex", out var hex)
            ? Convert.FromHexString(hex.GetString()!)
            : Encoding.ASCII.GetBytes(vector.GetProperty("input_text").GetString()!);
        if (expected.TryGetProperty("op", out var op))
        {
            Checksum(op.GetString()!, bytes, expected);
        }
        else if (expected.TryGetProperty("data_type", out var type))
        {
            Register(type.GetString()!, bytes, expected);
        }
        else
        {
            Frames(vector.GetProperty("protocol").GetString()!, bytes, expected);
        }
    }

    private static void Checksum(string op, byte[] bytes, JsonElement expected)
    {
        if (op == "lrc")
        {
            Assert.Equal(Number(expected.GetProperty("lrc")), Checksums.Lrc(bytes[0], bytes.AsSpan(1)));
            return;
        }

        var wire = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(wire, Checksums.Crc16Modbus(bytes));
        Assert.Equal(expected.GetProperty("wire_order_lo_hi").GetString(), Convert.ToHexString(wire));
        Assert.Equal(Number(expected.GetProperty("crc_value")), Checksums.Crc16Modbus(bytes));
    }

    private static void Register(string type, byte[] bytes, JsonElement expected)
    {
        if (type == "STRING")
        {
            // A serial number or a name is no measurement; nothing here reads text from registers.
            Assert.Equal(expected.GetProperty("value").GetString(), Encoding.ASCII.GetString(bytes).TrimEnd('\0'));
            return;
        }

        var layout = LayoutOf(type, bytes.Length, expected);
        var number = layout.Read(type.EndsWith('L') ? bytes.AsSpan(1) : bytes);
        if (expected.TryGetProperty("quality", out _))
        {
            Assert.Equal(RawReading.Missing(0), ValueRule.Plain.Read(0, number));
            return;
        }

        var scale = expected.TryGetProperty("scale", out var factor) ? factor.GetDouble() : 1;
        var value = (ValueRule.Plain with { Scale = scale }).Read(0, number).Value;
        var wanted = expected.GetProperty("value").GetDouble();

        // Where the integers were scaled by a program that keeps integers, ours are not truncated.
        var tolerance = type.Contains("INT", StringComparison.Ordinal) && scale < 1 ? 1 : Math.Max(1e-12, Math.Abs(wanted) * 2e-7);
        if (!type.StartsWith("FLOAT", StringComparison.Ordinal) && scale >= 1)
        {
            tolerance = Math.Abs(wanted) * 1e-15;
        }

        Assert.InRange(value, wanted - tolerance, wanted + tolerance);
    }

    private static NumberLayout LayoutOf(string type, int size, JsonElement expected)
    {
        var order = expected.GetProperty("byte_order").GetString() switch
        {
            "AB" or "ABCD" or "ABCDEFGH" => ByteOrder.Abcd,
            "CDAB" or "GHEFCDAB" => ByteOrder.Cdab,
            "BA" or "BADC" or "BADCFEHG" => ByteOrder.Badc,
            "DCBA" or "HGFEDCBA" => ByteOrder.Dcba,
            var other => throw new InvalidOperationException($"the order {other} is not known"),
        };
        if (type == "BIT")
        {
            var bit = expected.GetProperty("bit").GetInt32();
            return new NumberLayout(NumberType.UInt16, order, 1UL << bit, bit);
        }

        return new NumberLayout(
            (type.TrimEnd('L', 'H'), size) switch
            {
                ("UINT8", _) => NumberType.UInt8,
                ("INT8", _) => NumberType.Int8,
                ("INT16" or "FIXED", 2) => NumberType.Int16,
                ("UINT16" or "UFIXED", 2) => NumberType.UInt16,
                ("INT32" or "FIXED", 4) => NumberType.Int32,
                ("UINT32" or "UFIXED", 4) => NumberType.UInt32,
                ("INT64" or "FIXED", 8) => NumberType.Int64,
                ("UINT64" or "UFIXED", 8) => NumberType.UInt64,
                ("FLOAT32-IEEE", 4) => NumberType.Float32,
                ("FLOAT64-IEEE", 8) => NumberType.Float64,
                var other => throw new InvalidOperationException($"{other} is not known"),
            },
            order);
    }

    private static void Frames(string protocol, byte[] bytes, JsonElement expected)
    {
        var framing = protocol switch { "Modbus ASCII" => ModbusFraming.Ascii, "Modbus TCP" => ModbusFraming.Tcp, _ => ModbusFraming.Rtu };
        var first = expected.ValueKind == JsonValueKind.Object && expected.TryGetProperty("frames", out var list) && list.ValueKind == JsonValueKind.Array ? list[0] : expected;
        var request = first.TryGetProperty("role", out var role) ? role.GetString() == "request" : expected.TryGetProperty("frames", out _);
        var unit = first.TryGetProperty("unit", out var address) ? (byte)address.GetInt32() : (byte)1;
        var cut = Cut(framing, request, unit, bytes);
        if (expected.TryGetProperty("error", out _))
        {
            Assert.Empty(cut.Frames);
            return;
        }

        if (expected.TryGetProperty("frames", out var count) && count.ValueKind == JsonValueKind.Number)
        {
            Assert.Equal(count.GetInt32(), cut.Frames.Count);
            return;
        }

        var room = new byte[ModbusFraming.MaxPdu + 3];
        Assert.True(framing.TryOpen(Assert.Single(cut.Frames), room, out var message));
        Assert.Equal(unit, message.Unit);
        if (expected.TryGetProperty("transaction", out var transaction))
        {
            Assert.Equal(transaction.GetInt32(), (int)message.Transaction!);
        }

        Message(first, message.Pdu);
    }

    private static Stream Cut(ModbusFraming framing, bool request, byte unit, byte[] bytes)
    {
        // The requests of 255 are those of a scanner; the request framer of the simulator serves slaves that there are.
        var framer = !request || unit > 247 ? framing.Answers(unit, ModbusRtuFramer.Reads | (1 << 16)) : framing.Requests();
        if (request && unit > 247)
        {
            Assert.Equal(Checksums.Crc16Modbus(bytes.AsSpan(0, bytes.Length - 2)), BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(bytes.Length - 2)));
            return new Stream([bytes], new Dictionary<FrameFault, int>(), 0);
        }

        return Stream.Cut(framer, bytes);
    }

    private static void Message(JsonElement expected, ReadOnlySpan<byte> pdu)
    {
        if (expected.TryGetProperty("fc", out var function))
        {
            Assert.Equal(function.GetInt32(), pdu[0] & 0x7F);
        }

        if (expected.TryGetProperty("exception", out var code))
        {
            Assert.Equal(0x80, pdu[0] & 0x80);
            Assert.Equal(code.GetInt32(), pdu[1]);
        }

        if (expected.TryGetProperty("start", out var start))
        {
            Assert.Equal(start.GetInt32(), BinaryPrimitives.ReadUInt16BigEndian(pdu[1..]));
            Assert.Equal(expected.GetProperty("count").GetInt32(), BinaryPrimitives.ReadUInt16BigEndian(pdu[3..]));
        }

        if (expected.GetProperty("role").GetString() == "response")
        {
            Data(expected, pdu[2..].ToArray());
        }
    }

    private static void Data(JsonElement expected, byte[] data)
    {
        var registers = data.Chunk(2).Where(c => c.Length == 2).Select(c => (int)BinaryPrimitives.ReadUInt16BigEndian(c)).ToArray();
        var bits = data.SelectMany(b => Enumerable.Range(0, 8).Select(i => (b >> i & 1) != 0)).ToArray();
        foreach (var property in expected.EnumerateObject())
        {
            switch (property.Name)
            {
                case "registers":
                    Assert.Equal(property.Value.EnumerateArray().Select(r => r.GetInt32()), registers);
                    break;
                case "register_count":
                    Assert.Equal(property.Value.GetInt32(), registers.Length);
                    break;
                case "registers_0_4":
                    Assert.Equal(property.Value.EnumerateArray().Select(r => r.GetInt32()), registers[..5]);
                    break;
                case "float32_ABCD_at_reg1" or "float32_ABCD_at_reg3":
                    var at = int.Parse(property.Name[^1..], CultureInfo.InvariantCulture);
                    Assert.Equal(property.Value.GetDouble(), new NumberLayout(NumberType.Float32, ByteOrder.Abcd).Read(data.AsSpan(2 * at)), 4);
                    break;
                case "bits":
                    Assert.Equal(property.Value.EnumerateArray().Select(b => b.GetBoolean()), bits[..property.Value.GetArrayLength()]);
                    break;
                case "bits_set":
                    Assert.Equal(property.Value.EnumerateArray().Select(b => b.GetInt32()), bits.Index().Where(b => b.Item).Select(b => b.Index));
                    break;
                case "bytes":
                    Assert.Equal(property.Value.GetString(), Convert.ToHexString(data));
                    break;
                case "status":
                    Assert.Equal(property.Value.GetUInt32(), BinaryPrimitives.ReadUInt32BigEndian(data));
                    break;
                default:
                    // What it means for the value is in the vectors of the model.
                    Assert.Contains(property.Name, (string[])["unit", "fc", "role", "transaction", "pv", "pv_valid"]);
                    break;
            }
        }
    }

    private static int Number(JsonElement hex) => Convert.ToInt32(hex.GetString(), 16);
}
