using MeetNet.Gateway.Clock;
using MeetNet.Gateway.Outbox;
using MeetNet.Gateway.Uplink;
using MeetNet.Hosting;
using MeetNet.Mqtt;

namespace MeetNet.Gateway;

/// <summary>The gateway file, read and checked (<see cref="GatewayFile"/>): which station this is, whom it serves, and its limits.</summary>
internal sealed record GatewayOptions
{
    /// <summary>The station file, absolute.</summary>
    public required string StationPath { get; init; }

    /// <summary>The folder of device profiles, absolute.</summary>
    public required string ProfilesPath { get; init; }

    /// <summary>Where <c>/healthz</c>, <c>/metrics</c> and <c>/api/books</c> are served: <c>address:port</c>. Loopback by default: there is no login.</summary>
    public string Listen { get; init; } = "127.0.0.1:8091";

    /// <summary>The hubs to deliver to, at least one.</summary>
    public required IReadOnlyList<HubOptions> Hubs { get; init; }

    /// <summary>Limits and policy of the outbox; its path and hubs are set when the gateway starts.</summary>
    public required OutboxOptions Outbox { get; init; }

    /// <summary>What makes the wall clock believed after a boot.</summary>
    public ClockRule Clock { get; init; }

    public LogOptions Log { get; init; } = new();
}

/// <summary>One hub (an ingest service) and the broker on the way to it.</summary>
internal sealed record HubOptions
{
    /// <summary>The hub's name, as in <c>down/&lt;hub&gt;/ack</c>.</summary>
    public required string Name { get; init; }

    public required BrokerOptions Broker { get; init; }

    public UplinkLimits Limits { get; init; } = new();

    /// <summary>
    /// For the crash tests only: takes the broker's PUBACK for the hub's acknowledgement. Loses data whenever a broker loses its memory, which is what the tests
    /// show with it.
    /// </summary>
    public bool ForgetAtPuback { get; init; }
}
