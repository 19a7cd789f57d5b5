using System.Text.Json;
using MeetNet.Devices.Decoding;

namespace MeetNet.Devices.Drivers;

/// <summary>
/// The Things Stack v3 (lorawan-stack, pkg/applicationserver/io/formatters; <c>ttn.lorawan.v3.ApplicationUp</c>). Zero and empty members are left out: a
/// missing f_port is 0, a missing f_cnt is 0. Events and webhooks may wrap a message in <c>data</c>, the Storage Integration in <c>result</c>.
/// </summary>
internal sealed class TheThingsStackEnvelope : ILoRaWanEnvelope
{
    private static readonly JsonPointer Result = JsonPointer.Of("/result");
    private static readonly JsonPointer Data = JsonPointer.Of("/data");
    private static readonly JsonPointer Ids = JsonPointer.Of("/end_device_ids");
    private static readonly JsonPointer DeviceId = JsonPointer.Of("/end_device_ids/device_id");
    private static readonly JsonPointer DevEui = JsonPointer.Of("/end_device_ids/dev_eui");
    private static readonly JsonPointer Simulated = JsonPointer.Of("/simulated");
    private static readonly JsonPointer Uplink = JsonPointer.Of("/uplink_message");
    private static readonly JsonPointer ReceivedAt = JsonPointer.Of("/received_at");
    private static readonly JsonPointer FPort = JsonPointer.Of("/f_port");
    private static readonly JsonPointer FCnt = JsonPointer.Of("/f_cnt");
    private static readonly JsonPointer FrmPayload = JsonPointer.Of("/frm_payload");
    private static readonly JsonPointer DecodedPayload = JsonPointer.Of("/decoded_payload");
    private static readonly JsonPointer Gateways = JsonPointer.Of("/rx_metadata");
    private static readonly JsonPointer SatelliteTime = JsonPointer.Of("/gps_time");

    /// <summary>What else the server says of a device.</summary>
    private static readonly (JsonPointer Member, string Reason)[] Others =
    [
        (JsonPointer.Of("/join_accept"), "join"),
        (JsonPointer.Of("/downlink_ack"), "downlink"),
        (JsonPointer.Of("/downlink_nack"), "downlink"),
        (JsonPointer.Of("/downlink_sent"), "downlink"),
        (JsonPointer.Of("/downlink_failed"), "downlink"),
        (JsonPointer.Of("/downlink_queued"), "downlink"),
        (JsonPointer.Of("/downlink_queue_invalidated"), "downlink"),
        (JsonPointer.Of("/location_solved"), "location"),
        (JsonPointer.Of("/service_data"), "service-data"),
        (JsonPointer.Of("/uplink_normalized"), "normalized-copy"),
    ];

    public string Name => "the-things-stack";

    public bool Is(ReadOnlySpan<byte> message) => EnvelopeMembers.Has(Ids, Unwrapped(message));

    public string? Read(ReadOnlySpan<byte> message, ReadOnlySpan<byte> device, string? topic, out LoRaWanUplink uplink)
    {
        uplink = default;
        message = Unwrapped(message);
        if (!Names(DeviceId, message, device) && !Names(DevEui, message, device))
        {
            return "other-device";
        }

        if (!EnvelopeMembers.TryObject(Uplink, message, out var own))
        {
            return Reason(message);
        }

        if (Simulated.TryFind(message, out var kind, out _) && kind == JsonTokenType.True)
        {
            // Made in the console, not measured.
            return "simulated-uplink";
        }

        if (!EnvelopeMembers.TryWhole(FPort, own, out var port) || !EnvelopeMembers.TryWhole(FCnt, own, out var counter))
        {
            return "bad-envelope";
        }

        EnvelopeMembers.TryText(FrmPayload, own, out var payload);
        EnvelopeMembers.TryObject(DecodedPayload, own, out var decoded);
        uplink = new LoRaWanUplink { Port = port, Counter = counter, Payload = payload, Decoded = decoded, Time = Time(message, own) };
        return null;
    }

    private static bool Names(JsonPointer pointer, ReadOnlySpan<byte> message, ReadOnlySpan<byte> device) =>
        EnvelopeMembers.TryText(pointer, message, out var text) && EnvelopeMembers.Same(text, device);

    private static string Reason(ReadOnlySpan<byte> message)
    {
        foreach (var (member, reason) in Others)
        {
            if (EnvelopeMembers.Has(member, message))
            {
                return reason;
            }
        }

        return "not-an-uplink";
    }

    private static ReadOnlySpan<byte> Unwrapped(ReadOnlySpan<byte> message)
    {
        if (EnvelopeMembers.Has(Ids, message))
        {
            return message;
        }

        return EnvelopeMembers.TryObject(Result, message, out var inner) || EnvelopeMembers.TryObject(Data, message, out inner) ? inner : message;
    }

    private static DateTimeOffset? Time(ReadOnlySpan<byte> message, ReadOnlySpan<byte> uplink)
    {
        var satellite = Gateways.TryFind(uplink, out var kind, out var gateways) && kind == JsonTokenType.StartArray
            ? EnvelopeMembers.Earliest(gateways, SatelliteTime, null)
            : null;
        return LoRaWanTime.Best(satellite, EnvelopeMembers.Instant(ReceivedAt, uplink), EnvelopeMembers.Instant(ReceivedAt, message));
    }
}
