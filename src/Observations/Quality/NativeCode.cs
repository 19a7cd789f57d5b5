using System.Diagnostics.CodeAnalysis;

namespace MeetNet.Observations.Quality;

/// <summary>
/// A quality code as its source wrote it. The same number means different things from different sources and in different
/// kinds of series (100 is good in VMM's raw series and estimated in its aggregated ones): a code alone means nothing.
/// </summary>
/// <param name="Source">Who wrote it: <c>vmm</c>, <c>rws</c>, <c>eea</c>.</param>
/// <param name="Kind">Which of the source's lists: kind of series, or axis. <c>raw</c>, <c>kwaliteitsoordeel</c>.</param>
/// <param name="Code">The code, to the letter: <c>05</c>, <c>-1</c>, <c>nogNietBeoordeeld</c>.</param>
public readonly record struct NativeCode(string Source, string Kind, string Code)
{
    /// <summary>
    /// How it is kept in <see cref="ResultQuality.Tests"/>: <c>rws.kwaliteitsoordeel:05</c>, lower case. So the native code
    /// stays with the observation, and is what goes back to its source: never a code that was made from a flag.
    /// </summary>
    public string ToToken() => $"{Source}.{Kind}:{Code}".ToLowerInvariant();

    /// <summary>Reads a token of a known list back, in the spelling of its source; false for any other.</summary>
    public static bool TryParse(ReadOnlySpan<char> token, out NativeCode native)
    {
        native = default;
        var (dot, colon) = (token.IndexOf('.'), token.IndexOf(':'));
        if (dot < 1 || colon < dot)
        {
            return false;
        }

        var code = token[(colon + 1)..];
        if (!CodeLists.TryGet(token[..dot].ToString(), token[(dot + 1)..colon].ToString(), out var list))
        {
            return false;
        }

        foreach (var meaning in list.Codes)
        {
            if (code.Equals(meaning.Code, StringComparison.OrdinalIgnoreCase))
            {
                native = new NativeCode(list.Source, list.Kind, meaning.Code);
                return true;
            }
        }

        return false;
    }

    /// <summary>The native codes among the tests and reasons of a quality, in their order.</summary>
    public static IReadOnlyList<NativeCode> In(ResultQuality quality)
    {
        var found = new List<NativeCode>();
        foreach (var range in quality.Tests.AsSpan().Split(','))
        {
            if (TryParse(quality.Tests.AsSpan()[range], out var native))
            {
                found.Add(native);
            }
        }

        return found;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Source}.{Kind}:{Code}";
}

/// <summary>What a code of a list means. It is of one axis: it has a validity or a stage, never both.</summary>
/// <param name="Code">The code.</param>
/// <param name="Label">The source's word for it.</param>
/// <param name="Validity">What it says of the value; null for a code of a stage.</param>
/// <param name="Stage">What it says of the checking; null for a code of validity.</param>
/// <param name="IsWritten">Whether it is the one that is written for that validity or stage: of several, and of those whose special reason is not known, none is.</param>
/// <param name="IsUnconfirmed">Whether no source was found for the reading: it is a choice of MeetNet.</param>
/// <param name="Property">The only observed property that may have it; null for all.</param>
/// <param name="Scale">The scale that the value is on, where the code says so; both sides of a comparison must be on the same.</param>
/// <param name="Note">Why it is read so; null when there is nothing to say.</param>
public sealed record CodeMeaning(
    string Code, string Label, Validity? Validity, VerificationStage? Stage, bool IsWritten, bool IsUnconfirmed, string? Property, string? Scale, string? Note);

/// <summary>How well a code says what is to be said.</summary>
public enum CodeFit
{
    /// <summary>There is no such code, and none that is not wrong: nothing may be written.</summary>
    None,

    /// <summary>The nearest code says less, or something coarser.</summary>
    Lossy,

    /// <summary>Read again it means the same.</summary>
    Exact,

    /// <summary>The code of this list that the value came with, to the letter.</summary>
    Own,
}

/// <summary>One list of codes of one source.</summary>
/// <param name="Source">Who.</param>
/// <param name="Kind">Which list.</param>
/// <param name="Reference">Where the meanings are from.</param>
/// <param name="Codes">All codes.</param>
/// <param name="Lossy">The nearest code for what the list has no code for.</param>
public sealed record CodeList(
    string Source, string Kind, string Reference, IReadOnlyList<CodeMeaning> Codes, IReadOnlyDictionary<Validity, string> Lossy)
{
    /// <summary>Whether its codes say how far the checking has come; those of the other lists say what the value is worth.</summary>
    public bool IsOfStages => Codes.All(code => code.Stage is not null);

    /// <summary>What a code means; false when the list does not have it, or not for that observed property.</summary>
    public bool TryRead(string code, string property, [NotNullWhen(true)] out CodeMeaning? meaning)
    {
        meaning = Codes.FirstOrDefault(c => c.Code == code && (c.Property is null || c.Property == property));
        return meaning is not null;
    }

    /// <summary>
    /// The code for a validity of another source. Never for a value that came with a code of this list: that one goes back
    /// as it was.
    /// </summary>
    public CodeFit TryWrite(Validity validity, out string code)
    {
        if (Codes.FirstOrDefault(c => c.IsWritten && c.Validity == validity) is { } exact)
        {
            code = exact.Code;
            return CodeFit.Exact;
        }

        return Lossy.TryGetValue(validity, out code!) ? CodeFit.Lossy : CodeFit.None;
    }

    /// <summary>
    /// The code for a value, whatever source it is from: the one of this list that it came with, if any, else one that is made from its validity or, in a list of stages, from its stage.
    /// </summary>
    public CodeFit TryWrite(NativeQuality quality, out string? code)
    {
        foreach (var own in quality.Codes)
        {
            if (own.Source == Source && own.Kind == Kind)
            {
                code = own.Code;
                return CodeFit.Own;
            }
        }

        code = null;
        return !IsOfStages ? TryWrite(quality.Validity, out code!) : quality.Stage is { } stage ? TryWrite(stage, out code!) : CodeFit.None;
    }

    /// <summary>The code for a stage.</summary>
    public CodeFit TryWrite(VerificationStage stage, out string code)
    {
        code = Codes.FirstOrDefault(c => c.IsWritten && c.Stage == stage)?.Code!;
        return code is null ? CodeFit.None : CodeFit.Exact;
    }
}
