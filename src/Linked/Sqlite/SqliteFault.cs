using SQLitePCL;

namespace MeetNet.Sqlite;

/// <summary>What went wrong, by what can be done about it.</summary>
internal enum SqliteFaultKind
{
    /// <summary>Another connection holds the lock: wait and try again.</summary>
    Busy,

    /// <summary>No room on the disk, or the file has reached its limit: nothing was written; free room and try again.</summary>
    DiskFull,

    /// <summary>The disk failed (SQLITE_IOERR): nothing may be acknowledged; reopen and try again.</summary>
    DiskFault,

    /// <summary>The file is damaged or is not a database: set it aside and make a new one.</summary>
    Corrupt,

    /// <summary>The file or its folder can't be written.</summary>
    ReadOnly,

    /// <summary>The file can't be opened: no such folder, or no permission.</summary>
    CannotOpen,

    /// <summary>A sound database, but of another program or of a newer version: a person has to decide.</summary>
    Foreign,

    /// <summary>A constraint of the schema was broken.</summary>
    Constraint,

    /// <summary>The statement was interrupted on request.</summary>
    Interrupted,

    /// <summary>Anything else: a mistake of the program.</summary>
    Other,
}

/// <summary>An SQLite call failed. <see cref="Kind"/> says what can be done; the message says it to a person.</summary>
internal sealed class SqliteFault : Exception
{
    public SqliteFault(SqliteFaultKind kind, int code, string message)
        : base(message)
    {
        Kind = kind;
        Code = code;
    }

    public SqliteFaultKind Kind { get; }

    /// <summary>The extended result code (sqlite.org/rescode.html), 0 when the fault is MeetNet's own finding.</summary>
    public int Code { get; }

    internal static SqliteFault From(int code, string path, string detail)
    {
        var kind = (code & 0xFF) switch
        {
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => SqliteFaultKind.Busy,
            raw.SQLITE_FULL => SqliteFaultKind.DiskFull,
            raw.SQLITE_IOERR => SqliteFaultKind.DiskFault,
            raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => SqliteFaultKind.Corrupt,
            raw.SQLITE_READONLY => SqliteFaultKind.ReadOnly,
            raw.SQLITE_CANTOPEN or raw.SQLITE_PERM or raw.SQLITE_AUTH => SqliteFaultKind.CannotOpen,
            raw.SQLITE_CONSTRAINT => SqliteFaultKind.Constraint,
            raw.SQLITE_INTERRUPT => SqliteFaultKind.Interrupted,
            _ => SqliteFaultKind.Other,
        };
        return new SqliteFault(kind, code, $"{path}: {detail} (SQLite {code}). {Advice(kind)}");
    }

    private static string Advice(SqliteFaultKind kind) => kind switch
    {
        SqliteFaultKind.Busy => "Another process uses the file; stop it.",
        SqliteFaultKind.DiskFull => "Free disk space; nothing was acknowledged.",
        SqliteFaultKind.DiskFault => "The disk failed: look at dmesg.",
        SqliteFaultKind.Corrupt => "The file is damaged.",
        SqliteFaultKind.ReadOnly => "Make the file and its folder writable for this user.",
        SqliteFaultKind.CannotOpen => "Check that the folder exists and that this user may write in it.",
        SqliteFaultKind.Constraint or SqliteFaultKind.Other => "This is a mistake in the program: report it.",
        _ => "",
    };
}
