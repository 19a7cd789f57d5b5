namespace MeetNet.TestKit;

/// <summary>
/// A real ejabberd (Debian's <c>ejabberd</c>, 23.01) that speaks nothing but MQTT, on free ports of the loopback address and with its database in
/// a temporary folder. It is one Erlang node without a name: no cluster, no cookie, no epmd. Fails with a clear message when it is not installed.
/// </summary>
public sealed class EjabberdBroker : IBroker
{
    /// <summary>Long: it loads some hundred modules, on a loaded machine one by one.</summary>
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(120);
    private const string Ready = "the broker is ready";

    private readonly ChildProcess _process;
    private readonly TemporaryFolder _folder;

    private EjabberdBroker(ChildProcess process, TemporaryFolder folder, int port, int tlsPort, int certificatePort)
    {
        _process = process;
        _folder = folder;
        (Port, TlsPort, CertificatePort) = (port, tlsPort, certificatePort);
    }

    /// <inheritdoc/>
    public int Port { get; }

    /// <summary>Port of the TLS listener.</summary>
    public int TlsPort { get; }

    /// <summary>Port of the TLS listener that wants a client certificate of the authority.</summary>
    public int CertificatePort { get; }

    /// <inheritdoc/>
    public bool IsRunning => _process.IsRunning;

    /// <inheritdoc/>
    public string Log => _process.Log;

    /// <summary>Starts a broker and returns when it listens.</summary>
    /// <param name="user">The user it knows.</param>
    /// <param name="password">The user's password.</param>
    /// <param name="authority">Issues its certificate and is the one it trusts.</param>
    public static async Task<EjabberdBroker> StartAsync(string user, string password, TestAuthority authority)
    {
        var erl = ChildProcess.Find("erl", "ejabberd");
        var libraries = Directory.EnumerateDirectories("/usr/lib").FirstOrDefault(
            place => Directory.EnumerateDirectories(place, "ejabberd-*").Any()) ?? throw new FileNotFoundException(
            "ejabberd is not installed, and this test needs it: apt-get install ejabberd (./meetnet test does it).");
        var folder = new TemporaryFolder();
        var (port, tlsPort, certificatePort) = (MosquittoBroker.FreePort(), MosquittoBroker.FreePort(), MosquittoBroker.FreePort());
        await File.WriteAllTextAsync(
            folder.File("ejabberd.yml"),
            $"""
            loglevel: info
            hosts: [localhost]
            auth_method: mnesia
            certfiles: ["{authority.Issue("ejabberd").Both}"]
            c2s_cafile: "{authority.CertificateFile}"
            listen:
              - {"{"} port: {port}, ip: "127.0.0.1", module: mod_mqtt, max_fsm_queue: 1000000 {"}"}
              - {"{"} port: {tlsPort}, ip: "127.0.0.1", module: mod_mqtt, tls: true {"}"}
              - {"{"} port: {certificatePort}, ip: "127.0.0.1", module: mod_mqtt, tls: true, tls_verify: true {"}"}
            modules:
              mod_mqtt: {"{"} max_queue: 1000000, session_expiry: 3600 {"}"}

            """);
        // Names are looked up in files and by the system, never by Erlang's own resolver.
        await File.WriteAllTextAsync(folder.File("inetrc"), """{lookup, ["file", "native"]}.""" + "\n");
        var environment = new Dictionary<string, string>
        {
            ["HOME"] = folder.Path,
            ["ERL_LIBS"] = libraries,
            ["ERL_INETRC"] = folder.File("inetrc"),
            ["ERL_CRASH_DUMP_BYTES"] = "0",
            ["EJABBERD_CONFIG_PATH"] = folder.File("ejabberd.yml"),
            ["EJABBERD_LOG_PATH"] = folder.File("ejabberd.log"),
        };
        var start = "{ok, _} = application:ensure_all_started(ejabberd), "
            + $"ejabberd_auth:try_register(<<\"{user}\">>, <<\"localhost\">>, <<\"{password}\">>), io:format(\"~n{Ready}~n\").";
        string[] arguments = ["-noinput", "-mnesia", "dir", $"\"{folder.File("database")}\"", "-eval", start];
        var broker = new EjabberdBroker(new ChildProcess(erl, arguments, folder.Path, environment), folder, port, tlsPort, certificatePort);
        try
        {
            await broker.StartAgainAsync();
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }

        return broker;
    }

    /// <inheritdoc/>
    public Task StartAgainAsync() => _process.StartAsync(line => line == Ready, StartDeadline);

    /// <inheritdoc/>
    public void Kill() => _process.Kill();

    /// <inheritdoc/>
    public Task StopAsync() => _process.StopAsync();

    /// <inheritdoc/>
    public void Pause() => _process.Pause();

    /// <inheritdoc/>
    public void Resume() => _process.Resume();

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _process.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
