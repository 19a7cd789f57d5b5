using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace MeetNet.Observations.Wire;

/// <summary>
/// Writes the part of a row that does not depend on where it stands: all but its sequence. A gateway writes it once, when
/// the observation is stored; what is sent is those same bytes.
/// </summary>
public static class BatchRow
{
    /// <summary>
    /// Writes <c>"2026-11-21T10:00:00Z","2026-11-21T10:00:01Z",12.31,1,null,17.4,0]</c>: phenomenonTime, resultTime, result,
    /// resultQuality, qualityTests, raw, revision, the inputs as an array when there are any, and the closing bracket. Allocates nothing.
    /// </summary>
    /// <exception cref="ArgumentException">The observation breaks a rule of the wire: see <see cref="Check"/>.</exception>
    public static void Write(IBufferWriter<byte> destination, in Observation observation)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (Check(observation) is { } problem)
        {
            throw new ArgumentException(problem, nameof(observation));
        }

        var tests = observation.Quality.Tests;
        var span = destination.GetSpan(MaximumLength);
        var at = 0;
        span[at++] = (byte)'"';
        at += observation.PhenomenonTime.Write(span[at..]);
        "\",\""u8.CopyTo(span[at..]);
        at += 3;
        at += Iso8601.Write(span[at..], observation.ResultTime);
        "\","u8.CopyTo(span[at..]);
        at += 2;
        at += Number(span[at..], observation.Result);
        span[at++] = (byte)',';
        span[at++] = (byte)('0' + (int)observation.Quality.Flag);
        span[at++] = (byte)',';
        if (tests is null)
        {
            "null"u8.CopyTo(span[at..]);
            at += 4;
        }
        else
        {
            span[at++] = (byte)'"';
            at += Encoding.ASCII.GetBytes(tests, span[at..]);
            span[at++] = (byte)'"';
        }

        span[at++] = (byte)',';
        at += Number(span[at..], observation.Raw);
        span[at++] = (byte)',';
        Utf8Formatter.TryFormat(observation.Revision, span[at..], out var digits);
        at += digits;
        if (!observation.Inputs.IsEmpty)
        {
            ",["u8.CopyTo(span[at..]);
            at += 2;
            at += Number(span[at..], observation.Inputs.First);
            if (observation.Inputs.Second is not null)
            {
                span[at++] = (byte)',';
                at += Number(span[at..], observation.Inputs.Second);
            }

            span[at++] = (byte)']';
        }

        span[at++] = (byte)']';
        destination.Advance(at);
    }

    /// <summary>
    /// What is wrong with the observation, or null: numbers finite, the flag one of QARTOD's and 9 exactly when there is no
    /// result, tests of the alphabet <see cref="QualityTests.Pattern"/>, revision not negative, result time UTC.
    /// </summary>
    public static string? Check(in Observation observation)
    {
        var (flag, tests) = (observation.Quality.Flag, observation.Quality.Tests);
        if ((observation.Result is { } result && !double.IsFinite(result)) || (observation.Raw is { } raw && !double.IsFinite(raw)))
        {
            return "The result and the raw value must be finite or null.";
        }

        if (!double.IsFinite(observation.Inputs.First ?? 0) || !double.IsFinite(observation.Inputs.Second ?? 0))
        {
            return "The inputs must be finite or null.";
        }

        if (!QartodFlags.IsDefined(flag) || flag == QartodFlag.Missing != observation.Result is null)
        {
            return $"The flag must be 1, 2, 3, 4 or 9, and 9 exactly when there is no result; found {(int)flag}.";
        }

        if (tests is not null && !IsList(tests))
        {
            return $"The quality tests must be {QualityTests.Pattern} or null; found '{tests}'.";
        }

        if (observation.Revision < 0)
        {
            return $"The revision must not be negative; found {observation.Revision}.";
        }

        return observation.ResultTime.Offset == TimeSpan.Zero ? null : "The result time must be UTC.";
    }

    /// <summary>Whether what <see cref="Write"/> wrote ends with inputs.</summary>
    internal static bool HasInputs(ReadOnlySpan<byte> fragment) => fragment.EndsWith("]]"u8);

    // Two times with quotes and comma (92), four numbers (4 × 25), flag, 200 characters of tests, revision (11), punctuation.
    private const int MaximumLength = 460;

    private static int Number(Span<byte> destination, double? value)
    {
        if (value is not { } number)
        {
            "null"u8.CopyTo(destination);
            return 4;
        }

        // The shortest text that reads back as the same double.
        number.TryFormat(destination, out var written, default, System.Globalization.CultureInfo.InvariantCulture);
        return written;
    }

    private static bool IsList(string tests)
    {
        Span<byte> ascii = stackalloc byte[200];
        return Iso8601.TryAscii(tests, ascii, out var length) && QualityTests.IsList(ascii[..length]);
    }
}
