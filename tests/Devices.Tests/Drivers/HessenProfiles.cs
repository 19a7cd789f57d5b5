using System.Text;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.Yaml;

namespace MeetNet.Devices.Tests.Drivers;

/// <summary>Profiles and telegrams of Bayern-Hessen for tests of the protocol.</summary>
internal static class HessenProfiles
{
    /// <summary>A profile with this section and these fields.</summary>
    public static DeviceProfile With(string section, string fields, string more = "")
    {
        var map = YamlReader.Parse(
            $$"""
            maker: m
            model: m
            version: 1
            sources: [here]
            driver: bayern-hessen
            serial: {baud: 9600, dataBits: 8, parity: none, stopBits: 1}
            timing: {replyTimeout: 1s, interval: 1s}
            bayern-hessen: {{section}}
            {{more}}
            fields:
            {{fields}}
            """,
            "m/m.yaml",
            out var problems);
        var profile = ProfileReader.Read(map, "m/m");
        Assert.True(problems.Count == 0, string.Join('\n', problems));
        return profile!;
    }

    /// <summary>A telegram with ETX and block check around this text.</summary>
    public static byte[] Frame(string text)
    {
        var frame = new byte[text.Length + 8];
        frame[0] = BayernHessenFramer.Stx;
        Encoding.ASCII.GetBytes(text, frame.AsSpan(1));
        return frame[..BayernHessenFramer.Close(frame, 1 + text.Length, HessenEnding.EtxBcc)];
    }
}
