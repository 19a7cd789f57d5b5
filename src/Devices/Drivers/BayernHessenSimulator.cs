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

    public BayernHessenSimulator(DeviceProfile profile, int? address)
    {
        _profile = profile;
        _settings = (HessenSettings)profile.Settings;
        _address = address;
        Requests = new BayernHessenFramer(_settings.Ending);
    }

    public int MaxFrame => BayernHessenFramer.Longest;

    public IFramer Requests { get; }

    public int Answer(ReadOnlySpan<byte> request, in SimulatedState state, Span<byte> reply)
    {
        if (!IsForUs(request) || FlagsOf(state.Disturbance) is not { } flags)
        {
            return 0;
        }

        var text = new StringBuilder();
        var groups = 0;
        for (var i = 0; i < _profile.Fields.Count; i++)
        {
            var status = flags;
            var value = _profile.Fields[i].Value.Write(state.Values[i]);
            if (!double.IsFinite(value))
            {
                // "Not valid in this mode" is a zero with a status that says so.
                if (FlagsOf(Disturbance.DeviceFault) is not { } fault)
                {
                    continue;
                }

                (value, status) = (0, fault);
            }

            var id = ((HessenFieldSettings)_profile.Fields[i].Settings).IdAt(_address);
            text.Append(CultureInfo.InvariantCulture, $" {id:000} {Number(value)} {status.Operating:X2} {status.Fault:X2} 000 000000");
            groups++;
        }

        reply[0] = BayernHessenFramer.Stx;
        var body = string.Create(CultureInfo.InvariantCulture, $"MD{groups:00}{text} ");
        var length = 1 + Encoding.ASCII.GetBytes(body, reply[1..]);
        return Disturbances.Apply(state.Disturbance, state.Seed, reply, BayernHessenFramer.Close(reply, length, _settings.Ending));
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

    /// <summary>The status bytes that say it; null when this model has no bits for it, so that it can only keep silent.</summary>
    private (int Operating, int Fault)? FlagsOf(Disturbance disturbance)
    {
        if (disturbance is not (Disturbance.DeviceFault or Disturbance.WarmingUp))
        {
            return (0, 0);
        }

        foreach (var rule in _settings.Status)
        {
            var fits = disturbance == Disturbance.DeviceFault
                ? rule.Means == ReadingStatus.DeviceFault
                : rule.Means is ReadingStatus.WarmingUp or ReadingStatus.Calibrating;
            if (fits)
            {
                var lowest = rule.Mask & -rule.Mask;
                return rule.Operating ? (lowest, 0) : (0, lowest);
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
