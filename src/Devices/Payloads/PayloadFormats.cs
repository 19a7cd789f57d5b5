namespace MeetNet.Devices.Payloads;

/// <summary>Every format of payload bytes there is, by hand: a line here is what makes one known.</summary>
internal static class PayloadFormats
{
    public static IReadOnlyList<IPayloadFormat> All { get; } =
    [
        new LayoutFormat(),
        new DecentlabFormat(),
        new TaggedFormat(new MilesightTags()),
        new TaggedFormat(new ElsysTags()),
        new TaggedFormat(new SensecapTags()),
        new KellerFormat(),
    ];
}
