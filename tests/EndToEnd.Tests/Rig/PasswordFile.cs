namespace MeetNet.EndToEnd.Tests.Rig;

/// <summary>The secret that the station files name, as a program demands it: readable by its owner alone.</summary>
internal static class PasswordFile
{
    public static void Write(string dataFolder, string password = "test")
    {
        var path = Path.Combine(dataFolder, "broker-password");
        File.WriteAllText(path, password);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
