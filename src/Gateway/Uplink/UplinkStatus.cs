namespace MeetNet.Gateway.Uplink;

/// <summary>How the way to one hub is, for health, metrics and the books.</summary>
/// <param name="Hub">The hub's name.</param>
/// <param name="Connected">Whether there is a connection to its broker.</param>
/// <param name="Since">When that began.</param>
/// <param name="Message">What is wrong, for a person; null when nothing is.</param>
/// <param name="Acknowledged">Highest sequence the hub has acknowledged end to end.</param>
/// <param name="Sent">Highest sequence sent since the last rewind.</param>
/// <param name="InFlight">Batches whose PUBACK is outstanding.</param>
/// <param name="Batches">Batches published, repeats included.</param>
/// <param name="Rows">Rows published, repeats included.</param>
/// <param name="Refused">Batches that the broker refused.</param>
/// <param name="Acknowledgements">Acknowledgements of the hub that were understood.</param>
/// <param name="Resends">Times that the hub made no progress and it all went again from the cursor.</param>
internal sealed record UplinkStatus(
    string Hub, bool Connected, DateTimeOffset Since, string? Message, long Acknowledged, long Sent, int InFlight, long Batches, long Rows, long Refused,
    long Acknowledgements, long Resends);
