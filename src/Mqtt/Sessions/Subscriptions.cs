using MeetNet.Mqtt.Protocol;

namespace MeetNet.Mqtt.Sessions;

/// <summary>
/// The filters that this client is subscribed to, and the SUBSCRIBE and UNSUBSCRIBE packets under way. The filters are subscribed to on
/// every connection, also where the server has the session: a broker that was killed comes back with the sessions of its last snapshot, and
/// the subscriptions may have come after it (seen with Mosquitto 2.0.11); the client would be connected and hear nothing for ever. Pure.
/// </summary>
internal sealed class Subscriptions
{
    /// <summary>Requests that may wait or be unacknowledged at once.</summary>
    public const int MaximumPending = 1024;

    /// <summary>Topics whose <see cref="Covers"/> is remembered.</summary>
    private const int TopicsRemembered = 4096;

    /// <summary>Filters that ended and are remembered, at least while their last messages may be under way.</summary>
    private const int FiltersRemembered = 4096;

    /// <summary>Longest topic that is; a server that is after the memory makes them 65,535.</summary>
    private const int LongestRemembered = 512;

    private readonly MqttVersion _version;
    private readonly PacketIdentifiers _identifiers;
    private readonly OrderedDictionary<string, MqttSubscription> _held = [];
    private readonly List<SubscriptionRequest> _waiting = [];
    private readonly List<SubscriptionRequest> _written = []; // In the order of writing.
    private readonly HashSet<string> _asked = []; // Every filter there is, and those that were lately.
    private readonly Dictionary<string, bool> _covered = new(StringComparer.Ordinal);
    private MqttServerLimits? _limits;
    private int _opening;

    public Subscriptions(MqttVersion version, PacketIdentifiers identifiers, IReadOnlyList<MqttSubscription> held)
    {
        _version = version;
        _identifiers = identifiers;
        foreach (var filter in held)
        {
            _held[filter.Filter] = filter;
            _asked.Add(filter.Filter);
        }
    }

    /// <summary>What the next connection subscribes to.</summary>
    public IReadOnlyCollection<MqttSubscription> Held => _held.Values;

    /// <summary>The connection's first subscriptions are not all granted yet.</summary>
    public bool IsOpening => _opening > 0;

    /// <summary>What is remembered for <see cref="Covers"/>: filters and topics.</summary>
    public (int Filters, int Topics) Remembered => (_asked.Count, _covered.Count);

    /// <summary>Since when the oldest packet awaits its acknowledgement; null when none does.</summary>
    public long? AwaitingSince => _written.Count > 0 ? _written[0].WrittenAt : null;

    /// <summary>
    /// A connection is open: everything held is to be subscribed to, in as many packets as the identifiers and the server's Maximum Packet
    /// Size ask for. Says why if the server can't take it.
    /// </summary>
    public ReadStatus Open(MqttServerLimits limits)
    {
        _limits = limits;
        foreach (var group in _held.Values.GroupBy(filter => filter.Identifier))
        {
            var status = Prepare([.. group], PropertiesOf(group.Key));
            if (!status.IsOk)
            {
                return status;
            }
        }

        return ReadStatus.Ok;
    }

    /// <summary>The connection is gone; what was under way fails, what was granted stays held.</summary>
    public void Lose(Func<MqttException> failure)
    {
        foreach (var request in _written)
        {
            _identifiers.Release(request.PacketId);
        }

        foreach (var request in _written.Concat(_waiting).Where(request => !request.Opening))
        {
            request.Completion.TrySetException(failure());
        }

        _written.Clear();
        _waiting.Clear();
        _opening = 0;
    }

    /// <summary>Takes a request in while a connection is open. Not <see cref="ReadStatus.Ok"/> when the server would not take it; then nothing is sent.</summary>
    public ReadStatus Enqueue(SubscriptionRequest request)
    {
        if (_waiting.Count + _written.Count >= MaximumPending)
        {
            return new ReadStatus(MqttReasonCode.QuotaExceeded, $"{MaximumPending} subscribe requests are pending");
        }

        var status = Refusal(request);
        if (status.IsOk)
        {
            _waiting.Add(request);
            if (_asked.Count > _held.Count + FiltersRemembered)
            {
                _asked.Clear(); // A reply topic for each call, say.
                _asked.UnionWith(_held.Keys);
                _asked.UnionWith(_waiting.Concat(_written).SelectMany(other => other.Wanted).Select(filter => filter.Filter));
            }

            _asked.UnionWith(request.Wanted.Select(filter => filter.Filter));
            _covered.Clear();
        }

        return status;
    }

    /// <summary>
    /// Whether this client ever asked for messages on this topic. Also by a filter that is not granted yet or has been ended, since messages
    /// may come before the one and after the other.
    /// </summary>
    public bool Covers(string topic) => _covered.TryGetValue(topic, out var covered) ? covered : FindCover(topic);

    /// <summary>Takes back a request that was not written yet; false when it is too late.</summary>
    public bool Withdraw(SubscriptionRequest request) => _waiting.Remove(request);

    /// <summary>Writes what waits, until <paramref name="output"/> holds <paramref name="target"/> bytes or no packet identifier is free. Says how many.</summary>
    public int Fill(PacketBuffer output, int target, long now)
    {
        var count = 0;
        while (count < _waiting.Count && output.Length < target && _identifiers.TryTake(out var id))
        {
            var request = _waiting[count++];
            request.PacketId = id;
            request.WrittenAt = now;
            request.Write(output, _version);
            _written.Add(request);
        }

        _waiting.RemoveRange(0, count);
        return count;
    }

    /// <summary>SUBACK or UNSUBACK: one code per filter in their order, or a fault.</summary>
    /// <param name="type">Which of them.</param>
    /// <param name="answer">As read.</param>
    /// <param name="refused">The first filter of the connection's first subscriptions that was refused, and why; null when none was.</param>
    public ReadStatus Acknowledged(PacketType type, in SubackPacket answer, out (MqttSubscription Filter, MqttReasonCode Reason)? refused)
    {
        refused = null;
        var id = answer.PacketId;
        var index = _written.FindIndex(written => written.PacketId == id && written.Answer == type);
        if (index < 0)
        {
            return ReadStatus.ProtocolError($"{type} with the packet identifier of no request [MQTT-2.2.1-6]");
        }

        var request = _written[index];
        var codes = answer.ReasonCodes;
        if (type == PacketType.Unsuback && _version == MqttVersion.V311)
        {
            codes = new MqttReasonCode[request.Count]; // It has none; 0 is success.
        }

        if (codes.Count != request.Count)
        {
            return ReadStatus.ProtocolError($"{type} without exactly one reason code per filter [MQTT-3.8.4-6, 3.9.3-1, 3.11.3-1]");
        }

        _written.RemoveAt(index);
        _identifiers.Release(id);
        Keep(request, codes);
        if (request.Opening)
        {
            _opening--;
            var first = codes.ToList().FindIndex(code => code.IsFailure());
            refused = first < 0 ? null : (request.Wanted[first], codes[first]);
        }

        request.Completion.TrySetResult(new MqttSubscribeResult(codes, answer.Properties));
        return ReadStatus.Ok;
    }

    /// <summary>One SUBSCRIBE carries one identifier for all its filters (§3.8.2.1.2).</summary>
    private static MqttProperties PropertiesOf(uint? identifier) =>
        identifier is { } number ? new MqttProperties(MqttProperty.Of(MqttPropertyId.SubscriptionIdentifier, number)) : MqttProperties.Empty;

    private bool FindCover(string topic)
    {
        var covered = _asked.Contains(topic) || _asked.Any(filter => MqttTopics.Matches(filter, topic));
        if (topic.Length > LongestRemembered)
        {
            return covered;
        }

        if (_covered.Count >= TopicsRemembered)
        {
            _covered.Clear();
        }

        return _covered[topic] = covered;
    }

    private ReadStatus Prepare(MqttSubscription[] filters, MqttProperties properties)
    {
        var request = SubscriptionRequest.Subscribe(filters, properties, opening: true);
        var status = Refusal(request);
        if (status.Code == MqttReasonCode.PacketTooLarge && filters.Length > 1)
        {
            var half = filters.Length / 2;
            var first = Prepare(filters[..half], properties);
            return first.IsOk ? Prepare(filters[half..], properties) : first;
        }

        if (status.IsOk)
        {
            _opening++;
            _waiting.Add(request);
        }

        return status;
    }

    private void Keep(SubscriptionRequest request, IReadOnlyList<MqttReasonCode> codes)
    {
        for (var i = 0; i < request.Count; i++)
        {
            if (codes[i].IsFailure())
            {
                continue;
            }

            if (request.Unwanted.Count > 0)
            {
                _held.Remove(request.Unwanted[i]);
            }
            else
            {
                _held[request.Wanted[i].Filter] = request.Wanted[i];
            }
        }
    }

    /// <summary>Server limits: [MQTT-3.2.2-15] size, and the three that CONNACK may say are not available (§3.2.2.3.11 to 13).</summary>
    private ReadStatus Refusal(SubscriptionRequest request)
    {
        var limits = _limits!;
        foreach (var filter in request.Wanted)
        {
            if (filter.IsShared && !limits.SharedSubscriptionAvailable)
            {
                return new ReadStatus(MqttReasonCode.SharedSubscriptionsNotSupported, $"'{filter.Filter}': the server takes no shared subscriptions");
            }

            if (filter.HasWildcard && !limits.WildcardSubscriptionAvailable)
            {
                return new ReadStatus(MqttReasonCode.WildcardSubscriptionsNotSupported, $"'{filter.Filter}': the server takes no wildcards");
            }

            if (filter.Identifier is not null && !limits.SubscriptionIdentifierAvailable)
            {
                return new ReadStatus(
                    MqttReasonCode.SubscriptionIdentifiersNotSupported, $"'{filter.Filter}': the server takes no subscription identifiers");
            }
        }

        var length = request.Length(_version);
        return length <= limits.MaximumPacketSize ? ReadStatus.Ok : new ReadStatus(
            MqttReasonCode.PacketTooLarge, $"{length} bytes for {request.Count} filters, the server takes {limits.MaximumPacketSize}");
    }
}
