namespace MeetNet.Devices.Payloads;

/// <summary>Limits of the network.</summary>
internal static class LoRaWan
{
    /// <summary>The longest application payload (RP002-1.0.4, EU868, DR4 and above).</summary>
    public const int MaxPayload = 242;
}
