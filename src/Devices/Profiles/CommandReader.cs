using MeetNet.Yaml;

namespace MeetNet.Devices.Profiles;

/// <summary>Reads the commands of a profile.</summary>
internal static class CommandReader
{
    private static readonly TimeSpan LongestSettling = TimeSpan.FromHours(2);

    public static List<CommandProfile> Read(YamlValue? value, IDeviceDriver driver, DriverSettings settings)
    {
        var commands = new List<CommandProfile>();
        foreach (var item in value?.List() ?? [])
        {
            var map = item.Map();
            if (ReadOne(map, driver, settings) is not { } command)
            {
                value!.Problem($"driver '{driver.Name}' has no commands: leave 'commands' out");
                break;
            }

            map.Done();
            if (commands.Any(c => c.Name == command.Name && command.Name.Length > 0))
            {
                map.Problem("name", $"command '{command.Name}' is here twice: names are unique within a profile");
            }

            commands.Add(command);
        }

        return commands;
    }

    private static CommandProfile? ReadOne(YamlMap map, IDeviceDriver driver, DriverSettings settings)
    {
        if (driver.ReadCommand(map, settings) is not { } own)
        {
            return null;
        }

        var name = map.Require("name").Matching(ProfileReader.Word(), "lower-case letters, digits and '_', at most 40");
        var description = map.String("description");
        var settle = map.Optional("settle")?.Duration(TimeSpan.Zero, LongestSettling) ?? TimeSpan.Zero;
        var argument = map.Optional("argument");
        var ends = argument?.List() ?? [];
        if (argument is { IsList: true } && ends.Count != 2)
        {
            argument.Problem("argument is [lowest, highest] of the number that goes with the command");
        }

        double? low = ends.Count == 2 ? ends[0].Number() : null;
        double? high = ends.Count == 2 ? ends[1].Number() : null;
        if (low > high)
        {
            argument!.Problem("argument is [lowest, highest]: the first must not be higher than the second");
        }

        return new CommandProfile(name, description, settle, low, high, own);
    }
}
