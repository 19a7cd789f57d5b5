using System.Reflection;
using Xunit.Sdk;

namespace MeetNet.Mqtt.Tests.Broker;

/// <summary>
/// The rows of a theory: every broker, with every protocol level and QoS where the test has parameters for them. Traits narrow the brokers down;
/// the reasons stand in <see cref="Brokers"/>.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OnBrokersAttribute : DataAttribute
{
    private BrokerTrait? _needs;
    private BrokerTrait? _lacks;

    /// <summary>Only brokers that have this.</summary>
    public BrokerTrait Needs
    {
        get => _needs.GetValueOrDefault();
        set => _needs = value;
    }

    /// <summary>Only brokers that don't have this.</summary>
    public BrokerTrait Lacks
    {
        get => _lacks.GetValueOrDefault();
        set => _lacks = value;
    }

    /// <summary>Only this QoS and above.</summary>
    public MqttQualityOfService AtLeast { get; set; }

    public override IEnumerable<object[]> GetData(MethodInfo testMethod)
    {
        IEnumerable<object[]> rows = [[]];
        foreach (var type in testMethod.GetParameters().Select(parameter => parameter.ParameterType))
        {
            rows = rows.SelectMany(row => Values(type).Select(value => row.Append(value).ToArray()));
        }

        return rows;
    }

    private IEnumerable<object> Values(Type type)
    {
        if (type == typeof(BrokerKind))
        {
            return Enum.GetValues<BrokerKind>()
                .Where(broker => (_needs is not { } needs || broker.Has(needs)) && (_lacks is not { } lacks || !broker.Has(lacks)))
                .Cast<object>();
        }

        return type == typeof(MqttQualityOfService)
            ? Enum.GetValues<MqttQualityOfService>().Where(qos => qos >= AtLeast).Cast<object>()
            : Enum.GetValues(type).Cast<object>();
    }
}
