using System.Reflection;

namespace MeetNet.EndToEnd.Tests.Rig;

/// <summary>Where the programs and the repository are; written into this assembly by its project file.</summary>
internal static class Programs
{
    public static string Gateway { get; } = Metadata("GatewayProgram");

    public static string Ingest { get; } = Metadata("IngestProgram");

    public static string Repository { get; } = Metadata("RepositoryRoot");

    public static string FirmwareConfig => Path.Combine(Repository, "firmware-config");

    private static string Metadata(string key) =>
        typeof(Programs).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
