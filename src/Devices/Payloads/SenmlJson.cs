using System.Text.Json;

namespace MeetNet.Devices.Payloads;

/// <summary>A SenML pack in JSON (RFC 8428 §5). The bytes must have been validated as JSON before.</summary>
internal ref struct SenmlJson
{
    private Utf8JsonReader _reader;
    private bool _begun;

    public SenmlJson(ReadOnlySpan<byte> message) => _reader = new Utf8JsonReader(message);

    /// <summary>The record that was read last.</summary>
    public SenmlRecord Current;

    public SenmlStep Next()
    {
        Current = default;
        if (!_begun)
        {
            _begun = true;
            if (!_reader.Read() || _reader.TokenType != JsonTokenType.StartArray)
            {
                return SenmlStep.Fault;
            }
        }

        if (!_reader.Read() || _reader.TokenType == JsonTokenType.EndArray)
        {
            return SenmlStep.End;
        }

        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            return SenmlStep.Fault;
        }

        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var label = _reader.ValueSpan;
            _reader.Read();
            if (!Member(label))
            {
                return SenmlStep.Fault;
            }

            _reader.Skip();
        }

        return SenmlStep.Record;
    }

    private bool Member(ReadOnlySpan<byte> label)
    {
        switch (label)
        {
            case var _ when label.SequenceEqual("bn"u8):
                Current.HasBaseName = true;
                return Text(out Current.BaseName);
            case var _ when label.SequenceEqual("n"u8):
                Current.HasName = true;
                return Text(out Current.Name);
            case var _ when label.SequenceEqual("bu"u8):
                Current.HasBaseUnit = true;
                return Text(out Current.BaseUnit);
            case var _ when label.SequenceEqual("u"u8):
                Current.HasUnit = true;
                return Text(out Current.Unit);
            case var _ when label.SequenceEqual("bt"u8):
                return Number(ref Current.BaseTime);
            case var _ when label.SequenceEqual("t"u8):
                return Number(ref Current.Time);
            case var _ when label.SequenceEqual("bv"u8):
                return Number(ref Current.BaseValue);
            case var _ when label.SequenceEqual("v"u8):
                return Number(ref Current.Value);
            case var _ when label.SequenceEqual("bver"u8):
                double? version = null;
                var whole = Number(ref version) && version >= 0 && version < 1000 && version == Math.Floor(version.Value);
                Current.Version = whole ? (int)version!.Value : null;
                return whole;
            case var _ when label.SequenceEqual("vb"u8):
                Current.Truth = _reader.TokenType == JsonTokenType.True;
                return _reader.TokenType is JsonTokenType.True or JsonTokenType.False;
            case var _ when label.SequenceEqual("vs"u8):
                Current.HasText = true;
                return _reader.TokenType == JsonTokenType.String;
            case var _ when label.SequenceEqual("vd"u8):
                Current.HasData = true;
                return _reader.TokenType == JsonTokenType.String;
            case var _ when label.SequenceEqual("s"u8) || label.SequenceEqual("bs"u8):
                Current.HasSum = true;
                double? sum = null;
                return Number(ref sum);
            default:
                // §4.4: a label that is not understood may be passed over unless it ends in '_'.
                return label.IsEmpty || label[^1] != '_';
        }
    }

    private readonly bool Text(out ReadOnlySpan<byte> text)
    {
        text = _reader.TokenType == JsonTokenType.String ? _reader.ValueSpan : default;
        return _reader.TokenType == JsonTokenType.String && !_reader.ValueIsEscaped;
    }

    private readonly bool Number(ref double? number)
    {
        if (_reader.TokenType != JsonTokenType.Number || number is not null || !_reader.TryGetDouble(out var value) || !double.IsFinite(value))
        {
            return false;
        }

        number = value;
        return true;
    }
}
