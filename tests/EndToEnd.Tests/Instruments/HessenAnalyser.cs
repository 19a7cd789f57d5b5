using System.Globalization;
using System.Text;

namespace MeetNet.EndToEnd.Tests.Instruments;

/// <summary>
/// An analyser that answers the Bayern-Hessen query `DA` with one gas: STX, `MD01 kkk ±nnnn±ee ss ff …`, ETX and the BCC, as the
/// manuals print it (Thermo 42i appendix D; Serinus appendix C), apart from the product's own codec.
/// </summary>
internal static class HessenAnalyser
{
    public static byte[] Answer(int gas, double value, byte operating = 0, byte fault = 0)
    {
        var (mantissa, exponent) = Split(value);
        var text = string.Create(CultureInfo.InvariantCulture,
            $"MD01 {gas:000} {mantissa}{exponent} {operating:x2} {fault:x2} 000 000000 ");
        var body = Encoding.ASCII.GetBytes($"\u0002{text}\u0003");
        var bcc = 0;
        foreach (var b in body)
        {
            bcc ^= b;
        }

        return [.. body, .. Encoding.ASCII.GetBytes(bcc.ToString("X2", CultureInfo.InvariantCulture))];
    }

    /// <summary>±nnnn±ee with n.nnn × 10^ee.</summary>
    private static (string Mantissa, string Exponent) Split(double value)
    {
        var exponent = value == 0 ? 0 : (int)Math.Floor(Math.Log10(Math.Abs(value)));
        var mantissa = (int)Math.Round(value / Math.Pow(10, exponent) * 1000, MidpointRounding.AwayFromZero);
        return (Signed(mantissa, "0000"), Signed(exponent, "00"));
    }

    private static string Signed(int value, string format) =>
        (value < 0 ? "-" : "+") + Math.Abs(value).ToString(format, CultureInfo.InvariantCulture);
}
