using MeetNet.Observations.Wire;
using MeetNet.Sqlite;

namespace MeetNet.Ingest.Intake;

/// <summary>What is known of each station beside its observations: the announcement logged last, and whether its gateway is connected. Belongs to the writer's loop.</summary>
internal sealed class StationTable(SqliteFile file)
{
    private readonly SqliteStatement _announced = file.Prepare("SELECT announced_digest FROM stations WHERE owner = ?1 AND station = ?2");

    private readonly SqliteStatement _announce = file.Prepare("""
        INSERT INTO stations(owner, station, announced_position, announced_digest) VALUES(?1, ?2, ?3, ?4)
        ON CONFLICT(owner, station) DO UPDATE SET announced_position = ?3, announced_digest = ?4
        """);

    private readonly SqliteStatement _state = file.Prepare("""
        INSERT INTO stations(owner, station, state, state_at, state_received) VALUES(?1, ?2, ?3, ?4, ?5)
        ON CONFLICT(owner, station) DO UPDATE SET state = ?3, state_at = ?4, state_received = ?5
        """);

    /// <summary>Whether the station said the same the last time.</summary>
    public bool IsAnnounced(string owner, string station, ReadOnlySpan<byte> digest)
    {
        _announced.Bind(1, owner).Bind(2, station);
        try
        {
            return _announced.Step() && !_announced.IsNull(0) && _announced.Bytes(0).SequenceEqual(digest);
        }
        finally
        {
            _announced.Reset();
        }
    }

    public void Announce(string owner, string station, long position, ReadOnlySpan<byte> digest) =>
        _announce.Bind(1, owner).Bind(2, station).Bind(3, position).Bind(4, digest).Run();

    public void SetState(StationState state, DateTimeOffset received) =>
        _state.Bind(1, state.Owner).Bind(2, state.Station).Bind(3, state.IsOnline ? "online" : "offline").Bind(4, state.At.Ticks).Bind(5, received.Ticks).Run();
}
