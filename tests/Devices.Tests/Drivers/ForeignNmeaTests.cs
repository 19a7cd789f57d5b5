using System.Diagnostics;
using System.Globalization;
using System.Text;
using MeetNet.Devices.Drivers;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Simulation;
using MeetNet.Devices.Tests.Simulation;

namespace MeetNet.Devices.Tests.Drivers;

/// <summary>Sentences of other people's code (pynmea2, Debian's python3-nmea2) are read here, and what is written here is read there.</summary>
public sealed class ForeignNmeaTests
{
    /// <summary>Debian's interpreter: the package is for that one.</summary>
    private const string Python = "/usr/bin/python3";

    [Fact]
    public void Sentences_that_pynmea2_wrote_are_read()
    {
        const string Script = """
            import pynmea2
            for i in range(200):
                print(str(pynmea2.MWV('II', 'MWV', ('%05.1f' % (i * 1.7 % 360), 'R', '%05.1f' % (i * 0.3), 'M', 'A' if i % 5 else 'V'))), end='\r\n')
                print(str(pynmea2.GGA('GP', 'GGA', ('184353.07', '1929.045', 'S', '02410.506', 'E', '1', '04', '2.6', '100.00', 'M', '-33.9', 'M', '', '0000'))), end='\r\n')
                print(str(pynmea2.DBT('SD', 'DBT', ('12.5', 'f', '%.2f' % (i * 0.05), 'M', '2.08', 'F'))), end='\r\n')
            """;
        var bytes = Encoding.ASCII.GetBytes(Run(Script, string.Empty));
        var cut = Stream.Cut(new NmeaFramer(NmeaChecksum.Required, NmeaFramer.StandardLength), bytes);
        Assert.Equal(600, cut.Frames.Count);
        Assert.Empty(cut.Faults);

        var wind = Rig.Of("gill/windsonic-nmea").Codec;
        var depth = Rig.Of("generic/nmea-depth").Codec;
        for (var i = 0; i < 200; i++)
        {
            var readings = new ReadingBuffer(new RawReading[8]);
            Assert.Equal(DecodeStatus.Ok, wind.Decode(FrameContext.Of(0), cut.Frames[3 * i], ref readings));
            var status = i % 5 == 0 ? ReadingStatus.DeviceFault : ReadingStatus.Ok;
            Assert.All(readings.Readings.ToArray(), r => Assert.Equal(status, r.Status));
            Assert.Equal(i * 1.7 % 360, readings.Readings[0].Value, 0.051);
            Assert.Equal(i * 0.3, readings.Readings[1].Value, 0.051);

            readings = new ReadingBuffer(new RawReading[8]);
            Assert.Equal(DecodeStatus.Unexpected, wind.Decode(FrameContext.Of(0), cut.Frames[(3 * i) + 1], ref readings));
            Assert.Equal(DecodeStatus.Ok, depth.Decode(FrameContext.Of(0), cut.Frames[(3 * i) + 2], ref readings));
            Assert.Equal(i * 0.05, readings.Readings[0].Value, 0.0051);
        }
    }

    [Fact]
    public void Sentences_that_the_simulator_writes_are_read_by_pynmea2()
    {
        const string Script = """
            import sys, pynmea2
            for line in sys.stdin:
                m = pynmea2.parse(line.strip(), check=True)
                if m.sentence_type == 'GGA':
                    print('GGA %.6f %.6f %d' % (m.latitude, m.longitude, int(m.num_sats)))
                elif m.sentence_type == 'MWV':
                    print('MWV %.1f %.1f %s' % (float(m.wind_angle), float(m.wind_speed), m.status))
                elif m.sentence_type == 'XDR':
                    print('XDR %s' % [(m.get_transducer(i).type, m.get_transducer(i).value, m.get_transducer(i).id) for i in range(m.num_transducers)][0][1])
            """;
        var text = Emit("generic/nmea-position", [51.4231, -4.4812, 9, 12.5, 0]) + Emit("vaisala/wxt520-nmea", [271, 5.2, -3.4, 88.1, 1009.5]);
        var said = Run(Script, text).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("GGA 51.423100 -4.481200 9", said);
        Assert.Contains("MWV 271.0 5.2 A", said);
        Assert.Contains("XDR -3.4", said);
    }

    private static string Emit(string id, double[] values)
    {
        var rig = Rig.Of(id);
        var bytes = new byte[rig.Simulator.MaxFrame];
        return Encoding.ASCII.GetString(bytes, 0, rig.Simulator.Emit(new SimulatedState { Values = values }, bytes));
    }

    private static string Run(string script, string input)
    {
        var start = new ProcessStartInfo(Python, ["-c", script]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, string.Create(CultureInfo.InvariantCulture, $"python3 with pynmea2 (package python3-nmea2): {error}"));
        return output;
    }
}
