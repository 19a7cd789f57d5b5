using MeetNet.Yaml;

namespace MeetNet.Devices.Decoding;

/// <summary>Reads the keys <c>type</c>, <c>order</c>, <c>mask</c> and <c>shift</c> of a number in a frame.</summary>
internal static class LayoutKeys
{
    private static readonly string[] RegisterTypes =
        ["int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64", "bcd16", "bcd32"];

    private static readonly string[] Orders = ["abcd", "cdab", "badc", "dcba"];

    /// <summary>A number in Modbus registers: 16, 32 or 64 bits; the word order of more than one register has no default.</summary>
    public static NumberLayout ReadRegisters(YamlMap map)
    {
        var layout = ReadRegisterNumber(map);
        return WithBits(map, layout.Type, layout.Order);
    }

    /// <summary>A number in Modbus registers without the keys that cut bits out of it.</summary>
    public static NumberLayout ReadRegisterNumber(YamlMap map)
    {
        var type = TypeOf(map.Choice("type", RegisterTypes));
        var order = ByteOrder.Abcd;
        if (NumberLayout.SizeOf(type) > 2)
        {
            // No default: makers use all four, and the specification says nothing about numbers longer than a register.
            order = OrderOf(map.Choice("order", Orders));
        }
        else if (map.Optional("order") is { } given && OrderOf(given.Choice(Orders)) is var own && own != ByteOrder.Abcd)
        {
            if (own == ByteOrder.Badc)
            {
                // The specification says high byte first (Application Protocol V1.1b3 §4.2); some devices do otherwise.
                order = own;
            }
            else
            {
                given.Problem("a 16-bit number is one register: leave 'order' out for high byte first, as the specification says, or say 'badc' for low byte first");
            }
        }

        return new NumberLayout(type, order);
    }

    /// <summary>A number in a payload of bytes; the order of more than one byte has no default.</summary>
    public static NumberLayout ReadBytes(YamlMap map)
    {
        var type = TypeOf(map.Choice(
            "type", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64", "bcd16", "bcd32"));
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

    /// <summary>A number in a payload whose protocol gives the order of bytes.</summary>
    public static NumberLayout ReadBytes(YamlMap map, ByteOrder order) =>
        WithBits(map, TypeOf(map.Choice("type", "int8", "uint8", "int16", "uint16", "int32", "uint32", "float32")), order);

    private static NumberLayout WithBits(YamlMap map, NumberType type, ByteOrder order)
    {
        var mask = map.Optional("mask");
        var shift = map.Optional("shift");
        if (mask is null && shift is null)
        {
            return new NumberLayout(type, order);
        }

        var bits = 8 * NumberLayout.SizeOf(type);
        var all = ulong.MaxValue >> (64 - bits);
        var bitsThatCount = mask is null ? all : (ulong)mask.Long(1, (long)Math.Min(all, long.MaxValue));
        var layout = new NumberLayout(type, order, bitsThatCount, shift?.Integer(1, bits - 1) ?? 0);
        if (type is not (NumberType.UInt8 or NumberType.UInt16 or NumberType.UInt32 or NumberType.UInt64))
        {
            map.Problem(mask is null ? "shift" : "mask", "mask and shift cut bits out of an unsigned number; the type must be uint8, uint16, uint32 or uint64");
        }
        else if (layout.Mask >> layout.Shift == 0)
        {
            map.Problem("shift", "mask and shift leave no bits");
        }

        return layout;
    }

    /// <summary>The word of a profile for an order of bytes.</summary>
    public static ByteOrder OrderOf(string word) => word switch
    {
        "cdab" => ByteOrder.Cdab,
        "badc" => ByteOrder.Badc,
        "dcba" => ByteOrder.Dcba,
        _ => ByteOrder.Abcd,
    };

    private static NumberType TypeOf(string word) => word switch
    {
        "int8" => NumberType.Int8,
        "uint8" => NumberType.UInt8,
        "int16" => NumberType.Int16,
        "uint16" => NumberType.UInt16,
        "int32" => NumberType.Int32,
        "uint32" => NumberType.UInt32,
        "int64" => NumberType.Int64,
        "uint64" => NumberType.UInt64,
        "float64" => NumberType.Float64,
        "bcd16" => NumberType.Bcd16,
        "bcd32" => NumberType.Bcd32,
        _ => NumberType.Float32,
    };
}
