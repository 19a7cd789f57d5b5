using System.Text;
using SQLitePCL;

namespace MeetNet.Sqlite;

/// <summary>
/// A prepared statement of one <see cref="SqliteFile"/>. Parameters count from 1, columns from 0.
/// A statement that has returned rows holds a read transaction until <see cref="Reset"/> or the end of its rows.
/// </summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly SqliteFile _file;
    private readonly sqlite3_stmt _statement;

    internal SqliteStatement(SqliteFile file, sqlite3_stmt statement)
    {
        _file = file;
        _statement = statement;
    }

    public SqliteStatement Bind(int parameter, long value) =>
        Bound(raw.sqlite3_bind_int64(_statement, parameter, value));

    /// <summary>A not-a-number would be stored as NULL by SQLite; bind NULL where that is meant.</summary>
    public SqliteStatement Bind(int parameter, double value) =>
        Bound(raw.sqlite3_bind_double(_statement, parameter, value));

    public SqliteStatement Bind(int parameter, double? value) =>
        value is { } number ? Bind(parameter, number) : BindNull(parameter);

    public SqliteStatement Bind(int parameter, long? value) =>
        value is { } number ? Bind(parameter, number) : BindNull(parameter);

    /// <summary>Text, or NULL for null.</summary>
    public SqliteStatement Bind(int parameter, string? value)
    {
        if (value is null)
        {
            return BindNull(parameter);
        }
        Span<byte> small = stackalloc byte[256];
        var length = Encoding.UTF8.GetByteCount(value);
        var utf8 = length <= small.Length ? small[..length] : new byte[length];
        Encoding.UTF8.GetBytes(value, utf8);
        return BindText(parameter, utf8);
    }

    /// <summary>Text that is UTF-8 already; copied by SQLite. An empty span is an empty text, not NULL.</summary>
    public SqliteStatement BindText(int parameter, ReadOnlySpan<byte> utf8) =>
        Bound(utf8.IsEmpty
            ? raw.sqlite3_bind_text(_statement, parameter, string.Empty) // an empty span has no address, which SQLite takes for NULL
            : raw.sqlite3_bind_text(_statement, parameter, utf8));

    /// <summary>Bytes; copied by SQLite. An empty span is an empty blob, not NULL.</summary>
    public SqliteStatement Bind(int parameter, ReadOnlySpan<byte> value) =>
        Bound(value.IsEmpty
            ? raw.sqlite3_bind_zeroblob(_statement, parameter, 0)
            : raw.sqlite3_bind_blob(_statement, parameter, value));

    public SqliteStatement BindNull(int parameter) => Bound(raw.sqlite3_bind_null(_statement, parameter));

    /// <summary>Goes to the next row.</summary>
    /// <returns>False after the last row; the statement is then reset and may be bound and run again.</returns>
    /// <exception cref="SqliteFault">The statement failed; it is reset.</exception>
    public bool Step()
    {
        var code = raw.sqlite3_step(_statement);
        if (code == raw.SQLITE_ROW)
        {
            return true;
        }
        var fault = code == raw.SQLITE_DONE ? null : _file.Fault(code);
        raw.sqlite3_reset(_statement);
        return fault is null ? false : throw fault;
    }

    /// <summary>Runs a statement that returns no rows (or whose rows are not wanted) to its end.</summary>
    public void Run()
    {
        while (Step())
        {
        }
    }

    /// <summary>Ends the reading early; bindings stay.</summary>
    public void Reset() => raw.sqlite3_reset(_statement);

    public bool IsNull(int column) => raw.sqlite3_column_type(_statement, column) == raw.SQLITE_NULL;

    public long Int64(int column) => raw.sqlite3_column_int64(_statement, column);

    public int Int32(int column) => checked((int)raw.sqlite3_column_int64(_statement, column));

    public double Double(int column) => raw.sqlite3_column_double(_statement, column);

    public double? DoubleOrNull(int column) => IsNull(column) ? null : Double(column);

    public long? Int64OrNull(int column) => IsNull(column) ? null : Int64(column);

    public string Text(int column) => Encoding.UTF8.GetString(Bytes(column));

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    /// <summary>The bytes of a blob or of a text (UTF-8); valid until the next <see cref="Step"/> or <see cref="Reset"/>.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(_statement, column);

    public void Dispose()
    {
        _file.Forget(this);
        Finish();
    }

    internal void Finish() => raw.sqlite3_finalize(_statement);

    private SqliteStatement Bound(int code) => code == raw.SQLITE_OK ? this : throw _file.Fault(code);
}
