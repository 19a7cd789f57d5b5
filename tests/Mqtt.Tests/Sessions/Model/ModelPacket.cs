using MeetNet.Mqtt.Protocol;

namespace MeetNet.Mqtt.Tests.Sessions.Model;

/// <summary>A packet under way. <paramref name="Message"/> is the number that the payload of a PUBLISH says.</summary>
internal readonly record struct ModelPacket(PacketType Type, ushort Id, bool Refuses = false, int Message = 0, MqttQualityOfService QoS = 0, bool Duplicate = false);
