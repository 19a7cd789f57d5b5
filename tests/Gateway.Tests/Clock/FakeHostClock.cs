using MeetNet.Gateway.Clock;

namespace MeetNet.Gateway.Tests.Clock;

/// <summary>A machine whose boot and synchronisation the test decides.</summary>
internal sealed class FakeHostClock(string boot = "boot-1") : IHostClock
{
    public string BootId { get; } = boot;

    public bool? IsSynchronised { get; set; } = false;
}
