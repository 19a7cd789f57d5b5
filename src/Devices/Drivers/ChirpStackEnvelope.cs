using System.Text.Json;
using MeetNet.Devices.Decoding;

namespace MeetNet.Devices.Drivers;

/// <summary>
/// ChirpStack v4 in JSON (chirpstack-api, integration/integration.proto; documentation, "Event types"), and the names of v3 where they differ
/// (<c>devEUI</c> at the top). Which event it is stands in the topic, <c>application/{id}/device/{devEui}/event/{event}</c>, and shows in its members.
/// </summary>
internal sealed class ChirpStackEnvelope : ILoRaWanEnvelope
{
    private static readonly JsonPointer DeviceInfo = JsonPointer.Of("/deviceInfo");
    private static readonly JsonPointer DevEui = JsonPointer.Of("/deviceInfo/devEui");
    private static readonly JsonPointer OldDevEui = JsonPointer.Of("/devEUI");
    private static readonly JsonPointer FPort = JsonPointer.Of("/fPort");
    private static readonly JsonPointer FCnt = JsonPointer.Of("/fCnt");
    private static readonly JsonPointer Data = JsonPointer.Of("/data");
    private static readonly JsonPointer Decoded = JsonPointer.Of("/object");
    private static readonly JsonPointer Time = JsonPointer.Of("/time");
    private static readonly JsonPointer Gateways = JsonPointer.Of("/rxInfo");
    private static readonly JsonPointer NetworkTime = JsonPointer.Of("/nsTime");
    private static readonly JsonPointer GatewayTime = JsonPointer.Of("/gwTime");
    private static readonly JsonPointer SinceGpsEpoch = JsonPointer.Of("/timeSinceGpsEpoch");

    /// <summary>Members that only other events have.</summary>
    private static readonly (JsonPointer Member, string Reason)[] Others =
    [
        (JsonPointer.Of("/acknowledged"), "downlink"),
        (JsonPointer.Of("/downlinkId"), "downlink"),
        (JsonPointer.Of("/batteryLevel"), "device-status"),
        (JsonPointer.Of("/margin"), "device-status"),
        (JsonPointer.Of("/location"), "location"),
        (JsonPointer.Of("/description"), "network-log"),
        (JsonPointer.Of("/integrationName"), "service-data"),
    ];

    public string Name => "chirpstack";

    public bool Is(ReadOnlySpan<byte> message) => EnvelopeMembers.Has(DeviceInfo, message) || EnvelopeMembers.Has(OldDevEui, message);

    public string? Read(ReadOnlySpan<byte> message, ReadOnlySpan<byte> device, string? topic, out LoRaWanUplink uplink)
    {
        uplink = default;
        if (!(EnvelopeMembers.TryText(DevEui, message, out var eui) || EnvelopeMembers.TryText(OldDevEui, message, out eui)) || !EnvelopeMembers.Same(eui, device))
        {
            return "other-device";
        }

        EnvelopeMembers.TryText(Data, message, out var payload);
        EnvelopeMembers.TryObject(Decoded, message, out var decoded);
        if (Reason(message, topic, payload.IsEmpty && decoded.IsEmpty) is { } reason)
        {
            return reason;
        }

        if (!EnvelopeMembers.TryWhole(FPort, message, out var port) || !EnvelopeMembers.TryWhole(FCnt, message, out var counter))
        {
            return "bad-envelope";
        }

        uplink = new LoRaWanUplink { Port = port, Counter = counter, Payload = payload, Decoded = decoded, Time = BestTime(message) };
        return null;
    }

    /// <summary>Why it is not an uplink; null when it is.</summary>
    private static string? Reason(ReadOnlySpan<byte> message, string? topic, bool empty)
    {
        foreach (var (member, reason) in Others)
        {
            if (EnvelopeMembers.Has(member, message))
            {
                return reason;
            }
        }

        // A join says nothing but who the device is; so does an uplink without anything, but for its counter and gateways.
        var isJoin = topic is not null
            ? topic.EndsWith("/join", StringComparison.Ordinal)
            : empty && !EnvelopeMembers.Has(FPort, message) && !EnvelopeMembers.Has(FCnt, message) && !EnvelopeMembers.Has(Gateways, message);
        return isJoin ? "join" : null;
    }

    private static DateTimeOffset? BestTime(ReadOnlySpan<byte> message)
    {
        DateTimeOffset? satellite = null;
        DateTimeOffset? network = null;
        if (Gateways.TryFind(message, out var kind, out var gateways) && kind == JsonTokenType.StartArray)
        {
            satellite = EnvelopeMembers.Earliest(gateways, GatewayTime, SinceGpsEpoch);
            network = EnvelopeMembers.Earliest(gateways, NetworkTime, null);
        }

        return LoRaWanTime.Best(satellite, network, EnvelopeMembers.Instant(Time, message));
    }
}
