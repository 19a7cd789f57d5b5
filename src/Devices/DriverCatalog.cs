using MeetNet.Devices.Drivers;

namespace MeetNet.Devices;

/// <summary>Every driver there is, by hand: a line here is what makes a driver known.</summary>
public static class DriverCatalog
{
    /// <summary>All drivers.</summary>
    public static IReadOnlyList<IDeviceDriver> All { get; } =
    [
        new ModbusDriver(),
        new KellerBusDriver(),
        new FixedFrameDriver(),
        new ShdlcDriver(),
        new IioDriver(),
        new BayernHessenDriver(),
        new LoRaWanDriver(),
        new TextLineDriver(),
        new ThermoCLinkDriver(),
        new TeledyneAsciiDriver(),
        new PicarroDriver(),
        new GaseraDriver(),
        new JsonDriver(),
        new SenmlDriver(),
        new SparkplugDriver(),
        new Sdi12Driver(),
        new NmeaDriver(),
        new VaisalaDriver(),
        new InnovaDriver(),
        new LgrDriver(),
        new Ec9800Driver(),
        new AeroqualDriver(),
    ];

    /// <summary>The driver of that name, or null.</summary>
    public static IDeviceDriver? Find(string name) => All.FirstOrDefault(d => d.Name == name);
}
