using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace MeetNet.Sqlite;

/// <summary>
/// Binds SQLitePCLRaw to the system's libsqlite3, which the distribution keeps patched; no SQLite is shipped with the program.
/// The environment variable <c>MEETNET_SQLITE</c> may name another library file.
/// </summary>
internal static class SystemSqlite
{
    /// <summary>SQLite 3.40.1 (Debian 12): the oldest version that MeetNet is tested with.</summary>
    private const int OldestVersion = 3_040_001;

    private static readonly Lazy<string> Bound = new(Bind);

    /// <summary>Binds the library once per process; call it before the first file is opened. Cheap when already bound.</summary>
    /// <returns>Version and source id of the bound library, for the start-up log.</returns>
    /// <exception cref="DllNotFoundException">No libsqlite3 on this machine; the message names the package to install.</exception>
    /// <exception cref="NotSupportedException">The library found is older than 3.40.1.</exception>
    public static string Use() => Bound.Value;

    private static string Bind()
    {
        try
        {
            NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        }
        catch (InvalidOperationException)
        {
            // A resolver can be set once per assembly: another program's copy of this class in the same process
            // (a benchmark, a test host) has set an equal one.
        }
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        raw.FreezeProvider();
        var version = raw.sqlite3_libversion_number();
        if (version < OldestVersion)
        {
            throw new NotSupportedException(
                $"SQLite {raw.sqlite3_libversion().utf8_to_string()} is too old: 3.40.1 or newer is needed "
                + "(apt-get install libsqlite3-0, or name a newer library in MEETNET_SQLITE)");
        }
        return $"SQLite {raw.sqlite3_libversion().utf8_to_string()} ({raw.sqlite3_sourceid().utf8_to_string()})";
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != "e_sqlite3")
        {
            return 0; // default probing for anything else
        }
        var chosen = Environment.GetEnvironmentVariable("MEETNET_SQLITE");
        if (!string.IsNullOrEmpty(chosen))
        {
            return NativeLibrary.TryLoad(chosen, out var handle)
                ? handle
                : throw new DllNotFoundException($"MEETNET_SQLITE names '{chosen}', which can't be loaded");
        }
        foreach (var candidate in new[] { "libsqlite3.so.0", "libsqlite3.so" })
        {
            if (NativeLibrary.TryLoad(candidate, out var handle))
            {
                return handle;
            }
        }
        throw new DllNotFoundException("libsqlite3.so.0 was not found: apt-get install libsqlite3-0");
    }
}
