using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using MeetNet.EndToEnd.Tests.Rig;
using MeetNet.TestKit;

namespace MeetNet.EndToEnd.Tests;

/// <summary>The README's first command, as a person uses it: up, look at the page, Ctrl-C, up again.</summary>
public sealed class UpTests
{
    private const int Interrupt = 2;

    /// <summary>The page; the four ports after it are the broker's, the gateways' and InfluxDB's. Below the range that the system gives out by itself.</summary>
    private const int Port = 9600;

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task Up_shows_both_sides_stops_without_a_trace_and_carries_on()
    {
        using var folder = new TemporaryFolder();
        var data = folder.File("data");
        var first = await UpAsync(data, Port);
        var logged = await LoggedAsync(Port);
        Assert.True(logged > 0);
        await StopAsync(first, data);

        var second = await UpAsync(data, Port);
        Assert.True(await LoggedAsync(Port) >= logged, "the second up begins where the first ended");
        await StopAsync(second, data);
        foreach (var log in Directory.GetFiles(Path.Combine(data, "logs")))
        {
            Assert.DoesNotContain("Z ERROR ", await File.ReadAllTextAsync(log), StringComparison.Ordinal);
        }
    }

    private static async Task<Process> UpAsync(string data, int port)
    {
        // A job that a script started in the background ignores interrupts, and so would everything below it; a person's terminal does not.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", "bash", Path.Combine(Programs.Repository, "meetnet"), "up", "--data", data, "--port", port.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        var process = Process.Start(start)!;
        var output = new ConcurrentQueue<string>();
        process.OutputDataReceived += (_, line) => output.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => output.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await Eventually.TrueAsync(
            () => process.HasExited || output.Any(line => line.StartsWith("Ctrl-C stops", StringComparison.Ordinal)), "up to be up", Deadline);
        Assert.False(process.HasExited, string.Join('\n', output));

        using var page = new HttpClient { BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/")) };
        Assert.Contains("MeetNet", await page.GetStringAsync(""), StringComparison.Ordinal);
        await Eventually.TrueAsync(
            () => MeetNetRig.JsonNow(page, "api/latest") is { } latest && Owners(latest).IsSupersetOf(["vmm", "noord-brabant"]),
            $"values from both sides\n{string.Join('\n', output)}");
        return process;
    }

    private static HashSet<string> Owners(JsonElement latest) =>
        [.. latest.GetProperty("observations").EnumerateArray().Select(o => o.GetProperty("owner").GetString()!)];

    private static async Task<long> LoggedAsync(int port)
    {
        using var http = new HttpClient();
        var books = await http.GetStringAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/api/books")));
        return JsonSerializer.Deserialize<JsonElement>(books).GetProperty("log").GetProperty("observations").GetInt64();
    }

    private static async Task StopAsync(Process up, string data)
    {
        _ = kill(up.Id, Interrupt);
        await up.WaitForExitAsync().WaitAsync(Deadline);
        Assert.True(up.ExitCode is 0 or 130, $"exit code {up.ExitCode}");
        up.Dispose();
        var left = Directory.GetDirectories("/proc").Where(p => char.IsAsciiDigit(Path.GetFileName(p)[0])).Select(CommandLine).Where(c => c.Contains(data, StringComparison.Ordinal)).ToList();
        Assert.Empty(left);
    }

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' ');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended while we looked.
            return "";
        }
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int kill(int pid, int signal);
}
