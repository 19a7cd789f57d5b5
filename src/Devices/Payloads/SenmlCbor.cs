namespace MeetNet.Devices.Payloads;

/// <summary>A SenML pack in CBOR: the same records with whole numbers for labels (RFC 8428 §6, table 4).</summary>
internal ref struct SenmlCbor
{
    private const int BaseVersion = -1, BaseName = -2, BaseTime = -3, BaseUnit = -4, BaseValue = -5, BaseSum = -6;
    private const int Name = 0, Unit = 1, Value = 2, TextValue = 3, BooleanValue = 4, Sum = 5, Time = 6, DataValue = 8;

    private CborReader _reader;
    private int _left;
    private bool _begun;

    public SenmlCbor(ReadOnlySpan<byte> message) => _reader = new CborReader(message);

    /// <summary>The record that was read last.</summary>
    public SenmlRecord Current;

    public SenmlStep Next()
    {
        Current = default;
        if (!_begun)
        {
            _begun = true;
            if (!_reader.TryReadStart(CborReader.Array, out _left))
            {
                return SenmlStep.Fault;
            }
        }

        if (_reader.IsEnd(ref _left))
        {
            return _reader.IsAtEnd ? SenmlStep.End : SenmlStep.Fault;
        }

        if (!_reader.TryReadStart(CborReader.Map, out var members))
        {
            return SenmlStep.Fault;
        }

        while (!_reader.IsEnd(ref members))
        {
            if (!Member())
            {
                return SenmlStep.Fault;
            }
        }

        return _reader.IsBroken ? SenmlStep.Fault : SenmlStep.Record;
    }

    private bool Member()
    {
        if (_reader.Peek is CborReader.Text)
        {
            // A label of an extension, by name (§12.2).
            return _reader.TryReadText(out var name) && (name.IsEmpty || name[^1] != '_') && _reader.TrySkip();
        }

        if (!_reader.TryReadInteger(out var label))
        {
            return false;
        }

        switch (label)
        {
            case BaseName:
                Current.HasBaseName = true;
                return _reader.TryReadText(out Current.BaseName);
            case Name:
                Current.HasName = true;
                return _reader.TryReadText(out Current.Name);
            case BaseUnit:
                Current.HasBaseUnit = true;
                return _reader.TryReadText(out Current.BaseUnit);
            case Unit:
                Current.HasUnit = true;
                return _reader.TryReadText(out Current.Unit);
            case BaseTime:
                return Number(ref Current.BaseTime);
            case Time:
                return Number(ref Current.Time);
            case BaseValue:
                return Number(ref Current.BaseValue);
            case Value:
                return Number(ref Current.Value);
            case BaseVersion:
                var whole = _reader.TryReadInteger(out var version) && version is >= 0 and < 1000;
                Current.Version = whole ? (int)version : null;
                return whole;
            case BooleanValue:
                var isBoolean = _reader.TryReadBoolean(out var truth);
                Current.Truth = truth;
                return isBoolean;
            case TextValue:
                Current.HasText = true;
                return _reader.TryReadText(out _);
            case DataValue:
                // Bytes by the standard; one library writes text.
                Current.HasData = true;
                return _reader.TrySkip();
            case Sum or BaseSum:
                Current.HasSum = true;
                double? sum = null;
                return Number(ref sum);
            default:
                return _reader.TrySkip();
        }
    }

    private bool Number(ref double? number)
    {
        if (number is not null || !_reader.TryReadNumber(out var value))
        {
            return false;
        }

        number = value;
        return true;
    }
}
