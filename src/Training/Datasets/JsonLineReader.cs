using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace FeedbackService.Training.Datasets;

/// <summary>Takes JSON lines apart, one line in memory at a time, and keeps the values of wanted keys.</summary>
internal sealed class JsonLineReader(ByteWindow window, DatasetLimits limits, long firstLine = 1)
{
    private const int MaxShownKey = 100;
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);
    private long _nextLine = firstLine;
    private int _lineBytes;

    /// <summary>1-based number of the current line.</summary>
    public long Line { get; private set; }

    /// <summary>Place in the stream where the current line begins.</summary>
    public long Offset { get; private set; }

    /// <summary>Why the current line is unusable; null when it is an object without faults.</summary>
    public RowFault? Fault { get; private set; }

    /// <summary>Key the fault is about; null when none.</summary>
    public string? FaultKey { get; private set; }

    /// <summary>All keys of the current line.</summary>
    public IReadOnlyCollection<string> Keys => _keys;

    /// <summary>Goes to the next line that is not blank; false at the end of the file.</summary>
    /// <param name="wanted">Receives the values of the keys it holds; null to read keys only.</param>
    public bool Read(JsonRowValues? wanted)
    {
        while (true)
        {
            window.Consume(_lineBytes);
            (Line, Fault, FaultKey, _lineBytes) = (_nextLine, null, null, 0);
            _keys.Clear();
            wanted?.Clear();
            Offset = window.Position;
            if (!window.Has(0))
            {
                return false;
            }

            _nextLine++;
            int end = LineBreaks.EndOfLine(window, 0);
            if (end < 0 && window.Overflowed)
            {
                LineBreaks.SkipLine(window, 0);
                Fail(DatasetIssueCodes.LineTooLong, null, $"The line is longer than {limits.MaxRecordBytes} bytes; split it or shorten its texts.");
                return true;
            }

            _lineBytes = end < 0 ? window.Count : end;
            ReadOnlySpan<byte> line = window.Span[.._lineBytes].Trim(" \t\r\n"u8);
            if (line.Length > 0)
            {
                Parse(line, wanted);
                return true;
            }
        }
    }

    // The first fault of a line is the one reported.
    private void Fail(string code, string? key, string message)
    {
        if (Fault is null)
        {
            (Fault, FaultKey) = (new RowFault(code, Line, -1, message), key is { Length: > MaxShownKey } ? key[..MaxShownKey] : key);
        }
    }

    private void Parse(ReadOnlySpan<byte> line, JsonRowValues? wanted)
    {
        if (line.Contains((byte)0))
        {
            Fail(DatasetIssueCodes.NulCharacter, null, "The line holds a NUL character; remove it.");
            return;
        }

        if (!Utf8.IsValid(line))
        {
            Fail(DatasetIssueCodes.InvalidUtf8, null, Utf8Text.Complaint(line));
            return;
        }

        var json = new Utf8JsonReader(line, new JsonReaderOptions { MaxDepth = limits.MaxJsonDepth });
        try
        {
            json.Read();
            if (json.TokenType == JsonTokenType.StartObject)
            {
                ReadObject(ref json, wanted);
            }
            else
            {
                // Skipping finds out whether it is JSON at all.
                json.Skip();
                Fail(DatasetIssueCodes.JsonNotObject, null, "The line is not a JSON object; write one object per line.");
            }
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string whose escapes are half a surrogate pair.
            // An opening bracket is not counted until the token behind it is read.
            int depth = json.CurrentDepth + (json.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject ? 1 : 0);
            if (depth >= limits.MaxJsonDepth)
            {
                Fail(DatasetIssueCodes.JsonTooDeep, null, $"The line is nested deeper than {limits.MaxJsonDepth} levels, or broken at that depth; write a flat object with the text and its label.");
            }
            else
            {
                Fail(DatasetIssueCodes.JsonInvalid, null, $"The line is not valid JSON (near byte {json.BytesConsumed}); write one whole object per line.");
            }
        }
    }

    private void ReadObject(ref Utf8JsonReader json, JsonRowValues? wanted)
    {
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string key = json.GetString()!;
            if (!_keys.Add(key))
            {
                Fail(DatasetIssueCodes.JsonDuplicateKey, key, "A key is given twice; keep one of them.");
                return;
            }

            if (_keys.Count > limits.MaxColumns)
            {
                Fail(DatasetIssueCodes.TooManyColumns, null, $"The object has more than {limits.MaxColumns} keys; keep the text and its label.");
                return;
            }

            json.Read();
            if (wanted?.Find(key) is { } slot)
            {
                ReadValue(ref json, key, slot);
            }
            else
            {
                json.Skip();
            }
        }

        // Anything behind the object is a JsonException of its own.
        json.Read();
    }

    private void ReadValue(ref Utf8JsonReader json, string key, JsonRowValues.Slot slot)
    {
        if (json.TokenType == JsonTokenType.StartArray && slot.TakesMany)
        {
            slot.IsArray = true;
            slot.IsEmptyArray = true;
            while (json.Read() && json.TokenType != JsonTokenType.EndArray)
            {
                slot.IsEmptyArray = false;
                ReadScalar(ref json, key, slot);
            }
        }
        else
        {
            ReadScalar(ref json, key, slot);
        }
    }

    private void ReadScalar(ref Utf8JsonReader json, string key, JsonRowValues.Slot slot)
    {
        switch (json.TokenType)
        {
            case JsonTokenType.String when json.ValueSpan.Length > limits.MaxFieldBytes:
                Fail(DatasetIssueCodes.FieldTooLong, key, $"A value has {json.ValueSpan.Length} bytes; the limit is {limits.MaxFieldBytes}. Shorten or split the text.");
                break;
            case JsonTokenType.String:
                slot.Add(json.GetString()!, limits.MaxLabelsPerRow);
                break;
            case JsonTokenType.Null:
                break;
            // Other tools export labels as class numbers and flags.
            case JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False when slot.TakesMany:
                slot.Add(Encoding.UTF8.GetString(json.ValueSpan), limits.MaxLabelsPerRow);
                break;
            default:
                json.Skip();
                Fail(
                    DatasetIssueCodes.WrongType,
                    key,
                    slot.TakesMany ? "The label is neither a string, a number nor a list of them; write it in quotes." : "The text is not a string; write it in quotes.");
                break;
        }
    }
}
