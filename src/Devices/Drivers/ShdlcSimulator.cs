using System.Buffers.Binary;
using MeetNet.Devices.Decoding;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;

namespace MeetNet.Devices.Drivers;

/// <summary>A device that measures: reading gives numbers, starting is not allowed any more, every other command of the profile is done.</summary>
internal sealed class ShdlcSimulator(DeviceProfile profile, byte address) : IDeviceSimulator
{
    private readonly ShdlcSettings _settings = (ShdlcSettings)profile.Settings;

    public int MaxFrame => ShdlcFramer.MaxLength;

    public IFramer Requests { get; } = new ShdlcFramer(answers: false);

    public int Answer(ReadOnlySpan<byte> request, in SimulatedState state, Span<byte> reply)
    {
        Span<byte> asked = stackalloc byte[ShdlcFramer.MaxContent];
        if (ShdlcFramer.Open(request, asked) < ShdlcCodec.AnswerHead - 1 || asked[0] != address)
        {
            return 0;
        }

        Span<byte> content = stackalloc byte[ShdlcFramer.MaxContent];
        content[..2].Clear();
        asked[..2].CopyTo(content);
        content[2] = state.Disturbance == Disturbance.DeviceFault ? ShdlcCodec.ErrorFlag : (byte)0;
        var length = 0;
        if (asked[1] == _settings.Read)
        {
            length = WriteData(state, content[ShdlcCodec.AnswerHead..]);
        }
        else if (asked[1] == _settings.Start.Command)
        {
            content[2] |= ShdlcCodec.NotAllowed;
        }
        else if (asked[1] == _settings.Status?.Command)
        {
            // Four bytes of flags and one that is reserved.
            length = sizeof(uint) + 1;
            var set = state.Disturbance == Disturbance.DeviceFault && _settings.Bits.Count > 0 ? _settings.Bits[0].Mask : 0;
            BinaryPrimitives.WriteUInt32BigEndian(content[ShdlcCodec.AnswerHead..], set);
            content[ShdlcCodec.AnswerHead + sizeof(uint)] = 0;
        }

        content[3] = (byte)length;
        return Disturbances.Apply(state.Disturbance, state.Seed, reply, ShdlcFramer.Close(content[..(ShdlcCodec.AnswerHead + length)], reply));
    }

    /// <summary>The numbers; nothing when one can't be said, as if there were nothing new.</summary>
    private int WriteData(in SimulatedState state, Span<byte> data)
    {
        data = data[.._settings.Length];
        data.Clear();
        if (state.Disturbance == Disturbance.WarmingUp)
        {
            return data.Length;
        }

        for (var i = 0; i < profile.Fields.Count; i++)
        {
            var field = (ShdlcField)profile.Fields[i].Settings;
            var layout = field.Layout!.Value;
            if (!double.IsFinite(state.Values[i]) && layout.Type != NumberType.Float32)
            {
                return 0;
            }

            layout.Write(profile.Fields[i].Value.Write(state.Values[i]), data[field.At..]);
        }

        return data.Length;
    }
}
