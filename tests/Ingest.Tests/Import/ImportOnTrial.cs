using System.CommandLine;
using MeetNet.Ingest.Facts;
using MeetNet.Ingest.Tests.Query;
using MeetNet.Sqlite;
using MeetNet.TestKit;

namespace MeetNet.Ingest.Tests.Import;

/// <summary>A data folder to import to, by the command line, and what is in its log afterwards.</summary>
internal sealed class ImportOnTrial : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _config;

    public ImportOnTrial()
    {
        _config = _folder.File("ingest.yaml");
        System.IO.File.WriteAllText(_config, "hub: demo\nbroker: {address: mqtt://127.0.0.1}\nlog: {level: error}\n");
        Directory.CreateDirectory(Data);
    }

    public string Data => _folder.File("data");

    public string LogPath => Path.Combine(Data, FactSchema.FileName);

    public string Output { get; private set; } = "";

    public string Error { get; private set; } = "";

    public string Write(string name, string text)
    {
        var path = _folder.File(name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Imports to the station <c>rivm/imported</c> at Kalmthoutse Heide.</summary>
    public async Task<int> ImportAsync(string format, string file, params string[] options)
    {
        string[] place = options.Contains("--place") ? [] : ["--place", "51.39,4.44"];
        return await RunAsync(["import", format, file, "--owner", "rivm", "--station", "imported", .. place, .. options]);
    }

    public async Task<int> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync([.. arguments, "--config", _config, "--data", Data], new InvocationConfiguration { Output = output, Error = error });
        (Output, Error) = (output.ToString(), error.ToString());
        return code;
    }

    /// <summary>Runs with these lines more in the ingest file.</summary>
    public Task<int> WithAsync(string lines, params string[] arguments)
    {
        System.IO.File.AppendAllText(_config, lines);
        return RunAsync(arguments);
    }

    /// <summary>Every fact of the log.</summary>
    public IReadOnlyList<Fact> Facts()
    {
        using var file = FactFile.Open(LogPath, SqliteSynchronous.Full);
        using var log = new FactLog(LogPath);
        log.Opened(file.Head, file.Observations);
        return [.. log.ReadAfter(0, 10_000)];
    }

    /// <summary>Gives the facts of the log to a hub, and lets its projections catch up.</summary>
    public async Task ShowAsync(HubOnTrial hub)
    {
        foreach (var fact in Facts())
        {
            if (fact.Kind == FactKind.Announcement)
            {
                hub.Log.AddAnnouncement(fact.Owner, fact.Station, fact.Payload, fact.Received);
            }
            else
            {
                hub.Log.AddBatch(fact.Owner, fact.Station, fact.Epoch, fact.First, fact.Last, (int)(fact.Last - fact.First + 1), fact.Payload, fact.Received);
            }
        }
        await hub.ProjectAsync();
    }

    public void Dispose() => _folder.Dispose();
}
