using MeetNet.Devices;
using MeetNet.Gateway.Acquisition;
using MeetNet.Gateway.Harmonisation;
using MeetNet.Gateway.Lines;
using MeetNet.Gateway.Stations;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Harmonisation;

/// <summary>A gateway runs for years: what it does for each value leaves nothing behind to collect.</summary>
public sealed class HarmoniserAllocationTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private readonly CollectingLogger _log = new();

    [Theory]
    [InlineData("level-1", 14.97)]   // TAW to NAP
    [InlineData("nh3-1", 17.4)]      // calibrated, ppb to µg/m³
    [InlineData("pm-1", 12)]         // as it is
    [InlineData("surface-1", 16.95)] // stamped in Belgian time
    public void A_value_is_harmonised_without_allocating(string sensor, double value)
    {
        var station = TestStations.Flemish();
        var instrument = station.Sensor(sensor);
        var harmoniser = new Harmoniser(station, new ManualTimeProvider(Noon), _log.For<Harmoniser>());
        var observations = new List<Harmonised>(4);
        RawReading[] readings = [new(0, value, ReadingStatus.Ok)];
        var stamped = instrument.Stamp is not null;
        Observe(1_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Observe(10_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Observe(int times)
        {
            for (var i = 0; i < times; i++)
            {
                var at = Noon.AddSeconds(i);
                observations.Clear();
                harmoniser.Harmonise(
                    new ReadingSet(instrument, new ArrivalTime(i, at), readings, stamped ? new DeviceTime(at.DateTime.AddHours(1), null) : null), observations);
            }
        }
    }

    public void Dispose() => _log.Dispose();
}
