namespace MeetNet.Observations;

/// <summary>A text that people on both sides of the border read.</summary>
/// <param name="Nl">Dutch.</param>
/// <param name="En">English.</param>
public sealed record LocalizedText(string Nl, string En);
