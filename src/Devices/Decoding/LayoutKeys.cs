using MeetNet.Yaml;

namespace MeetNet.Devices.Decoding;

/// <summary>Reads the keys <c>type</c>, <c>order</c>, <c>mask</c> and <c>shift</c> of a number in a frame.</summary>
internal static class LayoutKeys
{
    /// <summary>A number in Modbus registers: 16 or 32 bits; the word order of 32-bit numbers has no default.</summary>
    public static NumberLayout ReadRegisters(YamlMap map)
    {
        var type = TypeOf(map.Choice("type", "int16", "uint16", "int32", "uint32", "float32"));
        var order = ByteOrder.Abcd;
        if (NumberLayout.SizeOf(type) == 4)
        {
            // No default: makers use all four, and the specification says nothing about numbers longer than a register.
            order = map.Choice("order", "abcd", "cdab", "badc", "dcba") switch
            {
                "cdab" => ByteOrder.Cdab,
                "badc" => ByteOrder.Badc,
                "dcba" => ByteOrder.Dcba,
                _ => ByteOrder.Abcd,
            };
        }
        else
        {
            map.Optional("order")?.Problem("a 16-bit number is one register, which is always sent high byte first: leave 'order' out");
        }

        return WithBits(map, type, order);
    }

    /// <summary>A number in a payload of bytes; the order of more than one byte has no default.</summary>
    public static NumberLayout ReadBytes(YamlMap map)
    {
        var type = TypeOf(map.Choice("type", "int8", "uint8", "int16", "uint16", "int32", "uint32", "float32"));
        var order = ByteOrder.Abcd;
        if (NumberLayout.SizeOf(type) > 1)
        {
            order = map.Choice("order", "big", "little") == "little" ? ByteOrder.Dcba : ByteOrder.Abcd;
        }
        else
        {
            map.Optional("order")?.Problem("one byte has no order: leave 'order' out");
        }

        return WithBits(map, type, order);
    }

    private static NumberLayout WithBits(YamlMap map, NumberType type, ByteOrder order)
    {
        var mask = map.Optional("mask");
        var shift = map.Optional("shift");
        if (mask is null && shift is null)
        {
            return new NumberLayout(type, order);
        }

        var bits = 8 * NumberLayout.SizeOf(type);
        var all = (uint)((1L << bits) - 1);
        var layout = new NumberLayout(
            type, order, (uint)(mask?.Long(1, all) ?? all), shift?.Integer(1, bits - 1) ?? 0);
        if (type is not (NumberType.UInt8 or NumberType.UInt16 or NumberType.UInt32))
        {
            map.Problem(mask is null ? "shift" : "mask", "mask and shift cut bits out of an unsigned number; the type must be uint8, uint16 or uint32");
        }
        else if (layout.Mask >> layout.Shift == 0)
        {
            map.Problem("shift", "mask and shift leave no bits");
        }

        return layout;
    }

    private static NumberType TypeOf(string word) => word switch
    {
        "int8" => NumberType.Int8,
        "uint8" => NumberType.UInt8,
        "int16" => NumberType.Int16,
        "uint16" => NumberType.UInt16,
        "int32" => NumberType.Int32,
        "uint32" => NumberType.UInt32,
        _ => NumberType.Float32,
    };
}
