namespace MeetNet.Mqtt.Connections;

/// <summary>
/// What the loops count. Each field has one writer at a time; readers see a recent value.
/// </summary>
internal sealed class CounterSet
{
    public long Connections;
    public long ConnectionAttempts;
    public long BytesSent;
    public long BytesReceived;
    public long Writes;
    public long Reads;
    public long ConnectPacketsSent;
    public long PacketsReceived;
    public long UnknownAcknowledgements;
    public long MessagesReceived;
    public long DuplicatesReceived;
    public long MessagesUnmatched;
    public long AcknowledgementsIgnored;
    public long ReceiveMaximumExceeded;
    public long ReceivePauses;
}
