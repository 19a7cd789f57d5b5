namespace MeetNet.Mqtt.Connections;

/// <summary>
/// What the loops count. Each field has one writer at a time; readers see a recent value.
/// </summary>
internal sealed class CounterSet
{
    public readonly PacketTraffic Sent = new();
    public readonly PacketTraffic Received = new();
    public long Connections;
    public long ConnectionAttempts;
    public long BytesReceived;
    public long Writes;
    public long Reads;
    public long UnknownAcknowledgements;
    public long MessagesReceived;
    public long MessagesReceivedQoS0;
    public long MessagesRepeated;
    public long MessagesRejected;
    public long MessagesUnmatched;
    public long AcknowledgementsIgnored;
    public long ReceiveMaximumExceeded;
    public long ReceivePauses;
}
