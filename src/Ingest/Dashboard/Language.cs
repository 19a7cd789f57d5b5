using Microsoft.Net.Http.Headers;

namespace MeetNet.Ingest.Dashboard;

/// <summary>Picks one of the two languages by an Accept-Language header (RFC 9110 §12.5.4).</summary>
internal static class Language
{
    /// <summary>"nl" or "en": the one with the higher weight, the earlier one when they weigh the same; English when neither is named.</summary>
    public static string Preferred(string? acceptLanguage)
    {
        if (string.IsNullOrWhiteSpace(acceptLanguage)
            || !StringWithQualityHeaderValue.TryParseList([acceptLanguage], out var accepted))
        {
            return "en";
        }
        return accepted
            .Where(language => (language.Quality ?? 1) > 0)
            .OrderByDescending(language => language.Quality ?? 1)
            .Select(language => language.Value.AsSpan() switch
            {
                ['n' or 'N', 'l' or 'L'] or ['n' or 'N', 'l' or 'L', '-', ..] => "nl",
                ['e' or 'E', 'n' or 'N'] or ['e' or 'E', 'n' or 'N', '-', ..] => "en",
                _ => null,
            })
            .FirstOrDefault(language => language is not null) ?? "en";
    }
}
