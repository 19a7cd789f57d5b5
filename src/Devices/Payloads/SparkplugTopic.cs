namespace MeetNet.Devices.Payloads;

/// <summary>What a Sparkplug topic says (Sparkplug 3.0.0 §4.1): <c>spBv1.0/group/type/edge[/device]</c>, or <c>spBv1.0/STATE/host</c>.</summary>
/// <param name="Type">NBIRTH, NDEATH, DBIRTH, DDEATH, NDATA, DDATA, NCMD, DCMD or STATE.</param>
/// <param name="Edge">The edge node; for STATE the host.</param>
/// <param name="Device">Null for messages of the edge node itself.</param>
internal sealed record SparkplugTopic(string Group, string Type, string Edge, string? Device)
{
    public const string Namespace = "spBv1.0";

    /// <summary>Reads a topic.</summary>
    /// <param name="problem">Which rule it breaks.</param>
    public static SparkplugTopic? Parse(string text, out string problem)
    {
        var parts = text.Split('/');
        problem = string.Empty;
        if (parts[0] != Namespace)
        {
            problem = $"the namespace must be {Namespace}";
        }
        else if (parts.Any(p => p.Length == 0 || p.AsSpan().IndexOfAny("+#") >= 0))
        {
            problem = "a part is empty or has a reserved character (+ #)";
        }
        else if (parts is [_, "STATE", var host])
        {
            return new SparkplugTopic(string.Empty, "STATE", host, null);
        }
        else if (parts.Length < 4)
        {
            problem = "group, message type and edge node are wanted";
        }
        else
        {
            var wantsDevice = parts[2][0] == 'D';
            if (parts[2] is not ("NBIRTH" or "NDEATH" or "NDATA" or "NCMD" or "DBIRTH" or "DDEATH" or "DDATA" or "DCMD"))
            {
                problem = $"there is no message type {parts[2]}";
            }
            else if (parts.Length != (wantsDevice ? 5 : 4))
            {
                problem = wantsDevice ? "the device is missing, or there is more after it" : "a message of the edge node names no device";
            }
            else
            {
                return new SparkplugTopic(parts[1], parts[2], parts[3], wantsDevice ? parts[4] : null);
            }
        }

        return null;
    }
}
