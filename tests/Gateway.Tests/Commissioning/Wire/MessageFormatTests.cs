using System.Buffers;
using System.Text;
using System.Text.Json;
using MeetNet.Gateway.Commissioning.Wire;
using MeetNet.Mqtt;

namespace MeetNet.Gateway.Tests.Commissioning.Wire;

/// <summary>What no other program can be asked for: times, bytes that are no text, wrong formats.</summary>
public sealed class MessageFormatTests
{
    private static readonly DateTimeOffset At = new DateTimeOffset(2026, 2, 3, 5, 6, 7, TimeSpan.FromHours(1)).AddTicks(1_234_567);

    [Theory]
    [InlineData("%I", "2026-02-03T04:06:07Z")]
    [InlineData("%22I|%-22I|", "  2026-02-03T04:06:07Z|2026-02-03T04:06:07Z  |")]
    [InlineData("%U", "1770091567.123456700")]
    [InlineData("@Y @m @d @H @M @S @s @N", "2026 02 03 04 06 07 1770091567 123456700")]
    [InlineData("@F @T @j @y @z @Z", "2026-02-03 04:06:07 034 26 +0000 UTC")]
    [InlineData("%E %A %S", "60 3 7")]
    [InlineData("no sequence", "no sequence")]
    public void A_time_is_written_in_UTC(string format, string expected) =>
        Assert.Equal(expected, Written(format, "x", MqttProperty.Of(MqttPropertyId.MessageExpiryInterval, 60), MqttProperty.Of(MqttPropertyId.TopicAlias, 3), MqttProperty.Of(MqttPropertyId.SubscriptionIdentifier, 7)));

    [Fact]
    public void JSON_has_the_time_in_UTC_and_all_properties() => Assert.Equal(
        """{"tst":"2026-02-03T04:06:07.123456Z","topic":"a/b","qos":1,"retain":0,"payloadlen":1,"mid":0,"properties":{"message-expiry-interval":60,"user-properties":{"k":"v"},"content-type":"t"},"payload":"x"}""",
        Written("%j", "x", MqttProperty.Of(MqttPropertyId.MessageExpiryInterval, 60), MqttProperty.User("k", "v"), MqttProperty.Of(MqttPropertyId.ContentType, "t")));

    [Fact]
    public void Bytes_that_are_no_text_are_base64_and_the_line_is_still_JSON()
    {
        var line = Written("%j", [0xFF, 0x00, 0xFE], MqttProperty.Of(MqttPropertyId.CorrelationData, new byte[] { 0x80 }));
        var json = JsonDocument.Parse(line).RootElement;
        Assert.Equal([0xFF, 0x00, 0xFE], json.GetProperty("payload-base64").GetBytesFromBase64());
        Assert.Equal([0x80], json.GetProperty("properties").GetProperty("correlation-data-base64").GetBytesFromBase64());
        Assert.False(json.TryGetProperty("payload", out _));
    }

    [Theory]
    [InlineData(""" { "n" : 1.50 , "big":12345678901234567890,"e":1e3, "s":"\u00e9\n", "l":[ ] , "t" : [true,false,null] } """, """{"n":1.50,"big":12345678901234567890,"e":1e3,"s":"\u00e9\n","l":[],"t":[true,false,null]}""")]
    [InlineData("\"text\"", "\"text\"")]
    public void A_JSON_payload_keeps_its_digits_and_loses_its_blanks(string payload, string expected) =>
        Assert.EndsWith($",\"payload\":{expected}}}", Written("%J", payload), StringComparison.Ordinal);

    [Theory]
    [InlineData("no JSON")]
    [InlineData("{\"a\":1")]
    [InlineData("1 2")]
    [InlineData("{'a':1}")]
    public void A_payload_that_is_not_JSON_is_said_and_what_else_the_format_has_is_written(string payload)
    {
        var output = new ArrayBufferWriter<byte>();
        Assert.False(MessageFormat.Parse("%t %J!", endsLine: true).Write(Message(Encoding.UTF8.GetBytes(payload)), At, output));
        Assert.Equal("a/b !\n", Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Theory]
    [InlineData("%z", "'%z'")]
    [InlineData("%", "ends")]
    [InlineData("50%", "ends")]
    [InlineData("%-", "ends")]
    [InlineData("%5", "ends")]
    [InlineData("%5.", "ends")]
    [InlineData("%99999t", "99999")]
    [InlineData("@", "ends")]
    [InlineData("@q", "'@q'")]
    [InlineData("\\", "ends")]
    [InlineData("\\q", "'\\q'")]
    public void A_format_that_is_wrong_says_what(string format, string named)
    {
        var failure = Assert.Throws<WireFailure>(() => MessageFormat.Parse(format, endsLine: true));
        Assert.Equal(WireExitCodes.Usage, failure.Code);
        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
    }

    private static string Written(string format, string payload, params MqttProperty[] properties) => Written(format, Encoding.UTF8.GetBytes(payload), properties);

    private static string Written(string format, byte[] payload, params MqttProperty[] properties)
    {
        var output = new ArrayBufferWriter<byte>();
        Assert.True(MessageFormat.Parse(format, endsLine: false).Write(Message(payload, properties), At, output));
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static MqttMessage Message(byte[] payload, params MqttProperty[] properties) => new()
    {
        Topic = "a/b",
        Payload = payload,
        QualityOfService = MqttQualityOfService.AtLeastOnce,
        Properties = new MqttProperties(properties),
    };
}
