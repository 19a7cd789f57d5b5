namespace MeetNet.Gateway.Commissioning.Wire;

/// <summary>What people are told on standard error.</summary>
internal sealed class WireTalk(TextWriter error)
{
    private readonly TextWriter _error = TextWriter.Synchronized(error);

    /// <summary><c>-d</c>: whether states and counters are shown.</summary>
    public bool Debugs { get; set; }

    /// <summary><c>--quiet</c>: nothing is said.</summary>
    public bool IsQuiet { get; set; }

    public void Say(string text)
    {
        if (!IsQuiet)
        {
            _error.WriteLine(text);
        }
    }

    public void Debug(string text)
    {
        if (Debugs)
        {
            Say(text);
        }
    }
}
