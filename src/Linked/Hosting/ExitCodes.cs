namespace MeetNet.Hosting;

/// <summary>What the programs return to the shell and to systemd.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>Something failed at run time; systemd may start it again.</summary>
    public const int Failure = 1;

    /// <summary>Wrong command line or configuration: starting again won't help (systemd: RestartPreventExitStatus=2).</summary>
    public const int Usage = 2;
}
