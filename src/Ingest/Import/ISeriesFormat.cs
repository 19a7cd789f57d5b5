namespace MeetNet.Ingest.Import;

/// <summary>One form in which a network publishes its series.</summary>
internal interface ISeriesFormat
{
    /// <summary>The word on the command line.</summary>
    string Name { get; }

    /// <summary>Who publishes it, for <c>--help</c>.</summary>
    string Publisher { get; }

    /// <summary>Reads the file; a row that can't be read is said, and the rest goes on.</summary>
    /// <exception cref="ImportException">The file is not of this form, or something that it doesn't say is not stated.</exception>
    void Read(TextReader text, SourceValues values);
}

/// <summary>The formats there are.</summary>
internal static class SeriesFormats
{
    public static IReadOnlyList<ISeriesFormat> All { get; } = [new LuchtmeetnetFormat(), new IrcelFormat(), new EeaFormat(), new RwsFormat(), new KiwisFormat(), new GldFormat()];
}
