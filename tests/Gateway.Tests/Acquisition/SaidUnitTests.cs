using System.Text;
using MeetNet.Devices;
using MeetNet.Gateway.Acquisition;
using MeetNet.Gateway.Lines;
using MeetNet.Gateway.Stations;
using Microsoft.Extensions.Logging.Abstractions;

namespace MeetNet.Gateway.Tests.Acquisition;

/// <summary>An instrument that says its unit, and a station file that states one.</summary>
public sealed class SaidUnitTests
{
    private readonly Station _station = TestStations.Flemish();

    [Theory]
    [InlineData("\u0002MD01 {0:000} +1234+01 40 00 097 000000 \r", ReadingStatus.Ok, null)]
    [InlineData("\u0002MD01 {0:000} +1234+01 00 00 097 000000 \r", ReadingStatus.DeviceFault, "other-unit")]
    public void A_number_of_another_kind_than_the_station_file_states_is_no_measurement(string answer, ReadingStatus expected, string? reason)
    {
        var instrument = _station.Sensor("nh3-1");
        Assert.Equal("[ppb]", instrument.UnitOf(0));
        var session = new DeviceSession(instrument, NullLogger.Instance);
        session.Begin();
        var frame = Encoding.ASCII.GetBytes(string.Format(System.Globalization.CultureInfo.InvariantCulture, answer, instrument.Address.Number));

        Assert.Equal(FrameFate.Decoded, session.Take(FrameContext.Of(0), frame, new ArrivalTime(0, DateTimeOffset.UnixEpoch)));
        Assert.True(session.TryComplete(receipt: null, out var set, out _));
        Assert.Equal((12.34, expected), (set.Readings.Span[0].Value, set.Readings.Span[0].Status));
        Assert.Equal(reason, set.Reason);
        Assert.Equal(reason is null ? InstrumentState.Measures : InstrumentState.NotReady, session.Watch.State);
    }
}
