using FsCheck;
using FsCheck.Fluent;
using MeetNet.Devices.Decoding;

namespace MeetNet.Devices.Tests.Drivers;

/// <summary>What is written is read again, for every type in every order.</summary>
public sealed class NumberLayoutTests
{
    public static TheoryData<NumberType, ByteOrder> Layouts()
    {
        var data = new TheoryData<NumberType, ByteOrder>();
        foreach (var type in Enum.GetValues<NumberType>())
        {
            foreach (var order in Enum.GetValues<ByteOrder>())
            {
                data.Add(type, order);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Whole_numbers_come_back(NumberType type, ByteOrder order)
    {
        var layout = new NumberLayout(type, order);
        Prop.ForAll(Gen.Choose(-40_000, 40_000).ToArbitrary(), number =>
        {
            var bytes = new byte[8];
            layout.Write(number, bytes);
            Assert.True(!layout.CanHold(number) || layout.Read(bytes) == number);
            Assert.True(layout.CanHold(layout.Read(bytes)), "what was clamped is in the range");
            Assert.All(bytes[layout.Size..], b => Assert.Equal(0, b));
        }).Check(Config.QuickThrowOnFailure);
    }

    [Theory]
    [InlineData(NumberType.UInt64, 1e30, 18446744073709551616.0)]
    [InlineData(NumberType.Int64, 1e30, 9223372036854775808.0)]
    [InlineData(NumberType.Int64, -1e30, -9223372036854775808.0)]
    [InlineData(NumberType.UInt32, -5, 0)]
    [InlineData(NumberType.Bcd16, 123456, 9999)]
    [InlineData(NumberType.Bcd32, 1e12, 99999999)]
    public void What_does_not_fit_becomes_the_nearest_that_does(NumberType type, double number, double expected)
    {
        var layout = new NumberLayout(type, ByteOrder.Cdab);
        var bytes = new byte[8];
        layout.Write(number, bytes);
        Assert.Equal(expected, layout.Read(bytes));
    }

    [Fact]
    public void No_number_in_decimal_digits_is_no_digit()
    {
        var layout = new NumberLayout(NumberType.Bcd16, ByteOrder.Abcd);
        var bytes = new byte[2];
        layout.Write(double.NaN, bytes);
        Assert.Equal([0xFF, 0xFF], bytes);
        Assert.True(double.IsNaN(layout.Read(bytes)));
    }
}
