using FsCheck;
using FsCheck.Fluent;

namespace MeetNet.Mqtt.Tests.Sessions.Model;

public sealed class SessionModelTests
{
    /// <summary>
    /// Through lost connections, answers in any order, ends of the process and torn writes of its file: QoS 1 arrives at least once and QoS 2 exactly
    /// once, both ways and in order; no identifier means two messages; the server's window is not overrun; nothing is sent that is not stored.
    /// </summary>
    [Fact]
    [Trait("mqtt", "4.4.0-1")]
    [Trait("mqtt", "4.3.3-10")]
    [Trait("mqtt", "4.6.0-1")]
    [Trait("mqtt", "4.6.0-4")]
    [Trait("mqtt", "4.9.0-1")]
    [Trait("mqtt", "2.2.1-3")]
    public void Qos_1_arrives_at_least_once_and_qos_2_exactly_once_whatever_happens() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed => new SessionModel(seed).Run(steps: 600))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(150));
}
