using MeetNet.Gateway.Commissioning;

// The gateway's contents page.
//   run        GatewayHost: reads the gateway file and the station file, then serves until SIGTERM. The way of a byte: Pipeline.cs
//   check      CheckCommand: every problem of the configuration as file:line:column: message
//   simulate   SimulateCommand: plays the instruments of a station, for demonstrations and rehearsals
//   mqtt       WireCommand: publishes to a broker and shows what goes through it
return await CommandLine.RunAsync(args);
