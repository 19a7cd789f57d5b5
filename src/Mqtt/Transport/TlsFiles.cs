using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MeetNet.Mqtt.Transport;

/// <summary>Reads PEM files. Whatever is wrong with one is a <see cref="TransportException"/> that names it.</summary>
internal static class TlsFiles
{
    /// <summary>The certificates of an authority file; at least one.</summary>
    public static X509Certificate2Collection ReadAuthorities(string file) => Read(file, "the authority file", path =>
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPem(File.ReadAllText(path)); // Not ImportFromPemFile, which takes a file without certificates for an empty list in DER.
        return authorities.Count > 0 ? authorities : throw new CryptographicException("it has no certificate in PEM (-----BEGIN CERTIFICATE-----)");
    });

    /// <summary>Our own certificate with its key, and the intermediate certificates behind it in the same file, which the server may not have.</summary>
    public static SslStreamCertificateContext ReadOwn(string certificateFile, string? keyFile)
    {
        var chain = Read(certificateFile, "the client certificate file", path =>
        {
            var all = new X509Certificate2Collection();
            all.ImportFromPem(File.ReadAllText(path));
            return all.Count > 0 ? all : throw new CryptographicException("it has no certificate in PEM (-----BEGIN CERTIFICATE-----)");
        });
        return Read(keyFile ?? certificateFile, "the client key file", path =>
        {
            var key = File.ReadAllText(path);
            if (key.Contains("-----BEGIN ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal) || key.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal))
            {
                throw new CryptographicException("it needs a password: give a key without one (openssl pkey -in KEY -out PLAIN) that only this program may read");
            }

            var own = X509Certificate2.CreateFromPem(chain[0].ExportCertificatePem(), key);
            return SslStreamCertificateContext.Create(own, [.. chain.Skip(1)], offline: true);
        });
    }

    private static T Read<T>(string file, string what, Func<string, T> read)
    {
        try
        {
            return read(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new TransportException(MqttDisconnectCause.TlsFailed, $"{what} {file} can't be used: {e.Message}", e);
        }
    }
}
