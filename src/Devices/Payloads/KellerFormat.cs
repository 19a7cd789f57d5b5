using System.Buffers.Binary;
using System.Numerics;
using MeetNet.Devices.Decoding;
using MeetNet.Devices.Profiles;
using MeetNet.Yaml;

namespace MeetNet.Devices.Payloads;

/// <summary>
/// Keller's LoRa payloads (ADT1, ARC1; KELLERAGfuerDruckmesstechnik/KellerAgTheThingsNetworkPayloadDecoder and KellerAg.Shared.IoT.Converters). The first
/// byte is the function: 1 measurements, 12 device information, 61 single numbers by index; all others are settings. A measurement has the connection
/// type, a mask of channels and a float for each; which channel is what depends on the connection type. All bits one is no value.
/// </summary>
internal sealed class KellerFormat : IPayloadFormat
{
    private const byte Measurements = 1;
    private const byte Information = 12;
    private const byte SingleNumbers = 61;

    public string Name => "keller";

    public PayloadSettings ReadSettings(YamlMap section, IReadOnlyList<int> ports)
    {
        var list = section.Require("connectionTypes");
        var types = list.List().Select(t => t.Integer(0, 255)).ToArray();
        if (list.IsList && types.Length == 0)
        {
            list.Problem("at least one connection type: it says what the channels are");
        }

        return new KellerSettings(ports, types);
    }

    public PayloadField ReadField(YamlMap field, PayloadSettings settings, bool optional)
    {
        var number = new NumberLayout(NumberType.Float32, ByteOrder.Abcd);
        if (field.Optional("function") is not { } function)
        {
            return new KellerField(Measurements, field.Integer("channel", 0, 15), optional) { Layout = number };
        }

        return function.Choice("12", "61") == "61"
            ? new KellerField(SingleNumbers, field.Integer("index", 0, 255), Optional: true) { Layout = number }
            : new KellerField(Information, field.Integer("at", 1, LoRaWan.MaxPayload - 1), Optional: true) { Layout = LayoutKeys.ReadBytes(field, ByteOrder.Abcd) };
    }

    public IPayload Bind(DeviceProfile profile, PayloadSettings settings) => new Payload(profile, (KellerSettings)settings);

    private sealed class Payload(DeviceProfile profile, KellerSettings settings) : IPayload
    {
        private const int Header = 4;

        /// <summary>Class, group, software, serial number, time, battery, capacity and humidity (kellerpayload.js, fillUpDecodedDeviceInformation).</summary>
        private const int InformationLength = 20;

        /// <summary>Information comes on its own port (the codec's examples).</summary>
        private const int InformationPort = 4;

        private readonly FieldTable<KellerField> _fields = new(profile);
        private readonly byte[] _functions = [.. profile.Fields.Select(f => ((KellerField)f.Settings).Function).Distinct().Order()];

        public int MaxReadings => _fields.Count;

        public int Messages => _functions.Length;

        public DecodeStatus Decode(int port, scoped ReadOnlySpan<byte> payload, ref ReadingBuffer readings) => payload[0] switch
        {
            Measurements => DecodeMeasurements(payload, ref readings),
            Information => DecodeInformation(payload, ref readings),
            SingleNumbers => DecodeNumbers(payload[1..], ref readings),
            _ => PayloadEnd.Unexpected("device-settings", ref readings),
        };

        public int Write(ReadOnlySpan<double> values, long turn, Span<byte> payload, out int port)
        {
            var function = _functions[(int)(turn % _functions.Length)];
            port = settings.Ports[0];
            payload[0] = function;
            switch (function)
            {
                case Measurements:
                    return WriteMeasurements(values, payload);
                case Information:
                    port = InformationPort;
                    return WriteInformation(values, payload);
                default:
                    port = InformationPort;
                    return WriteNumbers(values, payload);
            }
        }

        private DecodeStatus DecodeMeasurements(scoped ReadOnlySpan<byte> payload, ref ReadingBuffer readings)
        {
            if (payload.Length < Header || payload.Length < Header + (4 * BitOperations.PopCount(BinaryPrimitives.ReadUInt16BigEndian(payload[2..]))))
            {
                return _fields.Nothing("bad-payload", ref readings);
            }

            if (!settings.ConnectionTypes.Contains(payload[1]))
            {
                return _fields.Nothing("other-connection-type", ref readings);
            }

            var mask = BinaryPrimitives.ReadUInt16BigEndian(payload[2..]);
            var seen = 0UL;
            for (var i = 0; i < _fields.Count; i++)
            {
                var field = _fields[i];
                if (field.Function == Measurements && ((mask >> field.Place) & 1) != 0)
                {
                    // Floats stand in the order of the channels; those of lower channels come first.
                    var before = BitOperations.PopCount(mask & ((1u << field.Place) - 1));
                    _fields.Read(i, payload[(Header + (4 * before))..], ref readings);
                    seen |= FieldTable<KellerField>.Bit(i);
                }
            }

            _fields.AddMissing(seen, ref readings);
            return DecodeStatus.Ok;
        }

        private DecodeStatus DecodeInformation(scoped ReadOnlySpan<byte> payload, ref ReadingBuffer readings)
        {
            for (var i = 0; i < _fields.Count; i++)
            {
                var field = _fields[i];
                if (field.Function == Information && field.Place + field.Layout!.Value.Size <= payload.Length)
                {
                    _fields.Read(i, payload[field.Place..], ref readings);
                }
            }

            return readings.Count > 0 ? DecodeStatus.Ok : PayloadEnd.Unexpected("device-info", ref readings);
        }

        private DecodeStatus DecodeNumbers(scoped ReadOnlySpan<byte> items, ref ReadingBuffer readings)
        {
            var seen = 0UL;
            for (; items.Length >= 5; items = items[5..])
            {
                for (var i = 0; i < _fields.Count; i++)
                {
                    var bit = FieldTable<KellerField>.Bit(i);
                    if (_fields[i].Function == SingleNumbers && _fields[i].Place == items[0] && (seen & bit) == 0)
                    {
                        _fields.Read(i, items[1..], ref readings);
                        seen |= bit;
                    }
                }
            }

            return seen != 0 ? DecodeStatus.Ok : PayloadEnd.Unexpected("device-info", ref readings);
        }

        private int WriteMeasurements(ReadOnlySpan<double> values, Span<byte> payload)
        {
            payload[1] = (byte)settings.ConnectionTypes[0];
            var mask = 0;
            var at = Header;
            for (var channel = 0; channel < 16; channel++)
            {
                for (var i = 0; i < _fields.Count; i++)
                {
                    if (_fields[i].Function == Measurements && _fields[i].Place == channel)
                    {
                        var number = _fields.Transmitted(i, values[i]);
                        BinaryPrimitives.WriteUInt32BigEndian(
                            payload[at..], double.IsNaN(number) ? uint.MaxValue : BitConverter.SingleToUInt32Bits((float)number));
                        at += 4;
                        mask |= 1 << channel;
                    }
                }
            }

            BinaryPrimitives.WriteUInt16BigEndian(payload[2..], (ushort)mask);
            return at;
        }

        private int WriteInformation(ReadOnlySpan<double> values, Span<byte> payload)
        {
            payload[1..InformationLength].Clear();
            for (var i = 0; i < _fields.Count; i++)
            {
                if (_fields[i].Function == Information)
                {
                    var number = _fields.Transmitted(i, values[i]);
                    if (double.IsNaN(number))
                    {
                        return 0;
                    }

                    _fields[i].Layout!.Value.Write(number, payload[_fields[i].Place..]);
                }
            }

            return InformationLength;
        }

        private int WriteNumbers(ReadOnlySpan<double> values, Span<byte> payload)
        {
            var at = 1;
            for (var i = 0; i < _fields.Count; i++)
            {
                if (_fields[i].Function == SingleNumbers && _fields.Transmitted(i, values[i]) is var number && !double.IsNaN(number))
                {
                    payload[at] = (byte)_fields[i].Place;
                    BinaryPrimitives.WriteSingleBigEndian(payload[(at + 1)..], (float)number);
                    at += 5;
                }
            }

            return at == 1 ? 0 : at;
        }
    }
}

/// <param name="ConnectionTypes">The connection types for which the profile's channels hold.</param>
internal sealed record KellerSettings(IReadOnlyList<int> Ports, IReadOnlyList<int> ConnectionTypes) : PayloadSettings(Ports);

/// <summary>Where a number is.</summary>
/// <param name="Function">The payload that has it.</param>
/// <param name="Place">Measurements: the bit in the mask of channels; information: the first byte; single numbers: the index.</param>
internal sealed record KellerField(byte Function, int Place, bool Optional) : PayloadField(Optional);
