using MeetNet.Gateway.Commissioning;

// The gateway's contents page.
//   run        GatewayHost: reads the gateway file and the station file, then serves until SIGTERM. The way of a byte: Pipeline.cs
//   check      CheckCommand: every problem of the configuration as file:line:column: message
//   simulate   SimulateCommand: plays the instruments of a station, or one of a profile, for demonstrations and rehearsals
//   decode     DecodeCommand: what an instrument's bytes mean, or where they are wrong
//   capture    CaptureCommand: writes down what passes a line, as vectors
//   command    InstructCommand: tells an instrument to do something
//   mqtt       WireCommand: publishes to a broker and shows what goes through it
return await CommandLine.RunAsync(args);
