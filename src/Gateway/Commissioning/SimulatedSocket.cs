using System.Net;
using System.Net.Sockets;
using MeetNet.Devices.Simulation;

namespace MeetNet.Gateway.Commissioning;

/// <summary>A TCP line with its instruments, played at a local port; one connection at a time, as most instruments have it.</summary>
internal sealed class SimulatedSocket(IPEndPoint at, IReadOnlyList<SimulatedInstrument> instruments, TimeProvider time, ILogger log)
{
    /// <summary>How long is waited at most before the time is looked at again.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    private readonly Disturbance[] _said = new Disturbance[instruments.Count];

    /// <summary>Plays until cancelled.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var listener = new TcpListener(at);
        listener.Start();
        foreach (var instrument in instruments)
        {
            Log.Playing(log, instrument.Sensor, instrument.Profile, $"tcp {listener.LocalEndpoint}");
        }

        while (true)
        {
            using var socket = await listener.AcceptSocketAsync(stop);
            socket.NoDelay = true;
            try
            {
                await ServeAsync(socket, stop);
            }
            catch (SocketException)
            {
                // The gateway has gone; the next one is awaited.
            }
        }
    }

    private async Task ServeAsync(Socket socket, CancellationToken stop)
    {
        var due = instruments.Select(_ => time.GetTimestamp()).ToArray();
        var buffer = new byte[512];
        Task<int>? reading = null;
        while (!instruments.Any(i => i.IsUnplugged(time.GetUtcNow())))
        {
            reading ??= socket.ReceiveAsync(buffer, stop).AsTask();
            if (await Task.WhenAny(reading, Task.Delay(Step, time, stop)) == reading)
            {
                var count = await reading;
                reading = null;
                if (count == 0)
                {
                    return;
                }

                for (var i = 0; i < instruments.Count; i++)
                {
                    var answer = instruments[i].Hear(buffer.AsSpan(0, count), time.GetUtcNow()).ToArray();
                    await socket.SendAsync(answer, stop);
                    due[i] = instruments[i].SpeaksAfter is { } after ? time.GetTimestamp() + Ticks(after) : due[i];
                }
            }

            stop.ThrowIfCancellationRequested();
            await SpeakAsync(socket, due, stop);
        }
    }

    private async Task SpeakAsync(Socket socket, long[] due, CancellationToken stop)
    {
        for (var i = 0; i < instruments.Count; i++)
        {
            var instrument = instruments[i];
            var disturbance = instrument.DisturbanceAt(time.GetUtcNow());
            if (_said[i] != disturbance)
            {
                _said[i] = disturbance;
                Log.Disturbed(log, instrument.Sensor, disturbance.ToString());
            }

            if (!(instrument.Unasked || instrument.SpeaksAfter is not null) || time.GetElapsedTime(due[i]) < TimeSpan.Zero)
            {
                continue;
            }

            await socket.SendAsync(instrument.Speak(time.GetUtcNow()).ToArray(), stop);
            due[i] = Math.Max(due[i] + Ticks(instrument.Interval), time.GetTimestamp());
        }
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);
}
