using System.Diagnostics;
using System.Globalization;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Commissioning.Wire;

/// <summary>mosquitto_pub and mosquitto_sub, whose users <c>mqtt pub</c> and <c>mqtt sub</c> are for.</summary>
internal static class Mosquitto
{
    /// <summary>Runs one of them to its end.</summary>
    /// <param name="arguments">Without the server.</param>
    /// <returns>Its standard output.</returns>
    public static async Task<byte[]> RunAsync(string program, int port, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, ["-h", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["TZ"] = "UTC";
        using var process = Process.Start(start)!;
        using var output = new MemoryStream();
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardOutput.BaseStream.CopyToAsync(output);
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await error}");
        return output.ToArray();
    }

    public static Task PublishAsync(int port, params string[] arguments) => RunAsync("mosquitto_pub", port, arguments);

    /// <summary>A broker that knows the user <c>technician</c> with the password <c>secret</c>, who may read and write below <c>ok/</c>.</summary>
    public static async Task<MosquittoBroker> GuardedBrokerAsync()
    {
        using var folder = new TemporaryFolder();
        var passwords = folder.File("passwords");
        await File.WriteAllTextAsync(passwords, "");
        using var process = Process.Start("mosquitto_passwd", ["-b", passwords, "technician", "secret"]);
        await process.WaitForExitAsync();
        return await MosquittoBroker.StartAsync(
            "password_file {folder}/passwords\nacl_file {folder}/acl\n",
            new Dictionary<string, string> { ["passwords"] = await File.ReadAllTextAsync(passwords), ["acl"] = "user technician\ntopic readwrite ok/#\n" });
    }
}
