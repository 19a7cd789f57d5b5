using MeetNet.Devices.Simulation;

namespace MeetNet.Gateway.Commissioning;

/// <summary>The words for what goes wrong on purpose, in simulation files and on the command line.</summary>
internal static class DisturbanceWords
{
    public static readonly string[] All = ["silence", "garbage", "corrupt", "device-fault", "warming-up", "unplugged"];

    /// <summary>What one of the words means; null for unplugging, which is a matter of the line.</summary>
    public static Disturbance? KindOf(string word) => word switch
    {
        "silence" => Disturbance.Silence,
        "garbage" => Disturbance.Garbage,
        "corrupt" => Disturbance.Corrupt,
        "device-fault" => Disturbance.DeviceFault,
        "warming-up" => Disturbance.WarmingUp,
        _ => null,
    };
}
