using MeetNet.Yaml;

namespace MeetNet.Devices.Profiles;

/// <summary>The words of a profile for what a sentinel or a status bit means.</summary>
internal static class ReadingWords
{
    /// <summary>Reads <c>means:</c>.</summary>
    public static ReadingStatus Means(YamlMap map) =>
        map.Choice("means", "missing", "warming-up", "calibrating", "device-fault", "out-of-range") switch
        {
            "warming-up" => ReadingStatus.WarmingUp,
            "calibrating" => ReadingStatus.Calibrating,
            "device-fault" => ReadingStatus.DeviceFault,
            "out-of-range" => ReadingStatus.OutOfRange,
            _ => ReadingStatus.Missing,
        };
}
