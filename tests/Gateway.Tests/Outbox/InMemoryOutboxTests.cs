using MeetNet.Gateway.Outbox;

namespace MeetNet.Gateway.Tests.Outbox;

public sealed class InMemoryOutboxTests : OutboxContract
{
    private protected override IOutbox Open(OutboxOptions options) => new InMemoryOutbox(options, Time);
}
