using System.Diagnostics;

namespace MeetNet.EndToEnd.Tests.Rig;

/// <summary>Runs a command of the system to its end; anything but success fails the test with what it said.</summary>
internal static class Command
{
    public static async Task<string> RunAsync(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{command} {string.Join(' ', arguments)}: {error}");
        return await output;
    }
}
