using System.Buffers;
using MeetNet.Devices.Decoding;

namespace MeetNet.Devices.Payloads;

/// <summary>
/// The records of a SenML pack with their base values applied (RFC 8428 §4.6), from JSON or CBOR. One record at a time; when a rule of the standard is broken
/// <see cref="Fault"/> says which, and nothing of the pack should be used.
/// </summary>
internal ref struct SenmlPack
{
    /// <summary>Times below 2^28 seconds are relative to now (§4.5.3).</summary>
    public const double AbsoluteFrom = 268_435_456;

    /// <summary>The version of the standard (§4.4); a pack of a higher one can't be understood.</summary>
    private const int Version = 10;

    private const int LongestName = 512;

    /// <summary>§4.5.1: letters, digits and these.</summary>
    private static readonly SearchValues<byte> NameBytes = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-:./_"u8);

    private readonly bool _isJson;
    private readonly Span<byte> _name;
    private SenmlJson _json;
    private SenmlCbor _cbor;
    private int _baseLength;
    private int _nameLength;
    private ReadOnlySpan<byte> _baseUnit;
    private double _baseTime;
    private double _baseValue;
    private bool _hasBaseValue;
    private int? _version;
    private bool _first;

    /// <param name="name">Room for the longest name: <see cref="NameRoom"/> bytes.</param>
    public SenmlPack(ReadOnlySpan<byte> message, Span<byte> name)
    {
        _name = name;
        _first = true;
        _isJson = message.TrimStart(" \t\r\n"u8).StartsWith("["u8);
        if (_isJson && !JsonText.IsValid(message))
        {
            Fault = "not-senml";
        }

        _json = _isJson ? new SenmlJson(message) : default;
        _cbor = _isJson ? default : new SenmlCbor(message);
    }

    public static int NameRoom => LongestName;

    /// <summary>Which rule is broken; null while none is.</summary>
    public string? Fault { get; private set; }

    /// <summary>Base name and name.</summary>
    public readonly ReadOnlySpan<byte> Name => _name[.._nameLength];

    /// <summary>The unit, or empty when none is stated.</summary>
    public ReadOnlySpan<byte> Unit { get; private set; }

    /// <summary>Seconds: since 1970 from <see cref="AbsoluteFrom"/> on, otherwise relative to now.</summary>
    public double Time { get; private set; }

    /// <summary>The number (true is 1 and false 0); null for text and data.</summary>
    public double? Value { get; private set; }

    /// <summary>The next record that has a value.</summary>
    public bool MoveNext()
    {
        while (Fault is null)
        {
            var step = _isJson ? _json.Next() : _cbor.Next();
            var record = _isJson ? _json.Current : _cbor.Current;
            if (step != SenmlStep.Record)
            {
                Fault = step == SenmlStep.Fault ? "not-senml" : null;
                return false;
            }

            Fault = Problem(record);
            if (Fault is null && Apply(record))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Takes the record's base values and resolves it; false for one that has only base values.</summary>
    private bool Apply(in SenmlRecord record)
    {
        _first = false;
        if (record.HasBaseName)
        {
            record.BaseName.CopyTo(_name);
            _baseLength = record.BaseName.Length;
        }

        _baseUnit = record.HasBaseUnit ? record.BaseUnit : _baseUnit;
        _baseTime = record.BaseTime ?? _baseTime;
        _hasBaseValue |= record.BaseValue is not null;
        _baseValue = record.BaseValue ?? _baseValue;
        record.Name.CopyTo(_name[_baseLength..]);
        _nameLength = _baseLength + record.Name.Length;
        Unit = record.HasUnit ? record.Unit : _baseUnit;
        Time = _baseTime + (record.Time ?? 0);
        var hasValue = HasValue(record);
        if (!hasValue && !(record.HasName && _hasBaseValue))
        {
            return false;
        }

        // A missing v with a base value counts as 0 (§4.2).
        Value = record.Truth is { } truth ? (truth ? 1 : 0) : record.HasText || record.HasData ? null : (record.Value ?? 0) + _baseValue;
        return true;
    }

    private string? Problem(in SenmlRecord record)
    {
        var values = (record.Value is null ? 0 : 1) + (record.Truth is null ? 0 : 1) + (record.HasText ? 1 : 0) + (record.HasData ? 1 : 0);
        var baseLength = record.HasBaseName ? record.BaseName.Length : _baseLength;
        if (record.Version is { } version && (version > Version || (!_first && version != (_version ?? Version))))
        {
            return "senml-version";
        }

        _version = record.Version ?? _version;
        if (values > 1)
        {
            return "senml-two-values";
        }

        if (record.HasName && values == 0 && !record.HasSum && record.BaseValue is null && !_hasBaseValue)
        {
            return "senml-no-value";
        }

        if (baseLength + record.Name.Length > LongestName)
        {
            return "senml-name";
        }

        return (values > 0 || record.HasName) && !IsName(record.HasBaseName ? record.BaseName : _name[.._baseLength], record.Name) ? "senml-name" : null;
    }

    private static bool HasValue(in SenmlRecord record) => record.Value is not null || record.Truth is not null || record.HasText || record.HasData;

    private static bool IsName(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        var start = first.IsEmpty ? second : first;
        return !start.IsEmpty && char.IsAsciiLetterOrDigit((char)start[0])
            && first.IndexOfAnyExcept(NameBytes) < 0 && second.IndexOfAnyExcept(NameBytes) < 0;
    }
}
