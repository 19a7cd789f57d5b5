using MeetNet.Sqlite;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Linked;

public sealed class SqliteFileTests : IDisposable
{
    private static readonly SqliteOptions Options = new()
    {
        ApplicationId = 0x54455354,
        Version = 1,
        Migrate = (file, _) => file.Execute("CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT UNIQUE, real REAL, bytes BLOB)"),
    };

    private readonly TemporaryFolder _folder = new();

    private string Path => _folder.File("test.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_systems_library_is_bound_and_new_enough() =>
        Assert.Matches(@"^SQLite 3\.\d+\.\d+ \(20\d\d-", SystemSqlite.Use());

    [Fact]
    public void Values_come_back_as_they_were_bound()
    {
        using var file = SqliteFile.OpenWriter(Path, Options);
        using var insert = file.Prepare("INSERT INTO t (id, text, real, bytes) VALUES (?1,?2,?3,?4)");
        var longText = new string('é', 500);
        insert.Bind(1, long.MaxValue).Bind(2, "Kalmthoutse Heide µg/m³").Bind(3, Math.PI).Bind(4, new byte[] { 0, 1, 255 }).Run();
        insert.Bind(1, 2).Bind(2, "").Bind(3, (double?)null).Bind(4, ReadOnlySpan<byte>.Empty).Run();
        insert.Bind(1, 3).Bind(2, (string?)null).Bind(3, 0.1).BindNull(4).Run();
        insert.Bind(1, 4).Bind(2, longText).Bind(3, -0.0).BindText(4, "text"u8).Run();

        using var select = file.Prepare("SELECT id, text, real, bytes FROM t ORDER BY id");
        Assert.True(select.Step());
        Assert.Equal((2, "", null, 0, false), (select.Int64(0), select.Text(1), select.DoubleOrNull(2), select.Bytes(3).Length, select.IsNull(3)));
        Assert.False(select.IsNull(1));
        Assert.True(select.Step());
        Assert.Equal((3, null, 0.1, true), (select.Int32(0), select.TextOrNull(1), select.Double(2), select.IsNull(3)));
        Assert.True(select.Step());
        Assert.Equal((longText, "text"), (select.Text(1), select.Text(3)));
        Assert.True(select.Step());
        Assert.Equal((long.MaxValue, "Kalmthoutse Heide µg/m³", Math.PI), (select.Int64(0), select.Text(1), select.Double(2)));
        Assert.Equal([0, 1, 255], select.Bytes(3).ToArray());
        Assert.False(select.Step());
        Assert.True(select.Step());
        select.Reset();
        Assert.Equal(4, file.Scalar("SELECT count(*) FROM t"));
        Assert.Null(file.ScalarText("SELECT text FROM t WHERE id=3"));
        Assert.Equal(0, file.Scalar("SELECT id FROM t WHERE id=99"));
    }

    [Fact]
    public void The_file_is_set_as_the_rules_say()
    {
        using var file = SqliteFile.OpenWriter(Path, Options);
        Assert.True(file.IsNew);
        Assert.False(file.StoppedUncleanly);
        Assert.Equal("wal", file.ScalarText("PRAGMA journal_mode"));
        Assert.Equal(
            [2, 1, 1, 0, 0, 4 << 20, 5000, 0x54455354, 1],
            new[] { "synchronous", "foreign_keys", "cell_size_check", "trusted_schema", "secure_delete", "journal_size_limit", "busy_timeout", "application_id", "user_version" }
                .Select(p => file.Scalar("PRAGMA " + p)));
        using var lax = SqliteFile.OpenWriter(_folder.File("lax.db"), Options with { Synchronous = SqliteSynchronous.Normal });
        Assert.Equal(1, lax.Scalar("PRAGMA synchronous"));
        if (OperatingSystem.IsLinux())
        {
            file.Execute("INSERT INTO t (id) VALUES (1)");
            var files = Directory.GetFiles(_folder.Path, "test.db*");
            Assert.Equal(3, files.Length);
            foreach (var one in files)
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(one));
            }
        }
    }

    [Fact]
    public void What_throws_in_a_transaction_leaves_no_trace_and_a_usable_connection()
    {
        using var file = SqliteFile.OpenWriter(Path, Options);
        using var insert = file.Prepare("INSERT INTO t (id, text) VALUES (?1, ?2)");
        var fault = Assert.Throws<SqliteFault>(() => file.Write(() =>
        {
            insert.Bind(1, 1).Bind(2, "a").Run();
            insert.Bind(1, 2).Bind(2, "a").Run();
        }));
        Assert.Equal(SqliteFaultKind.Constraint, fault.Kind);
        Assert.Contains("UNIQUE", fault.Message, StringComparison.Ordinal);
        Assert.False(file.InTransaction);
        Assert.Equal(0, file.Scalar("SELECT count(*) FROM t"));

        file.Write(() => insert.Bind(1, 3).Bind(2, "a").Run());
        Assert.Equal(1, file.Scalar("SELECT count(*) FROM t"));
    }

    [Fact]
    public void A_commit_that_fails_is_rolled_back_and_the_connection_goes_on()
    {
        using var file = SqliteFile.OpenWriter(Path, Options);
        file.Execute("CREATE TABLE child (parent INTEGER REFERENCES t(id) DEFERRABLE INITIALLY DEFERRED)");
        file.Begin();
        file.Execute("INSERT INTO child VALUES (42)");
        Assert.True(file.InTransaction);

        // A deferred foreign key is checked by COMMIT itself, which fails and leaves the transaction open.
        Assert.Equal(SqliteFaultKind.Constraint, Assert.Throws<SqliteFault>(file.Commit).Kind);

        Assert.False(file.InTransaction);
        file.Write(() => file.Execute("INSERT INTO t (id) VALUES (1)"));
        Assert.Equal(0, file.Scalar("SELECT count(*) FROM child"));
    }

    [Fact]
    public void A_full_file_is_said_as_such_and_costs_nothing_else()
    {
        using var file = SqliteFile.OpenWriter(Path, Options);
        file.Scalar("PRAGMA max_page_count=10");
        var fault = Assert.Throws<SqliteFault>(() => file.Write(() =>
            file.Execute("INSERT INTO t (bytes) WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM n WHERE i<100) SELECT zeroblob(1000) FROM n")));
        Assert.Equal(SqliteFaultKind.DiskFull, fault.Kind);
        file.Scalar("PRAGMA max_page_count=1000000");
        file.Write(() => file.Execute("INSERT INTO t (id) VALUES (1)"));
        Assert.Equal(1, file.Scalar("SELECT count(*) FROM t"));
    }

    [Fact]
    public void A_reader_reads_beside_the_writer_and_can_not_write()
    {
        using var writer = SqliteFile.OpenWriter(Path, Options);
        writer.Execute("INSERT INTO t (id) VALUES (1)");
        using var reader = SqliteFile.OpenReader(Path);
        Assert.Equal(1, reader.Scalar("SELECT count(*) FROM t"));
        writer.Begin();
        writer.Execute("INSERT INTO t (id) VALUES (2)");
        Assert.Equal(1, reader.Scalar("SELECT count(*) FROM t"));
        writer.Commit();
        Assert.Equal(2, reader.Scalar("SELECT count(*) FROM t"));
        Assert.Equal(SqliteFaultKind.ReadOnly, Assert.Throws<SqliteFault>(() => reader.Execute("INSERT INTO t (id) VALUES (3)")).Kind);
    }

    [Fact]
    public void A_second_writer_waits_and_then_is_told()
    {
        using var first = SqliteFile.OpenWriter(Path, Options);
        using var second = SqliteFile.OpenWriter(Path, Options with { BusyTimeout = TimeSpan.FromMilliseconds(1) });
        first.Begin();
        Assert.Equal(SqliteFaultKind.Busy, Assert.Throws<SqliteFault>(second.Begin).Kind);
        first.Rollback();
        second.Begin();
    }

    [Fact]
    public void Files_of_others_newer_ones_and_damaged_ones_are_told_apart()
    {
        using (var file = SqliteFile.OpenWriter(Path, Options))
        {
        }
        Assert.Equal(SqliteFaultKind.Foreign, Assert.Throws<SqliteFault>(() => SqliteFile.OpenWriter(Path, Options with { ApplicationId = 1 })).Kind);
        using (var newer = SqliteFile.OpenWriter(Path, Options with { Version = 2, Migrate = (_, from) => Assert.Equal(1, from) }))
        {
        }
        Assert.Contains("newer version", Assert.Throws<SqliteFault>(() => SqliteFile.OpenWriter(Path, Options)).Message, StringComparison.Ordinal);
        File.WriteAllText(Path, new string('?', 5000));
        Assert.Equal(SqliteFaultKind.Corrupt, Assert.Throws<SqliteFault>(() => SqliteFile.OpenWriter(Path, Options)).Kind);
        Assert.Equal(SqliteFaultKind.CannotOpen, Assert.Throws<SqliteFault>(() => SqliteFile.OpenWriter(_folder.File("no/such/folder.db"), Options)).Kind);
        Assert.Equal(SqliteFaultKind.CannotOpen, Assert.Throws<SqliteFault>(() => SqliteFile.OpenReader(_folder.File("none.db"))).Kind);
    }

    [Fact]
    public void A_migration_that_fails_changes_nothing()
    {
        using (var file = SqliteFile.OpenWriter(Path, Options))
        {
            file.Execute("INSERT INTO t (id) VALUES (1)");
        }
        var half = Options with { Version = 2, Migrate = (file, _) => file.Execute("DELETE FROM t; CREATE TABLE t (x)") };
        Assert.Throws<SqliteFault>(() => SqliteFile.OpenWriter(Path, half));
        using var again = SqliteFile.OpenWriter(Path, Options);
        Assert.Equal(1, again.Scalar("SELECT count(*) FROM t"));
    }

    [Fact]
    public void After_an_unclean_stop_the_file_is_checked()
    {
        using (var file = SqliteFile.OpenWriter(Path, Options))
        {
            file.Execute("INSERT INTO t (bytes) WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM n WHERE i<100) SELECT randomblob(1000) FROM n");
            Assert.True(file.Checkpoint());
            file.Execute("INSERT INTO t (id) VALUES (1000)");
            file.KeepLogOnClose();
        }
        using (var file = SqliteFile.OpenWriter(Path, Options))
        {
            Assert.True(file.StoppedUncleanly);
            Assert.Equal(101, file.Scalar("SELECT count(*) FROM t"));
            file.KeepLogOnClose();
        }
        using (var raw = new FileStream(Path, FileMode.Open))
        {
            raw.Position = 4096 * 5;
            raw.Write(new byte[4096]);
        }
        Assert.Equal(SqliteFaultKind.Corrupt, Assert.Throws<SqliteFault>(() => SqliteFile.OpenWriter(Path, Options)).Kind);
        using var unchecked_ = SqliteFile.OpenWriter(Path, Options with { CheckAfterUncleanStop = false });
        Assert.Throws<SqliteFault>(unchecked_.QuickCheck);
    }

    [Fact]
    public void A_running_statement_can_be_interrupted()
    {
        using var file = SqliteFile.OpenWriter(Path, Options);
        using var endless = file.Prepare("WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM n) SELECT i FROM n");
        Assert.True(endless.Step());
        file.Interrupt();
        Assert.Equal(SqliteFaultKind.Interrupted, Assert.Throws<SqliteFault>(() => endless.Step()).Kind);
    }
}
