using MeetNet.Gateway.Outbox;
using MeetNet.Sqlite;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Outbox;

public sealed class SqliteOutboxTests : OutboxContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<OutboxNotice> _notices = [];
    private int _files;

    private protected override IOutbox Open(OutboxOptions options) => SqliteOutbox.Open(
        options with { Path = _folder.File($"outbox-{_files++}.db"), BallastBytes = 4096, Synchronous = SqliteSynchronous.Off }, Time, _notices.Add, () => long.MaxValue);

    public void Dispose() => _folder.Dispose();
}
