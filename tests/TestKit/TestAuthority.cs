using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MeetNet.TestKit;

/// <summary>A certificate authority of a test, good for a day. Files are PEM.</summary>
public sealed class TestAuthority : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly X509Certificate2 _authority;

    /// <summary>Makes its key and certificate.</summary>
    public TestAuthority()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=test authority", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var now = TimeProvider.System.GetUtcNow();
        _authority = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        CertificateFile = _folder.File("authority.pem");
        File.WriteAllText(CertificateFile, _authority.ExportCertificatePem());
    }

    /// <summary>Its certificate, for those who are to trust it.</summary>
    public string CertificateFile { get; }

    /// <summary>Issues a certificate with this common name; as a server it is good for <c>localhost</c> and 127.0.0.1.</summary>
    /// <returns>The certificate, its private key, and both in one file.</returns>
    public (string Certificate, string Key, string Both) Issue(string commonName)
    {
        using var key = RSA.Create(2048);
        // UTF-8 as RFC 5280 §4.1.2.4 wants it; ejabberd finds no name in another encoding.
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(commonName);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var issued = request.Create(_authority, now.AddHours(-12), now.AddHours(12), RandomNumberGenerator.GetBytes(8));
        var files = (Certificate: _folder.File($"{commonName}.pem"), Key: _folder.File($"{commonName}.key"), Both: _folder.File($"{commonName}.both.pem"));
        File.WriteAllText(files.Certificate, issued.ExportCertificatePem());
        File.WriteAllText(files.Key, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(files.Both, $"{issued.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
        return files;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }
}
