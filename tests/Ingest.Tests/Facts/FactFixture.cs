using MeetNet.Ingest.Facts;
using MeetNet.Ingest.Intake;
using MeetNet.Mqtt;
using MeetNet.Sqlite;
using MeetNet.TestKit;

namespace MeetNet.Ingest.Tests.Facts;

/// <summary>A log on a disk of its own, committed to directly.</summary>
internal sealed class FactFixture : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private FactTransaction? _transaction;

    public FactFixture() => Log = new FactLog(Path);

    public string Path => _folder.File(FactSchema.FileName);

    public FactLog Log { get; }

    public RejectLimits Rejects { get; init; } = new();

    public FactTransaction Transaction
    {
        get
        {
            if (_transaction is null)
            {
                _transaction = Open();
                Log.Opened(_transaction.Head, _transaction.Observations);
            }
            return _transaction;
        }
    }

    public FactTransaction Open() => FactTransaction.Open(Path, SqliteSynchronous.Full, Rejects);

    /// <summary>Commits as the writer does; returns what each outbox would be told.</summary>
    public long Commit(params Arrival[] arrivals)
    {
        Transaction.Commit(arrivals);
        Log.Committed(Transaction.Facts);
        return Transaction.ToTell.Count == 0 ? -1 : Transaction.ToTell.Last().Acknowledged;
    }

    /// <summary>What a crash leaves: the connection goes, memory goes.</summary>
    public void Reopen()
    {
        _transaction?.Dispose();
        _transaction = null;
        _ = Transaction;
    }

    public OutboxLedger Ledger(string epoch) => Log.Read(SequenceLedger.ReadAll).Single(outbox => outbox.Epoch == epoch);

    public long Total(IntakeTotal total) => Log.Read(IntakeTotals.ReadAll)[total];

    public long Scalar(string sql) => Log.Read(file => file.Scalar(sql));

    public void Dispose()
    {
        Log.Dispose();
        _transaction?.Dispose();
        _folder.Dispose();
    }
}

/// <summary>Remembers what would have been said to the broker and the gateways.</summary>
internal sealed class RecordedReplies : IIntakeReplies
{
    private readonly Lock _lock = new();
    private readonly List<MqttMessage> _accepted = [];
    private readonly Dictionary<string, long> _told = [];

    public IReadOnlyList<MqttMessage> Accepted
    {
        get
        {
            lock (_lock)
            {
                return [.. _accepted];
            }
        }
    }

    public long Told(string epoch)
    {
        lock (_lock)
        {
            return _told.GetValueOrDefault(epoch, -1);
        }
    }

    public void Accept(MqttMessage message)
    {
        lock (_lock)
        {
            _accepted.Add(message);
        }
    }

    public void Tell(string owner, string station, string epoch, long acknowledged)
    {
        lock (_lock)
        {
            _told[epoch] = acknowledged;
        }
    }
}
