using System.CommandLine;
using MeetNet.Devices;
using MeetNet.Devices.Profiles;

namespace MeetNet.Gateway.Commissioning;

/// <summary>One device named on the command line, without a station file: a profile, its address and the form of its protocol.</summary>
internal sealed record ProfileArguments(DeviceProfile Profile, IDeviceDriver Driver, DeviceAddress Address)
{
    public static readonly Argument<string> Name = new("PROFILE") { Description = "maker/model as in the folder of profiles, or the path of a profile." };

    public static readonly Argument<string?> OptionalName = new("PROFILE")
    {
        Description = "One instrument instead of a station: maker/model as in the folder of profiles, or the path of a profile.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static readonly Option<string> At = new("--address") { Description = "Its address, as in a station file (a slave number, a device id).", HelpName = "ADDRESS" };

    public static readonly Option<string> Framing = new("--framing") { Description = "The form of the protocol, where there is a choice (Modbus: rtu, ascii, tcp).", HelpName = "FORM" };

    /// <summary>Reads the profile and checks the rest against it; null after saying what is wrong.</summary>
    public static ProfileArguments? Read(ParseResult parsed, string name)
    {
        var error = parsed.InvocationConfiguration.Error;
        var folder = parsed.GetValue(CommandLine.Profiles) ?? Path.Combine("firmware-config", "profiles");
        var path = name.EndsWith(".yaml", StringComparison.Ordinal) ? name : Path.Combine(folder, name + ".yaml");
        if (!File.Exists(path))
        {
            error.WriteLine($"there is no profile {path}; {Known(folder)}");
            return null;
        }

        var profile = ProfileReader.Read(path, out var problems);
        foreach (var problem in problems)
        {
            error.WriteLine(problem);
        }

        if (profile is null)
        {
            return null;
        }

        var driver = DriverCatalog.Find(profile.Driver)!;
        var text = parsed.GetValue(At);
        var address = text is null ? DeviceAddress.None
            : int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) ? DeviceAddress.Of(number)
            : DeviceAddress.Of(text);
        address = address with { Framing = parsed.GetValue(Framing) };
        if (address.Framing is { } framing && !driver.Framings.Contains(framing))
        {
            error.WriteLine($"--framing {framing}: {(driver.Framings.Count == 0 ? $"the protocol '{driver.Name}' has only one form" : $"allowed: {string.Join(", ", driver.Framings)}")}");
            return null;
        }

        try
        {
            driver.Bind(profile, address);
            return new ProfileArguments(profile, driver, address);
        }
        catch (ProfileException e)
        {
            error.WriteLine($"--address: {e.Message}");
            return null;
        }
    }

    private static string Known(string folder) => Directory.Exists(folder)
        ? "the folder has " + string.Join(", ", Directory.EnumerateFiles(folder, "*.yaml", SearchOption.AllDirectories)
            .Select(f => Path.ChangeExtension(Path.GetRelativePath(folder, f), null)).Order(StringComparer.Ordinal))
        : $"and no folder {folder} either: say where the profiles are with --profiles";
}
