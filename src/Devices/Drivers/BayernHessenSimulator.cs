using System.Globalization;
using System.Text;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;

namespace MeetNet.Devices.Drivers;

/// <summary>The analyser's side: answers DA for its own address, for none, and for the "any" forms 000 and ???.</summary>
internal sealed class BayernHessenSimulator : IDeviceSimulator
{
    private readonly DeviceProfile _profile;
    private readonly HessenSettings _settings;
    private readonly int? _address;
    private readonly HessenEnding _ending;

    public BayernHessenSimulator(DeviceProfile profile, DeviceAddress at)
    {
        _profile = profile;
        _settings = (HessenSettings)profile.Settings;
        _address = at.Number;
        _ending = _settings.EndingAt(at);
        Requests = new BayernHessenFramer(HessenSettings.QuestionOf(_ending));
    }

    public int MaxFrame => BayernHessenFramer.Longest;

    public IFramer Requests { get; }

    public int Answer(ReadOnlySpan<byte> request, in SimulatedState state, Span<byte> reply)
    {
        if (!IsForUs(request) || StatusOf(state.Disturbance) is not { } bits)
        {
            return 0;
        }

        var text = new StringBuilder();
        var groups = 0;
        for (var i = 0; i < _profile.Fields.Count; i++)
        {
            var word = bits | (_settings.Units?.BitsOf(state.UnitOf(_profile.Fields[i], i)) ?? 0);
            var value = _profile.Fields[i].Value.Write(state.Values[i]);
            if (!double.IsFinite(value))
            {
                // "Not valid in this mode" is a zero with a status that says so.
                if (StatusOf(Disturbance.DeviceFault) is not { } fault)
                {
                    continue;
                }

                (value, word) = (0, word | fault);
            }

            var field = (HessenFieldSettings)_profile.Fields[i].Settings;
            var id = field.Gas is not null ? _address ?? field.Gas.Value : field.IdAt(_address);
            text.Append(CultureInfo.InvariantCulture, $" {id:000} {Number(value)} {word >> 8:X2} {word & 0xFF:X2} {field.Gas ?? 0:000} 000000");
            groups++;
        }

        reply[0] = BayernHessenFramer.Opening(_ending);
        var body = string.Create(CultureInfo.InvariantCulture, $"MD{groups:00}{text} ");
        var length = 1 + Encoding.ASCII.GetBytes(body, reply[1..]);
        return Disturbances.Apply(state.Disturbance, state.Seed, reply, BayernHessenFramer.Close(reply, length, _ending));
    }

    private bool IsForUs(ReadOnlySpan<byte> request)
    {
        if (!request.StartsWith([BayernHessenFramer.Stx, (byte)'D', (byte)'A']))
        {
            return false;
        }

        var asked = request[3..];
        asked = asked[..Math.Max(0, asked.IndexOfAny(BayernHessenFramer.Etx, BayernHessenFramer.Cr))];
        Span<byte> own = stackalloc byte[3];
        BayernHessenCodec.WriteId(_address ?? 0, own);
        return asked.IsEmpty || asked.SequenceEqual(own) || asked.SequenceEqual("000"u8) || asked.SequenceEqual("???"u8);
    }

    /// <summary>The status word that says it; null when this model has no bits for it, so that it can only keep silent.</summary>
    private int? StatusOf(Disturbance disturbance)
    {
        if (disturbance is not (Disturbance.DeviceFault or Disturbance.WarmingUp))
        {
            return 0;
        }

        foreach (var rule in _settings.Status)
        {
            var fits = disturbance == Disturbance.DeviceFault
                ? rule.Means == ReadingStatus.DeviceFault
                : rule.Means is ReadingStatus.WarmingUp or ReadingStatus.Calibrating;
            if (fits)
            {
                return rule.Bits;
            }
        }

        return null;
    }

    /// <summary>±nnnn±ee, four significant digits.</summary>
    private string Number(double value)
    {
        var scientific = Math.Abs(value).ToString("0.000E+00", CultureInfo.InvariantCulture);
        var mantissa = scientific[0] + scientific.Substring(2, 3);
        var exponent = int.Parse(scientific.AsSpan(6), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        exponent = value == 0 ? 0 : Math.Clamp(exponent - (_settings.IntegerMantissa ? 3 : 0), -99, 99);
        return string.Create(CultureInfo.InvariantCulture, $"{(value < 0 ? '-' : '+')}{mantissa}{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");
    }
}
