using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MeetNet.Mqtt.Transport;

/// <summary>Whether a server's certificate will do. Nothing is overlooked here that .NET objects to.</summary>
internal static class ServerCertificate
{
    /// <summary>What is wrong with it and what to do next; null if nothing is.</summary>
    /// <param name="certificate">The server's.</param>
    /// <param name="chain">As .NET built it.</param>
    /// <param name="errors">What .NET found.</param>
    /// <param name="name">Name the server must have.</param>
    /// <param name="tls">Settings.</param>
    public static string? Objection(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors, string name, MqttTlsOptions tls)
    {
        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            return "the server showed no certificate.";
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            return ChainObjection(certificate, chain, tls);
        }

        if (errors != SslPolicyErrors.None)
        {
            return $"the server's certificate is for {Names(certificate)}, not for '{name}': connect to the name it has, or set that as ServerName.";
        }

        var key = Convert.ToBase64String(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));
        return tls.PinnedPublicKeys.Count == 0 || tls.PinnedPublicKeys.Contains(key) ? null
            : $"the server's public key is {key}, which is not pinned: if the server was given a new key, add it to PinnedPublicKeys; if not, this is not the server.";
    }

    private static string ChainObjection(X509Certificate2 certificate, X509Chain? chain, MqttTlsOptions tls)
    {
        var elements = chain?.ChainElements.ToList() ?? [];
        var problems = elements.SelectMany(element => element.ChainElementStatus).ToList();
        if (problems.Any(p => p.Status is X509ChainStatusFlags.UntrustedRoot or X509ChainStatusFlags.PartialChain))
        {
            var trusted = tls.CertificateAuthorityFile is { } file ? $"the authority file {file}" : "the trust store of this machine (no authority file is set)";
            return $"the server's certificate '{certificate.Subject}', issued by '{certificate.Issuer}', does not lead to a certificate in {trusted}: "
                + "name the file with its authority's certificate as CertificateAuthorityFile.";
        }

        if (elements.Find(e => e.ChainElementStatus.Any(s => s.Status == X509ChainStatusFlags.NotTimeValid)) is { } outdated)
        {
            var (begin, end) = (outdated.Certificate.NotBefore.ToUniversalTime(), outdated.Certificate.NotAfter.ToUniversalTime());
            return string.Create(
                CultureInfo.InvariantCulture,
                $"the certificate '{outdated.Certificate.Subject}' of the server is valid from {begin:u} to {end:u}, and now is not within: the server needs a new one, or this machine's clock is wrong.");
        }

        return $"the server's certificate '{certificate.Subject}' is not valid: {string.Join(" ", problems.Select(p => p.StatusInformation.Trim()))}";
    }

    private static string Names(X509Certificate2 certificate)
    {
        var alternatives = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        var names = alternatives is null ? [] : alternatives.EnumerateDnsNames().Concat(alternatives.EnumerateIPAddresses().Select(ip => $"{ip}")).ToList();
        return names.Count > 0 ? string.Join(", ", names) : $"no host at all ('{certificate.Subject}' has no alternative names)";
    }
}
