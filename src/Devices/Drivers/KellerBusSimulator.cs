using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;

namespace MeetNet.Devices.Drivers;

/// <summary>A transmitter on the Keller bus. While it warms up it has just been powered: every read is refused with code 32.</summary>
internal sealed class KellerBusSimulator(DeviceProfile profile, byte address) : IDeviceSimulator
{
    private const byte IllegalValue = 2, NoNumber = 4, NotInitialised = 32;

    /// <summary>Class, group, year, week, buffer, state: as the answer to function 48 (v3.5, section 5.5) of a transmitter 5.20-12.28.</summary>
    private static readonly byte[] Identity = [5, 20, 12, 28, 10, 1];

    public int MaxFrame => 10;

    public IFramer Requests { get; } = new KellerBusFramer(requests: true);

    public int Answer(ReadOnlySpan<byte> request, in SimulatedState state, Span<byte> reply)
    {
        if (Requests.Cut(request) is not { Result: CutResult.Frame } || (request[0] != address && request[0] != KellerBusFramer.Transparent))
        {
            return 0;
        }

        reply[0] = request[0];
        reply[1] = request[1];
        var length = request[1] switch
        {
            KellerBusFramer.Initialise => Say(Identity, reply),
            KellerBusFramer.WriteCoefficient or KellerBusFramer.WriteConfiguration or KellerBusFramer.WriteAddress or KellerBusFramer.Zero => Take(request, reply),
            _ => Read(request, state, reply),
        };
        return Disturbances.Apply(state.Disturbance, state.Seed, reply, KellerBusFramer.Close(reply, length));
    }

    private int Take(ReadOnlySpan<byte> request, Span<byte> reply)
    {
        foreach (var command in profile.Commands)
        {
            var settings = (KellerBusCommandSettings)command.Settings;
            if (settings.Function == request[1] && (settings.Number == request[2] || request[1] == KellerBusFramer.WriteAddress))
            {
                return Say([request[1] == KellerBusFramer.WriteAddress ? request[2] : (byte)0], reply);
            }
        }

        return Refuse(IllegalValue, reply);
    }

    private int Read(ReadOnlySpan<byte> request, in SimulatedState state, Span<byte> reply)
    {
        if (state.Disturbance == Disturbance.WarmingUp)
        {
            return Refuse(NotInitialised, reply);
        }

        Span<byte> data = stackalloc byte[5];
        var found = false;
        for (var i = 0; i < profile.Fields.Count; i++)
        {
            var field = (KellerBusFieldSettings)profile.Fields[i].Settings;
            if (field.Function != request[1] || field.Number != request[2])
            {
                continue;
            }

            var isChannel = field.Function is KellerBusFramer.ReadFloat or KellerBusFramer.ReadInteger;
            var broken = state.Disturbance == Disturbance.DeviceFault;
            if ((broken && !isChannel) || (!double.IsFinite(state.Values[i]) && !field.Layout!.Value.IsFloat))
            {
                return Refuse(field.Function == KellerBusFramer.ReadInteger ? NoNumber : IllegalValue, reply);
            }

            found = true;
            field.Layout!.Value.Write(profile.Fields[i].Value.Write(state.Values[i]), data[field.Byte..]);
            if (isChannel)
            {
                data[4] = broken ? (byte)(1 << Math.Min((int)field.Number, 7)) : (byte)0;
            }
        }

        var length = request[1] switch { KellerBusFramer.ReadCoefficient => 4, KellerBusFramer.ReadConfiguration => 1, _ => 5 };
        return found ? Say(data[..length], reply) : Refuse(IllegalValue, reply);
    }

    private static int Say(ReadOnlySpan<byte> data, Span<byte> reply)
    {
        data.CopyTo(reply[2..]);
        return 2 + data.Length;
    }

    private static int Refuse(byte code, Span<byte> reply)
    {
        reply[1] |= 0x80;
        reply[2] = code;
        return 3;
    }
}
