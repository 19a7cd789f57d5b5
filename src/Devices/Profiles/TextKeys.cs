using System.Text;
using MeetNet.Yaml;

namespace MeetNet.Devices.Profiles;

/// <summary>Text in profiles that is sent or expected as bytes.</summary>
internal static class TextKeys
{
    /// <summary>One to <paramref name="longest"/> printable ASCII characters.</summary>
    public static byte[] Ascii(YamlValue value, int longest)
    {
        var text = value.String();
        if (value.Exists && (text.Length == 0 || text.Length > longest || text.Any(c => c is < ' ' or > '~')))
        {
            value.Problem($"'{value.Name}' is 1 to {longest} printable ASCII characters");
            return [];
        }

        return Encoding.ASCII.GetBytes(text.All(c => c < 0x80) ? text : string.Empty);
    }
}
