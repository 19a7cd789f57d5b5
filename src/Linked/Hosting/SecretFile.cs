using System.Text;
using MeetNet.Yaml;

namespace MeetNet.Hosting;

/// <summary>A password in a file of its own. Only its owner may read it: a secret that everybody on the box can read is none.</summary>
internal static class SecretFile
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Longest password file, in bytes: MQTT allows 65,535, nobody types that.</summary>
    private const int MaxBytes = 4_096;

    /// <summary>Reads the secret without its final line end. Reports what is wrong at the place of the file's name; says nothing of the content.</summary>
    /// <param name="name">The value that names the file; relative to <paramref name="dataFolder"/>.</param>
    /// <param name="dataFolder">Null: the file is not opened (a check away from the machine).</param>
    public static ReadOnlyMemory<byte> Read(YamlValue name, string? dataFolder)
    {
        var text = name.String();
        if (dataFolder is null || text.Length == 0)
        {
            return default;
        }

        var secret = Read(Path.GetFullPath(text, Path.GetFullPath(dataFolder)), out var problem);
        if (problem is not null)
        {
            name.Problem(problem);
        }

        return secret;
    }

    /// <summary>Reads the secret without its final line end.</summary>
    /// <param name="problem">What is wrong with the file, or null; says nothing of the content.</param>
    public static byte[] Read(string path, out string? problem)
    {
        problem = null;
        try
        {
            problem = Problem(path);
            var secret = problem is null ? File.ReadAllText(path).TrimEnd('\r', '\n') : string.Empty;
            problem ??= secret.Length == 0 ? $"the secret file {path} is empty" : null;
            return Encoding.UTF8.GetBytes(secret);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = $"the secret file {path} can't be read: {e.Message}";
            return [];
        }
    }

    private static string? Problem(string path)
    {
        var info = new FileInfo(path);
        return !info.Exists ? $"the secret file {path} does not exist"
            : info.Length > MaxBytes ? $"the secret file {path} has more than {MaxBytes} bytes"
            : !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0 ? $"the secret file {path} may be read by others: chmod 600 {path}"
            : null;
    }
}
