using MeetNet.Devices.Simulation;
using MeetNet.Gateway.Stations;

namespace MeetNet.Gateway.Commissioning;

/// <summary>
/// A serial line with its instruments, played on a pseudo-terminal under the name of the port. On a thread of its own: a terminal is waited for with poll(2).
/// </summary>
internal sealed class SimulatedLine
{
    /// <summary>How long the thread waits at most before it looks at the time again.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    private readonly string _link;
    private readonly IReadOnlyList<SimulatedInstrument> _instruments;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly long[] _due;
    private readonly Disturbance[] _said;

    /// <param name="link">The port's name, as a symbolic link that is made here.</param>
    public SimulatedLine(string link, IReadOnlyList<SimulatedInstrument> instruments, TimeProvider time, ILogger log)
    {
        _link = link;
        _instruments = instruments;
        _time = time;
        _log = log;
        _due = [.. instruments.Select(_ => time.GetTimestamp())];
        _said = new Disturbance[instruments.Count];
    }

    /// <summary>Plays until cancelled; completes when the link is gone again.</summary>
    public Task RunAsync(CancellationToken stop)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                Play(stop);
                done.SetResult();
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        })
        {
            IsBackground = true,
            Name = "simulated " + Path.GetFileName(_link),
        };
        thread.Start();
        return done.Task;
    }

    private void Play(CancellationToken stop)
    {
        Pty? port = null;
        try
        {
            while (!stop.IsCancellationRequested)
            {
                var now = _time.GetUtcNow();
                if (_instruments.Any(i => i.IsUnplugged(now)))
                {
                    Unplug(ref port);
                    stop.WaitHandle.WaitOne(Step);
                    continue;
                }

                port ??= Plug();
                Listen(port);
                Speak(port);
            }
        }
        finally
        {
            Unplug(ref port);
        }
    }

    private void Listen(Pty port)
    {
        if (!port.WaitReadable(UntilDue()))
        {
            return;
        }

        Span<byte> buffer = stackalloc byte[512];
        var count = port.Read(buffer);
        for (var i = 0; i < _instruments.Count; i++)
        {
            var answer = _instruments[i].Hear(buffer[..count], _time.GetUtcNow());
            if (!answer.IsEmpty)
            {
                // What does not fit into a terminal that nobody reads is lost, as on a real line.
                port.Write(answer);
                _due[i] = _instruments[i].SpeaksAfter is { } after ? _time.GetTimestamp() + Ticks(after) : _due[i];
            }
        }
    }

    private void Speak(Pty port)
    {
        for (var i = 0; i < _instruments.Count; i++)
        {
            var instrument = _instruments[i];
            SayDisturbance(i, instrument);
            if (!WillSpeak(instrument) || _time.GetElapsedTime(_due[i]) < TimeSpan.Zero)
            {
                continue;
            }

            var frame = instrument.Speak(_time.GetUtcNow());
            if (!frame.IsEmpty)
            {
                port.Write(frame);
            }

            _due[i] = Math.Max(_due[i] + Ticks(instrument.Interval), _time.GetTimestamp());
        }
    }

    private static bool WillSpeak(SimulatedInstrument instrument) => instrument.Unasked || instrument.SpeaksAfter is not null;

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * _time.TimestampFrequency);

    private TimeSpan UntilDue()
    {
        var wait = Step;
        for (var i = 0; i < _instruments.Count; i++)
        {
            var left = _time.GetElapsedTime(_time.GetTimestamp(), _due[i]);
            if (WillSpeak(_instruments[i]) && left < wait)
            {
                wait = left < TimeSpan.Zero ? TimeSpan.Zero : left;
            }
        }

        return wait;
    }

    private void SayDisturbance(int index, SimulatedInstrument instrument)
    {
        var disturbance = instrument.DisturbanceAt(_time.GetUtcNow());
        if (_said[index] != disturbance)
        {
            _said[index] = disturbance;
            Log.Disturbed(_log, instrument.Sensor, disturbance.ToString());
        }
    }

    private Pty Plug()
    {
        var port = Pty.Open();
        RemoveLink();
        File.CreateSymbolicLink(_link, port.SlavePath);
        foreach (var instrument in _instruments)
        {
            Log.Playing(_log, instrument.Sensor, instrument.Profile, _link);
        }

        return port;
    }

    private void Unplug(ref Pty? port)
    {
        if (port is null)
        {
            return;
        }

        RemoveLink();
        port.Dispose();
        port = null;
    }

    /// <summary>Removes the link, also a stale one of a simulator that was killed; never a real file or device.</summary>
    private void RemoveLink()
    {
        var present = new FileInfo(_link);
        if (present.LinkTarget is not null)
        {
            present.Delete();
        }
        else if (present.Exists)
        {
            throw new IOException($"{_link} is there and is not a link: a simulated port is not put in its place");
        }
    }
}
