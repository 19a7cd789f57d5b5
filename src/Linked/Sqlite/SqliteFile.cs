using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using SQLitePCL;

namespace MeetNet.Sqlite;

/// <summary>
/// One connection to one SQLite file. Not for two threads at once: the owner holds a lock or a thread.
/// <para>Rules that keep a file whole (SQLite before 3.51.3 can damage a file when two connections write and checkpoint
/// at once): one writer connection per file makes all writes and all checkpoints; every other connection is a reader;
/// no second process.</para>
/// </summary>
internal sealed class SqliteFile : IDisposable
{
    /// <summary>SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE (sqlite.org/c3ref/c_dbconfig_defensive.html).</summary>
    private const int NoCheckpointOnClose = 1006;

    private readonly sqlite3 _db;
    private readonly HashSet<SqliteStatement> _statements = [];
    private bool _disposed;

    private SqliteFile(string path, sqlite3 db)
    {
        Path = path;
        _db = db;
    }

    public string Path { get; }

    /// <summary>The writer found a write-ahead log left behind: the last process did not stop in an orderly way.</summary>
    public bool StoppedUncleanly { get; private init; }

    /// <summary>The writer made this file.</summary>
    public bool IsNew { get; private init; }

    public bool InTransaction => raw.sqlite3_get_autocommit(_db) == 0;

    /// <summary>Rows changed by the last INSERT, UPDATE or DELETE.</summary>
    public int Changes => raw.sqlite3_changes(_db);

    /// <summary>The file's write-ahead log, present while it is open and after an unclean stop.</summary>
    public static string WalOf(string path) => path + "-wal";

    /// <summary>Opens the one writer of a file, making it (mode 0600) where it is missing and migrating it where it is older.</summary>
    /// <exception cref="SqliteFault">
    /// <see cref="SqliteFaultKind.Corrupt"/>: set the file aside. <see cref="SqliteFaultKind.Foreign"/>: not this program's
    /// file or of a newer version. Others: as their kind says.</exception>
    public static SqliteFile OpenWriter(string path, SqliteOptions options)
    {
        SystemSqlite.Use();
        var isNew = !File.Exists(path) || new FileInfo(path).Length == 0;
        var unclean = !isNew && new FileInfo(WalOf(path)) is { Exists: true, Length: > 0 };
        if (isNew)
        {
            MakePrivate(path);
        }
        var file = new SqliteFile(path, Connect(path, raw.SQLITE_OPEN_READWRITE)) { StoppedUncleanly = unclean, IsNew = isNew };
        try
        {
            file.Settle(options);
            if (unclean && options.CheckAfterUncleanStop)
            {
                file.QuickCheck();
            }
            file.CheckIdentity(options);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens a reader: it can't write and never checkpoints. The writer must have made the file.</summary>
    public static SqliteFile OpenReader(string path, TimeSpan? busyTimeout = null)
    {
        SystemSqlite.Use();
        var file = new SqliteFile(path, Connect(path, raw.SQLITE_OPEN_READONLY));
        try
        {
            raw.sqlite3_busy_timeout(file._db, (int)(busyTimeout ?? TimeSpan.FromSeconds(5)).TotalMilliseconds);
            file.Execute("PRAGMA query_only=ON; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;");
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Runs statements whose rows are not wanted.</summary>
    public void Execute(string sql)
    {
        var code = raw.sqlite3_exec(_db, sql);
        if (code != raw.SQLITE_OK)
        {
            throw Fault(code);
        }
    }

    /// <summary>The first column of the first row as an integer; 0 when there is no row or the value is NULL.</summary>
    public long Scalar(string sql)
    {
        using var statement = Prepare(sql);
        return statement.Step() ? statement.Int64(0) : 0;
    }

    /// <summary>The first column of the first row as text; null when there is no row or the value is NULL.</summary>
    public string? ScalarText(string sql)
    {
        using var statement = Prepare(sql);
        return statement.Step() ? statement.TextOrNull(0) : null;
    }

    public SqliteStatement Prepare(string sql)
    {
        var code = raw.sqlite3_prepare_v2(_db, sql, out var handle);
        if (code != raw.SQLITE_OK)
        {
            throw Fault(code);
        }
        var statement = new SqliteStatement(this, handle);
        _statements.Add(statement);
        return statement;
    }

    /// <summary>Begins a write transaction; the write lock is taken here, not at the first write.</summary>
    public void Begin() => Execute("BEGIN IMMEDIATE");

    /// <summary>Commits. When it returns (synchronous FULL) the transaction is on the disk.</summary>
    /// <exception cref="SqliteFault">Nothing was committed; the transaction is rolled back and the connection usable.</exception>
    public void Commit()
    {
        try
        {
            Execute("COMMIT");
        }
        catch (SqliteFault)
        {
            Rollback();
            throw;
        }
    }

    /// <summary>Ends the transaction without a trace; does nothing where none is open (SQLite ends it itself on some errors).</summary>
    public void Rollback()
    {
        if (InTransaction)
        {
            foreach (var statement in _statements)
            {
                statement.Reset();
            }
            // A failed ROLLBACK leaves the transaction open only when the connection is beyond use; the next Begin says so.
            _ = raw.sqlite3_exec(_db, "ROLLBACK");
        }
    }

    /// <summary>Does the work in one transaction: committed when it returns, rolled back when it throws.</summary>
    public void Write(Action work)
    {
        Begin();
        try
        {
            work();
        }
        catch
        {
            Rollback();
            throw;
        }
        Commit();
    }

    /// <summary>Copies the write-ahead log into the file and cuts it to zero where no reader is in the way. Writer only.</summary>
    /// <returns>False when a reader kept a part of the log alive: try again later.</returns>
    public bool Checkpoint()
    {
        var code = raw.sqlite3_wal_checkpoint_v2(_db, null, raw.SQLITE_CHECKPOINT_TRUNCATE, out _, out _);
        return code switch
        {
            raw.SQLITE_OK => true,
            raw.SQLITE_BUSY => false,
            _ => throw Fault(code),
        };
    }

    /// <summary>Reads every page and checks the structure (not the values: rows carry their own CRC for that).</summary>
    /// <exception cref="SqliteFault">The file is damaged.</exception>
    public void QuickCheck()
    {
        var found = ScalarText("PRAGMA quick_check(1)");
        if (found != "ok")
        {
            throw new SqliteFault(SqliteFaultKind.Corrupt, raw.SQLITE_CORRUPT, $"{Path}: {found} (found by quick_check)");
        }
    }

    /// <summary>Makes a running statement of this connection fail soon; may be called from any thread.</summary>
    public void Interrupt() => raw.sqlite3_interrupt(_db);

    /// <summary>From now on <see cref="Dispose"/> leaves the log as it is, as a crash would.</summary>
    public void KeepLogOnClose() => _ = raw.sqlite3_db_config(_db, NoCheckpointOnClose, 1, out _);

    /// <summary>Closes the connection. The last one to close copies the log into the file and removes it.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }
        _disposed = true;
        Rollback();
        foreach (var statement in _statements)
        {
            statement.Finish();
        }
        _statements.Clear();
        raw.sqlite3_close_v2(_db);
    }

    internal void Forget(SqliteStatement statement) => _statements.Remove(statement);

    internal SqliteFault Fault(int code)
    {
        var extended = raw.sqlite3_extended_errcode(_db);
        return SqliteFault.From((extended & 0xFF) == (code & 0xFF) ? extended : code, Path, raw.sqlite3_errmsg(_db).utf8_to_string());
    }

    private static sqlite3 Connect(string path, int flags)
    {
        // Without a connection mutex: one thread at a time is the rule of this class.
        var code = raw.sqlite3_open_v2(path, out var db, flags | raw.SQLITE_OPEN_NOMUTEX, null);
        if (code != raw.SQLITE_OK)
        {
            var fault = SqliteFault.From(code, path, raw.sqlite3_errstr(code).utf8_to_string());
            db?.Dispose();
            throw fault;
        }
        return db;
    }

    [SuppressMessage("Interoperability", "CA1416", Justification = "Both programs run on Linux.")]
    private static void MakePrivate(string path)
    {
        try
        {
            using var made = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw SqliteFault.From(raw.SQLITE_CANTOPEN, path, e.Message);
        }
    }

    private void Settle(SqliteOptions options)
    {
        raw.sqlite3_busy_timeout(_db, (int)options.BusyTimeout.TotalMilliseconds);
        var text = new StringBuilder();
        text.Append("PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA foreign_keys=ON; ");
        text.Append(CultureInfo.InvariantCulture, $"PRAGMA secure_delete={(options.SecureDelete ? "ON" : "OFF")}; ");
        text.Append(CultureInfo.InvariantCulture, $"PRAGMA synchronous={options.Synchronous.ToString().ToUpperInvariant()}; ");
        text.Append(CultureInfo.InvariantCulture, $"PRAGMA journal_size_limit={options.JournalSizeLimit}; ");
        text.Append(CultureInfo.InvariantCulture, $"PRAGMA wal_autocheckpoint={options.AutoCheckpoint}; ");
        Execute(text.ToString());
        var mode = ScalarText("PRAGMA journal_mode=WAL");
        if (mode != "wal")
        {
            throw new SqliteFault(SqliteFaultKind.CannotOpen, 0,
                $"{Path}: the write-ahead log can't be used here (journal mode is '{mode}'): put the file on a local disk");
        }
    }

    private void CheckIdentity(SqliteOptions options)
    {
        var application = Scalar("PRAGMA application_id");
        var version = (int)Scalar("PRAGMA user_version");
        var empty = application == 0 && version == 0 && Scalar("SELECT count(*) FROM sqlite_schema") == 0;
        if (!empty && application != options.ApplicationId)
        {
            throw new SqliteFault(SqliteFaultKind.Foreign, 0,
                $"{Path}: a database of another program (application id {application:x8}, expected {options.ApplicationId:x8}). Name another file.");
        }
        if (version > options.Version)
        {
            throw new SqliteFault(SqliteFaultKind.Foreign, 0,
                $"{Path}: made by a newer version of this program (file version {version}, this program knows {options.Version}). Install the newer program.");
        }
        if (version == options.Version)
        {
            return;
        }
        Write(() =>
        {
            options.Migrate(this, version);
            Execute(string.Create(CultureInfo.InvariantCulture,
                $"PRAGMA application_id={options.ApplicationId}; PRAGMA user_version={options.Version};"));
        });
    }
}
