namespace MeetNet.Gateway.Commissioning.Wire;

/// <summary>What the command reads, writes and waits with.</summary>
/// <param name="Input">Standard input.</param>
/// <param name="Output">Standard output; a write that fails with <see cref="OutputClosedException"/> ends the command quietly.</param>
/// <param name="Error">Where people are told something.</param>
/// <param name="Time">The clock.</param>
internal sealed record WireConsole(Stream Input, Stream Output, TextWriter Error, TimeProvider Time)
{
    /// <summary>That of the process.</summary>
    public static WireConsole OfProcess() => new(Console.OpenStandardInput(), new StandardOutput(), Console.Error, TimeProvider.System);
}
