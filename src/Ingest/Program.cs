return await MeetNet.Ingest.CommandLine.RunAsync(args);
