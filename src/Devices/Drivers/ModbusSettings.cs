using MeetNet.Devices.Decoding;
using MeetNet.Devices.Profiles;

namespace MeetNet.Devices.Drivers;

/// <summary>The four tables of a Modbus device; the number is that of the function that reads it (MODBUS Application Protocol V1.1b3 §4.3).</summary>
internal enum ModbusTable : byte
{
    Coils = 1,
    Discrete = 2,
    Holding = 3,
    Input = 4,
}

internal static class ModbusTables
{
    /// <summary>The words of a profile.</summary>
    public static readonly string[] Words = ["holding", "input", "coils", "discrete"];

    public static ModbusTable Of(string word) => word switch
    {
        "coils" => ModbusTable.Coils,
        "discrete" => ModbusTable.Discrete,
        "input" => ModbusTable.Input,
        _ => ModbusTable.Holding,
    };

    /// <summary>Whether the table holds single bits; otherwise registers of 16.</summary>
    public static bool IsBits(this ModbusTable table) => table <= ModbusTable.Discrete;
}

/// <summary>What holds for all reads of a Modbus device.</summary>
/// <param name="Table">The usual table of its fields.</param>
/// <param name="MaxRegisters">The most registers that the device gives in one answer.</param>
/// <param name="MaxBits">The most coils or discrete inputs that the device gives in one answer.</param>
/// <param name="MaxGap">How many registers (or bits) that no field names may be read along to join two reads. 0: none, since some devices refuse them.</param>
/// <param name="OneFieldPerRead">The device answers only requests for exactly one of its parameters.</param>
/// <param name="LooseExceptions">Its exception frames have a wrong CRC.</param>
internal sealed record ModbusSettings(
    ModbusTable Table, int MaxRegisters, int MaxBits, int MaxGap, bool OneFieldPerRead, bool LooseExceptions) : DriverSettings
{
    public int MaxOf(ModbusTable table) => table.IsBits() ? MaxBits : MaxRegisters;
}

/// <summary>Where a field stands in the tables. A coil has the layout of a byte of which one bit counts.</summary>
/// <param name="Register">The number as it goes on the wire, from 0.</param>
/// <param name="Status">Bits elsewhere that say whether the value is valid.</param>
internal sealed record ModbusFieldSettings(ModbusTable Table, int Register, IReadOnlyList<ModbusStatusRule> Status) : FieldSettings
{
    /// <summary>One bit.</summary>
    public static NumberLayout Bit { get; } = new(NumberType.UInt8, ByteOrder.Abcd, Mask: 1);

    public ModbusSpan Span => ModbusSpan.Of(Table, Register, Layout!.Value);
}

/// <summary>When the status number says so, the field has this status.</summary>
/// <param name="Mask">The bits that are looked at.</param>
/// <param name="Values">What the bits must be, unshifted; empty: any of them set.</param>
internal sealed record ModbusStatusRule(
    ModbusTable Table, int Register, NumberLayout Layout, ulong Mask, IReadOnlyList<ulong> Values, ReadingStatus Means)
{
    public ModbusSpan Span => ModbusSpan.Of(Table, Register, Layout);

    /// <summary>Whether the status number means that.</summary>
    public bool Holds(ulong bits)
    {
        if (Values.Count == 0)
        {
            return (bits & Mask) != 0;
        }

        for (var i = 0; i < Values.Count; i++)
        {
            if ((bits & Mask) == Values[i])
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>Places of one table, from <paramref name="Start"/> up to and without <paramref name="End"/>.</summary>
internal readonly record struct ModbusSpan(ModbusTable Table, int Start, int End)
{
    public int Count => End - Start;

    public static ModbusSpan Of(ModbusTable table, int start, NumberLayout layout) =>
        new(table, start, start + (table.IsBits() ? 1 : layout.Size / 2));

    public bool Covers(ModbusSpan other) => Table == other.Table && Start <= other.Start && other.End <= End;

    public bool Overlaps(ModbusSpan other) => Table == other.Table && Start < other.End && other.Start < End;

    /// <summary>The bits of a number in the data of an answer that begins at <see cref="Start"/>; both must be covered.</summary>
    public ulong Bits(ReadOnlySpan<byte> data, int register, NumberLayout layout)
    {
        var at = register - Start;
        return Table.IsBits() ? (ulong)((data[at / 8] >> (at % 8)) & 1) : layout.Bits(data[(2 * at)..]);
    }

    /// <summary>The number in the data of an answer that begins at <see cref="Start"/>.</summary>
    public double Number(ReadOnlySpan<byte> data, int register, NumberLayout layout) =>
        Table.IsBits() ? Bits(data, register, layout) : layout.Read(data[(2 * (register - Start))..]);

    /// <summary>Writes bits into such data.</summary>
    public void SetBits(ulong bits, Span<byte> data, int register, NumberLayout layout)
    {
        var at = register - Start;
        if (!Table.IsBits())
        {
            layout.WriteBits(bits, data[(2 * at)..]);
            return;
        }

        var mask = (byte)(1 << (at % 8));
        data[at / 8] = (bits & 1) != 0 ? (byte)(data[at / 8] | mask) : (byte)(data[at / 8] & ~mask);
    }
}

/// <summary>How a command is written.</summary>
/// <param name="Function">5, 6, 15 or 16.</param>
/// <param name="Register">The first coil or register.</param>
/// <param name="Layout">The number that is written, for registers.</param>
/// <param name="Count">How many coils, for function 15.</param>
/// <param name="Value">What is written; null for the number that is given with the command.</param>
internal sealed record ModbusCommandSettings(byte Function, int Register, NumberLayout Layout, int Count, double? Value) : CommandSettings(Answered: true);
