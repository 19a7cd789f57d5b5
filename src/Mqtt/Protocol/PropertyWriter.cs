using System.Text;

namespace MeetNet.Mqtt.Protocol;

/// <summary>Writes properties (MQTT 5.0 §2.2.2).</summary>
internal static class PropertyWriter
{
    /// <summary>Bytes of the properties without their length field.</summary>
    public static int Length(MqttProperties properties)
    {
        var length = 0;
        foreach (ref readonly var item in properties.Span)
        {
            length = checked(length + 1 + PropertyTable.Rule((uint)item.Id).Kind switch
            {
                PropertyKind.Bit => 1,
                PropertyKind.UInt16 or PropertyKind.UInt16NotZero => 2,
                PropertyKind.UInt32 or PropertyKind.UInt32NotZero => 4,
                PropertyKind.VariableNotZero => VariableByteInteger.Length(item.Number),
                PropertyKind.Text => 2 + Encoding.UTF8.GetByteCount(item.Text!),
                PropertyKind.Binary => 2 + item.Data.Length,
                _ => 4 + Encoding.UTF8.GetByteCount(item.Name!) + Encoding.UTF8.GetByteCount(item.Text!),
            });
        }

        return length;
    }

    /// <summary>Bytes of a Topic Alias beside the properties of a message; 0 is none.</summary>
    public static int AliasLength(ushort alias) => alias == 0 ? 0 : 3;

    /// <summary>
    /// Writes length and properties; a zero length is written too ([MQTT-2.2.2-1]). <paramref name="alias"/> is of the connection, not one of
    /// the properties; 0 is none.
    /// </summary>
    public static void Write(PacketBuffer output, MqttProperties properties, int length, ushort alias = 0)
    {
        output.Variable((uint)(length + AliasLength(alias)));
        if (alias != 0)
        {
            output.Byte((byte)MqttPropertyId.TopicAlias);
            output.UInt16(alias);
        }

        foreach (ref readonly var item in properties.Span)
        {
            output.Byte((byte)item.Id);
            switch (PropertyTable.Rule((uint)item.Id).Kind)
            {
                case PropertyKind.Bit:
                    output.Byte((byte)item.Number);
                    break;
                case PropertyKind.UInt16 or PropertyKind.UInt16NotZero:
                    output.UInt16((ushort)item.Number);
                    break;
                case PropertyKind.UInt32 or PropertyKind.UInt32NotZero:
                    output.UInt32(item.Number);
                    break;
                case PropertyKind.VariableNotZero:
                    output.Variable(item.Number);
                    break;
                case PropertyKind.Text:
                    output.Text(item.Text!);
                    break;
                case PropertyKind.Binary:
                    output.Binary(item.Data.Span);
                    break;
                default:
                    output.Text(item.Name!);
                    output.Text(item.Text!);
                    break;
            }
        }
    }
}
