namespace MeetNet.Mqtt.Transport;

/// <summary>What a server that refuses a handshake says, from the words that OpenSSL has for its alert (RFC 8446 §6.2) at the bottom of an exception.</summary>
internal static class TlsAlert
{
    /// <summary>What is wrong and what to do next; null when the exception has no alert in it.</summary>
    public static string? Explain(Exception exception, MqttTlsOptions tls)
    {
        var bottom = exception.GetBaseException().Message;
        var at = bottom.IndexOf("alert ", StringComparison.Ordinal);
        if (at < 0)
        {
            return null;
        }

        var alert = bottom[(at + "alert ".Length)..].Trim();
        return alert switch
        {
            "protocol version" => "the server speaks neither TLS 1.2 nor 1.3: it must be brought up to date.",
            "certificate required" or "handshake failure" or "bad certificate" when tls.CertificateFile is null =>
                $"the server refused ('{alert}'), and no client certificate is set: it probably wants one, so set CertificateFile and KeyFile.",
            "unknown ca" or "bad certificate" or "certificate unknown" or "certificate expired" or "certificate revoked" or "access denied" when tls.CertificateFile is { } own =>
                $"the server refused our certificate {own} ('{alert}'): have it renewed, by an authority that the server trusts.",
            _ => $"the server refused the handshake ('{alert}'): its log says more.",
        };
    }
}
