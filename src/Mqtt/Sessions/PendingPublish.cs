namespace MeetNet.Mqtt.Sessions;

/// <summary>Where a publish is.</summary>
internal enum PublishStage
{
    /// <summary>Not written on any connection of this session.</summary>
    Waiting,

    /// <summary>Written; QoS 1 awaits its PUBACK, QoS 2 its PUBREC, QoS 0 the end of the write.</summary>
    InFlight,

    /// <summary>QoS 2: PUBREC is in, PUBREL is due or written, PUBCOMP is awaited.</summary>
    Released,

    /// <summary>Completed, failed or withdrawn.</summary>
    Done,
}

/// <summary>One message on its way out. A node of the list it is in, so that leaving it costs the same from anywhere.</summary>
internal sealed class PendingPublish
{
    public required string Topic { get; init; }

    /// <summary>The caller's memory until nobody waits any more.</summary>
    public required ReadOnlyMemory<byte> Payload { get; set; }

    public required MqttQualityOfService QualityOfService { get; init; }

    public required bool Retain { get; init; }

    public required MqttProperties Properties { get; init; }

    public PublishStage Stage { get; set; }

    /// <summary>Its name in the session store; 0 for none.</summary>
    public long Serial { get; set; }

    /// <summary>0 until it is first written, and for QoS 0.</summary>
    public ushort PacketId { get; set; }

    /// <summary>Number of the connection its PUBLISH was last written on; 0 for none of this session, -1 for one of an earlier process.</summary>
    public long WrittenOn { get; set; }

    /// <summary>Number of the connection its PUBREL was last written on; 0 for none.</summary>
    public long ReleasedOn { get; set; }

    /// <summary>Time stamp of the last write of either.</summary>
    public long WrittenAt { get; set; }

    /// <summary>What PUBREC said.</summary>
    public MqttReasonCode Received { get; set; }

    public PendingPublish? Previous { get; set; }

    public PendingPublish? Next { get; set; }

    /// <summary>One of an earlier process, in no list yet.</summary>
    public static PendingPublish Of(MqttStoredPublish stored) => new()
    {
        Topic = stored.Topic,
        Payload = stored.Payload,
        QualityOfService = stored.QualityOfService,
        Retain = stored.Retain,
        Properties = stored.Properties,
        Serial = stored.Serial,
        PacketId = stored.PacketId,
        WrittenOn = stored.PacketId == 0 ? 0 : -1,
    };

    /// <summary>Ends with the result or the failure. Continuations run elsewhere, so it may be ended within a lock.</summary>
    public TaskCompletionSource<MqttPublishResult> Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>Publishes in the order of the calls.</summary>
internal sealed class PublishList
{
    public PendingPublish? First { get; private set; }

    public PendingPublish? Last { get; private set; }

    public int Count { get; private set; }

    public void AddLast(PendingPublish item)
    {
        item.Previous = Last;
        item.Next = null;
        if (Last is null)
        {
            First = item;
        }
        else
        {
            Last.Next = item;
        }

        Last = item;
        Count++;
    }

    public void AddFirst(PendingPublish item)
    {
        item.Previous = null;
        item.Next = First;
        if (First is null)
        {
            Last = item;
        }
        else
        {
            First.Previous = item;
        }

        First = item;
        Count++;
    }

    /// <summary>Takes out an item of this list.</summary>
    public void Remove(PendingPublish item)
    {
        if (item.Previous is null)
        {
            First = item.Next;
        }
        else
        {
            item.Previous.Next = item.Next;
        }

        if (item.Next is null)
        {
            Last = item.Previous;
        }
        else
        {
            item.Next.Previous = item.Previous;
        }

        item.Previous = null;
        item.Next = null;
        Count--;
    }
}
