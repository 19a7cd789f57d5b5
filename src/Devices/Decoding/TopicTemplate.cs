namespace MeetNet.Devices.Decoding;

/// <summary>A topic with the device's address in it: <c>tele/{address}/SENSOR</c>.</summary>
internal sealed class TopicTemplate
{
    public const string Place = "{address}";

    private TopicTemplate(string text) => Text = text;

    /// <summary>As written.</summary>
    public string Text { get; }

    /// <summary>Whether the address is part of it.</summary>
    public bool HasAddress => Text.Contains(Place, StringComparison.Ordinal);

    /// <summary>A topic without wildcards (MQTT 5.0 §4.7.1), with the address once at most.</summary>
    public static bool TryParse(string text, out TopicTemplate? template)
    {
        var rest = text.Replace(Place, "x", StringComparison.Ordinal);
        var valid = text.Length is > 0 and < 500 && rest.AsSpan().IndexOfAny("+#{}\0") < 0 && (text.Length - rest.Length) / (Place.Length - 1) <= 1;
        template = valid ? new TopicTemplate(text) : null;
        return valid;
    }

    /// <summary>The topic of one device.</summary>
    public string At(string? address) => Text.Replace(Place, address ?? string.Empty, StringComparison.Ordinal);
}
