using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MeetNet.Observations.Wire;

namespace MeetNet.Observations.Procedures;

/// <summary>
/// The ordered steps from the raw value of a datastream to its canonical one. Its id is made from its content: the same
/// steps have the same id, other steps another, and what an id means never changes.
/// </summary>
public sealed class Procedure
{
    private readonly ProcedureStep[] _steps;

    private Procedure(string id, DatastreamId datastream, DateTimeOffset validFrom, ProcedureStep[] steps, string stepsJson)
    {
        (Id, Datastream, ValidFrom, StepsJson) = (id, datastream, validFrom, stepsJson);
        _steps = steps;
        Inputs = [.. steps.SelectMany(step => step.Inputs)];
        IsComputable = !Array.Exists(steps, step => step is UnknownStep);
    }

    /// <summary><c>p-</c> and the first 16 hex digits of SHA-256 over <c>{"datastream":"…","steps":[…]}</c>.</summary>
    public string Id { get; }

    /// <summary>The datastream it is for.</summary>
    public DatastreamId Datastream { get; }

    /// <summary>Phenomenon times from here on are harmonised with it, until a later one. Not part of the id.</summary>
    public DateTimeOffset ValidFrom { get; }

    /// <summary>The steps, the first being a <see cref="RawStep"/>.</summary>
    public IReadOnlyList<ProcedureStep> Steps => _steps;

    /// <summary>The steps as the JSON array that the id was made from.</summary>
    public string StepsJson { get; }

    /// <summary>The other datastreams whose results it computes with, in the order of <see cref="ProcedureInputs"/>; none for most.</summary>
    public IReadOnlyList<ProcedureInput> Inputs { get; }

    /// <summary>Whether this version knows all steps.</summary>
    public bool IsComputable { get; }

    /// <summary>Unit of the raw value; null when the first step does not say.</summary>
    public string? RawUnit => (_steps[0] as RawStep)?.Unit;

    /// <summary>A procedure of those steps.</summary>
    /// <exception cref="ArgumentException">There are no steps, or too many, or the first is not a <see cref="RawStep"/>.</exception>
    public static Procedure Create(DatastreamId datastream, DateTimeOffset validFrom, IEnumerable<ProcedureStep> steps)
    {
        ProcedureStep[] array = [.. steps];
        if (array.Length is 0 or > WireLimits.ProcedureSteps || array[0] is not RawStep)
        {
            throw new ArgumentException($"A procedure has 1 to {WireLimits.ProcedureSteps} steps, the first being raw.", nameof(steps));
        }

        if (array.Sum(step => step.Inputs.Count) > ProcedureInputs.Maximum)
        {
            throw new ArgumentException($"A procedure has at most {ProcedureInputs.Maximum} inputs.", nameof(steps));
        }

        Iso8601.RequireUtc(validFrom);
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, WireEnvelope.WriterOptions))
        {
            json.WriteStartArray();
            foreach (var step in array)
            {
                step.Write(json);
            }

            json.WriteEndArray();
        }

        return new Procedure(
            IdOf(datastream, buffer.WrittenSpan), datastream, validFrom, array, Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    /// <summary>Reads the JSON object <c>{"id","datastream","validFrom","steps"}</c>; never throws.</summary>
    public static bool TryRead(ReadOnlySpan<byte> utf8, out Procedure procedure, out WireFault fault) =>
        WireEnvelope.TryReadBare(utf8, ProcedureReader.Read, out procedure, out fault);

    /// <summary>The JSON object <c>{"id","datastream","validFrom","steps"}</c>.</summary>
    public byte[] ToUtf8()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, WireEnvelope.WriterOptions))
        {
            Write(json);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Harmonises a raw value.</summary>
    /// <param name="raw">The device's own number in its own unit.</param>
    /// <param name="time">When the value applied.</param>
    /// <param name="inputs">The results of <see cref="Inputs"/>.</param>
    /// <returns>The canonical value, null when the arithmetic left the range of a double, and its quality.</returns>
    /// <exception cref="NotSupportedException">A step is not known: see <see cref="IsComputable"/>.</exception>
    public ProcedureResult Apply(double raw, PhenomenonTime time, ProcedureInputs inputs = default) => Run(raw, time, inputs, null);

    /// <summary>
    /// The same computation as <see cref="Apply"/>, step by step. A procedure that can not be computed here is explained up
    /// to the first unknown step, and has no result.
    /// </summary>
    public Explanation Explain(double raw, PhenomenonTime time, ProcedureInputs inputs = default)
    {
        var steps = new List<ExplainedStep>(_steps.Length);
        var result = Run(raw, time, inputs, steps);
        return new Explanation(Id, steps, result.Value, result.Quality, IsComputable);
    }

    /// <summary>The id of steps given as the bytes of their JSON array.</summary>
    internal static string IdOf(DatastreamId datastream, ReadOnlySpan<byte> stepsJson)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.ASCII.GetBytes($"{{\"datastream\":\"{datastream}\",\"steps\":"));
        hash.AppendData(stepsJson);
        hash.AppendData("}"u8);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return $"p-{Convert.ToHexStringLower(digest[..8])}";
    }

    /// <summary>From parts that were read and found to agree.</summary>
    internal static Procedure FromTrusted(
        string id, DatastreamId datastream, DateTimeOffset validFrom, ProcedureStep[] steps, string stepsJson) =>
        new(id, datastream, validFrom, steps, stepsJson);

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, Id);
        json.WriteString("datastream"u8, Datastream.ToString());
        json.WriteString("validFrom"u8, Iso8601.Format(ValidFrom));
        json.WritePropertyName("steps"u8);
        json.WriteRawValue(StepsJson, skipInputValidation: true);
        json.WriteEndObject();
    }

    private ProcedureResult Run(double raw, PhenomenonTime time, ProcedureInputs given, List<ExplainedStep>? explained)
    {
        ReadOnlySpan<double> inputs = [given.First ?? double.NaN, given.Second ?? double.NaN];
        var (value, quality, unit) = (raw, default(ResultQuality), "");
        foreach (var step in _steps)
        {
            if (explained is not null && step is UnknownStep)
            {
                return new ProcedureResult(null, ResultQuality.NotEvaluated);
            }

            var outcome = step.Apply(value, time, inputs);
            if (explained is not null)
            {
                var output = step.OutputUnit ?? unit;
                explained.Add(new ExplainedStep(
                    step, value, unit.Length == 0 ? output : unit, outcome.Value, output, outcome.Quality, step.Describe(value, inputs, outcome)));
                unit = output;
            }

            if (outcome.Quality.Flag == QartodFlag.Missing)
            {
                return new ProcedureResult(null, outcome.Quality);
            }

            quality = quality.And(outcome.Quality);
            inputs = inputs[step.InputCount..];
            value = outcome.Value;
            if (!double.IsFinite(value))
            {
                return new ProcedureResult(null, ResultQuality.Missing(QualityTests.NotFinite));
            }
        }

        return new ProcedureResult(value, quality.Flag == QartodFlag.None ? ResultQuality.NotEvaluated : quality);
    }
}

/// <summary>What a procedure made of a raw value.</summary>
/// <param name="Value">Canonical value; null when there is none.</param>
/// <param name="Quality">Flag and the tests that set it.</param>
public readonly record struct ProcedureResult(double? Value, ResultQuality Quality);

/// <summary>How a procedure came to a value.</summary>
/// <param name="Procedure">Id of the procedure.</param>
/// <param name="Steps">Each step with its input and output, up to the first that is not known.</param>
/// <param name="Result">Canonical value; null when there is none.</param>
/// <param name="Quality">Flag and the tests that set it.</param>
/// <param name="IsComplete">False when a step is not known to this version; then there is no result.</param>
public sealed record Explanation(
    string Procedure, IReadOnlyList<ExplainedStep> Steps, double? Result, ResultQuality Quality, bool IsComplete);

/// <summary>One step of an explanation.</summary>
/// <param name="Step">The step with all its parameters.</param>
/// <param name="Input">Value before.</param>
/// <param name="InputUnit">Unit before, UCUM.</param>
/// <param name="Output">Value after.</param>
/// <param name="OutputUnit">Unit after, UCUM.</param>
/// <param name="Quality">What the step says of the value; the default when it says nothing.</param>
/// <param name="Text">The same for people.</param>
public sealed record ExplainedStep(
    ProcedureStep Step, double Input, string InputUnit, double Output, string OutputUnit, ResultQuality Quality, LocalizedText Text);
