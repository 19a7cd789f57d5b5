using System.Text;

namespace MeetNet.Ingest.Import;

/// <summary>
/// Separated text with a line of column names, read strictly: every row has as many fields as there are names. Separator comma or semicolon, whichever the names have more of;
/// fields may be quoted (RFC 4180), but don't hold line breaks, so that one broken row is one broken row.
/// </summary>
internal sealed class CsvTable
{
    private readonly TextReader _text;
    private readonly char _separator;
    private readonly Dictionary<string, int> _columns = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _fields = [];

    /// <summary>Reads the names from <paramref name="header"/>, which is line <paramref name="line"/>; the rows from the text after it.</summary>
    /// <exception cref="ImportException">A name is there twice, or the line can't be read.</exception>
    public CsvTable(TextReader text, string header, int line)
    {
        (_text, Line) = (text, line);
        _separator = header.Count(c => c == ';') > header.Count(c => c == ',') ? ';' : ',';
        if (Split(header) is { } problem)
        {
            throw new ImportException(line, problem);
        }
        foreach (var name in _fields)
        {
            if (!_columns.TryAdd(name, _columns.Count))
            {
                throw new ImportException(line, $"the column '{name}' is there twice");
            }
        }
    }

    /// <summary>Line of the row, from 1.</summary>
    public int Line { get; private set; }

    /// <summary>A table whose names are on the first line.</summary>
    /// <exception cref="ImportException">There is none.</exception>
    public static CsvTable Open(TextReader text, params ReadOnlySpan<string> required)
    {
        var table = new CsvTable(text, text.ReadLine() ?? throw new ImportException(1, "the file is empty"), 1);
        foreach (var name in required)
        {
            table.Require(name);
        }
        return table;
    }

    public bool Has(string column) => _columns.ContainsKey(column);

    /// <summary>The first of the columns whose name begins so; null when there is none.</summary>
    public string? Beginning(string name) => _columns.Keys.FirstOrDefault(column => column.StartsWith(name, StringComparison.OrdinalIgnoreCase));

    /// <exception cref="ImportException">There is no such column.</exception>
    public void Require(string column)
    {
        if (!Has(column))
        {
            throw new ImportException(Line, $"expected a column '{column}'; found {string.Join(", ", _columns.Keys)}");
        }
    }

    /// <summary>The field of the row, without blanks around it; empty when there is no such column.</summary>
    public string this[string column] => _columns.TryGetValue(column, out var at) ? _fields[at] : "";

    /// <summary>Goes to the next row that can be read; what can't is said.</summary>
    public bool Read(SourceValues values)
    {
        while (_text.ReadLine() is { } text)
        {
            Line++;
            if (text.AsSpan().Trim().IsEmpty)
            {
                continue;
            }
            var problem = Split(text)
                ?? (_fields.Count == _columns.Count ? null : $"expected {_columns.Count} fields, found {_fields.Count}");
            if (problem is null)
            {
                return true;
            }
            values.Refuse(Line, problem);
        }
        return false;
    }

    private string? Split(string line)
    {
        _fields.Clear();
        var field = new StringBuilder();
        for (var at = 0; ; at++)
        {
            field.Clear();
            if (at < line.Length && line[at] == '"')
            {
                at++;
                while (true)
                {
                    var end = line.IndexOf('"', at);
                    if (end < 0)
                    {
                        return "a quoted field does not end on its line";
                    }
                    field.Append(line, at, end - at);
                    at = end + 1;
                    if (at == line.Length || line[at] != '"')
                    {
                        break;
                    }
                    field.Append('"');
                    at++;
                }
                if (at < line.Length && line[at] != _separator)
                {
                    return $"expected '{_separator}' after a quoted field, found '{line[at]}'";
                }
            }
            else
            {
                var end = line.IndexOf(_separator, at);
                end = end < 0 ? line.Length : end;
                field.Append(line, at, end - at);
                at = end;
            }
            _fields.Add(field.ToString().Trim());
            if (at >= line.Length)
            {
                return null;
            }
        }
    }
}
