using System.Buffers.Binary;
using MeetNet.Devices.Decoding;
using MeetNet.Yaml;

namespace MeetNet.Devices.Payloads;

/// <summary>
/// Milesight: channel and type, a byte each; numbers least significant byte first (Milesight-IoT/SensorDecoders, README of each model). What a type is
/// depends on the model, what is about the device does not.
/// </summary>
internal sealed class MilesightTags : ITags
{
    private const int AboutDevice = 0xFF;
    private const int Answer = 0xFE;

    public string Name => "milesight";

    public ByteOrder Order => ByteOrder.Dcba;

    public int Trailer => 0;

    public int ReadTag(YamlMap map) => (map.Integer("channel", 0, 255) << 8) | map.Integer("code", 0, 255);

    public int Read(ReadOnlySpan<byte> bytes, out int tag)
    {
        tag = bytes.Length < 2 ? 0 : BinaryPrimitives.ReadUInt16BigEndian(bytes);
        return bytes.Length < 2 ? 0 : 2;
    }

    public int Write(int tag, Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)tag);
        return 2;
    }

    public int LengthOf(int tag) => tag switch
    {
        0x0175 => 1, // Battery in percent.
        0xFF01 => 1, // Version of the protocol.
        0xFF09 => 2, // Version of the hardware.
        0xFF0A => 2, // Version of the firmware.
        0xFF0B => 1, // Switched on.
        0xFF0F => 1, // Class of LoRaWAN.
        0xFF16 => 8, // Serial number.
        0xFFFE => 1, // It was reset.
        0xFFFF => 2, // Version of the description of its data.
        _ => -1,
    };

    /// <summary>Also the answers to commands, which come on channels 254 and 255.</summary>
    public bool IsAboutDevice(int tag) => tag >> 8 is AboutDevice or Answer;
}

/// <summary>Elsys: a type byte, then a fixed number of bytes, most significant first (TheThingsNetwork/lorawan-devices, vendor/elsys/elsys.js).</summary>
internal sealed class ElsysTags : ITags
{
    private const int Settings = 0x3E;

    public string Name => "elsys";

    public ByteOrder Order => ByteOrder.Abcd;

    public int Trailer => 0;

    public int ReadTag(YamlMap map) => map.Integer("code", 1, 0x3F);

    public int Read(ReadOnlySpan<byte> bytes, out int tag)
    {
        tag = bytes[0];
        return 1;
    }

    public int Write(int tag, Span<byte> bytes)
    {
        bytes[0] = (byte)tag;
        return 1;
    }

    public int LengthOf(int tag) => tag switch
    {
        0x02 or 0x05 or 0x0D or 0x0F or 0x11 or 0x12 or 0x1A => 1, // Humidity, motion, digital, movement, occupancy, leak, digital 2.
        0x01 or 0x04 or 0x06 or 0x07 or 0x08 or 0x0A => 2, // Temperature, light, CO2, supply, analogue 1, pulses.
        0x0C or 0x0E or 0x15 or 0x16 or 0x18 or 0x19 or 0x1C => 2, // Outer temperature, distance, sound, pulses 2, analogue 2, outer temperature 2, TVOC.
        0x03 => 3, // Acceleration.
        0x0B or 0x10 or 0x14 or 0x17 or 0x1B or 0x3D => 4, // Pulse total, infrared temperatures, pressure, pulse total 2, microvolts, debugging.
        0x09 => 6, // Position.
        0x13 => 65, // Thermal image.
        _ => -1,
    };

    public bool IsAboutDevice(int tag) => tag == Settings;
}

/// <summary>
/// SenseCAP S210x: channel, measurement id (least significant byte first), four bytes of value; two bytes at the end whose algorithm is not published and
/// which the maker's own decoder does not check (TheThingsNetwork/lorawan-devices, vendor/sensecap/sensecap210x-common-decoder.js).
/// </summary>
internal sealed class SensecapTags : ITags
{
    /// <summary>Ids from here on are measurements (same file, checkDataIdIsMeasureUpload).</summary>
    private const int Measurements = 0x1000;

    public string Name => "sensecap";

    public ByteOrder Order => ByteOrder.Dcba;

    public int Trailer => 2;

    public int ReadTag(YamlMap map) => map.Integer("id", 0, 0xFFFF);

    public int Read(ReadOnlySpan<byte> bytes, out int tag)
    {
        tag = bytes.Length < 3 ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(bytes[1..]);
        return bytes.Length < 3 ? 0 : 3;
    }

    public int Write(int tag, Span<byte> bytes)
    {
        bytes[0] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[1..], (ushort)tag);
        return 3;
    }

    public int LengthOf(int tag) => 4;

    public bool IsAboutDevice(int tag) => tag <= Measurements;
}
