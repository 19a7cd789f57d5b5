namespace MeetNet.Gateway.Tests.Lines;

/// <summary>
/// Tests that open the same port again. A process that another test starts holds a copy of every descriptor, and with it the lock of a port, from fork until exec:
/// while that is so the port is in use, as it should be. These tests run when no other does.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "Alone";
}
