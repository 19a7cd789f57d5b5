using System.Text;
using MeetNet.Devices;
using MeetNet.Devices.Profiles;
using MeetNet.Gateway.Stations;

namespace MeetNet.Gateway.Commissioning;

/// <summary>
/// One instrument played as the small files that the kernel would show of it, in a folder that stands in for <c>/sys/bus/iio/devices</c>. A file that could not be read
/// is absent here: plain files have no errors of their own.
/// </summary>
internal sealed class SimulatedFolder
{
    private readonly SimulatedInstrument _instrument;
    private readonly IDeviceCodec _codec;
    private readonly TimeProvider _time;
    private readonly string _folder;

    /// <param name="root">The folder that stands in; made when it is not there.</param>
    /// <param name="number">The n of its <c>iio:deviceN</c>.</param>
    /// <param name="instrument">What is played.</param>
    public SimulatedFolder(string root, int number, DeviceProfile profile, DeviceAddress at, SimulatedInstrument instrument, TimeProvider time)
    {
        _instrument = instrument;
        _codec = ProfileShelf.DriverOf(profile).Bind(profile, at);
        _time = time;
        _folder = Path.Combine(root, $"iio:device{number}");
        if (at.Text is not { } place || Directory.Exists(_folder))
        {
            return;
        }

        // As on a real system: the device is below its place on the bus, and a link leads there.
        var real = Path.Combine(root, "bus", place, $"iio:device{number}");
        Directory.CreateDirectory(real);
        Directory.CreateSymbolicLink(_folder, real);
    }

    /// <summary>Writes the files anew, as often as the device has new numbers.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(_instrument.Interval, _time);
        do
        {
            Write(_time.GetUtcNow());
        }
        while (await timer.WaitForNextTickAsync(stop));
    }

    /// <summary>Writes the files as they are at an instant.</summary>
    public void Write(DateTimeOffset now)
    {
        Directory.CreateDirectory(_folder);
        var request = new byte[IDeviceCodec.MaxRequest];
        for (var exchange = 0; exchange < _codec.Exchanges; exchange++)
        {
            var length = _codec.WriteRequest(FrameContext.Of(exchange), request);
            var answer = Encoding.Latin1.GetString(_instrument.Hear(request.AsSpan(0, length), now)).TrimEnd('\n').Split(IioText.Separator);
            Put("name", answer[0].Split(',', '@')[0]);
            foreach (var part in answer.Skip(1))
            {
                var end = part.IndexOfAny(['=', '!']);
                Put(part[..Math.Max(0, end)], end >= 0 && part[end] == '=' ? part[(end + 1)..] : null);
            }
        }
    }

    private void Put(string file, string? content)
    {
        if (file.Length == 0)
        {
            return;
        }

        var path = Path.Combine(_folder, file);
        if (content is null)
        {
            File.Delete(path);
            return;
        }

        // Never half a number, as the kernel never shows one.
        File.WriteAllText(path + ".new", content + "\n");
        File.Move(path + ".new", path, overwrite: true);
    }
}
