namespace MeetNet.Devices;

/// <summary>
/// What is said over a line to a folder:
/// <code>
/// asked     name[,name]@[place] TAB file TAB file LF
/// answered  name[,name]@[place] TAB file=content TAB file!error LF
/// </code>
/// The error is the kernel's word (EAGAIN, EIO); an error without a file is about the device.
/// </summary>
public static class IioText
{
    /// <summary>Longer than any answer to a request of <see cref="IDeviceCodec.MaxRequest"/> bytes: some files of a line of text each.</summary>
    public const int MaxAnswer = 2048;

    /// <summary>Between the parts.</summary>
    public const char Separator = '\t';

    /// <summary>Which device is meant.</summary>
    public static string Head(IEnumerable<string> names, string place) => $"{string.Join(',', names)}@{place}";
}
