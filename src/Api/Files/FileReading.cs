using System.Text.Json;
using FeedbackService.Api.Hosting;
using FeedbackService.Training.Datasets;

namespace FeedbackService.Api.Files;

/// <summary>How a file is read: what was detected and decided at upload, kept so that every later reader sees the same columns.</summary>
/// <param name="Kind">csv, tsv or jsonl; null when the file is no data set, as a file of requests.</param>
/// <param name="TextColumn">Column of the text.</param>
/// <param name="TextPairColumn">Column of the second text; null when there is none.</param>
/// <param name="LabelColumn">Column of the labels; null when there is none.</param>
/// <param name="Columns">Columns there are, or keys of the first lines; the first 100.</param>
/// <param name="Delimiter">What separates fields; null for JSON lines.</param>
public sealed record FileReading(
    DatasetKind? Kind, string? TextColumn, string? TextPairColumn, string? LabelColumn, IReadOnlyList<string>? Columns = null, string? Delimiter = null)
{
    private const int MaxColumns = 100;

    /// <summary>Nothing is known but the names of the columns.</summary>
    public static FileReading Unclear(IReadOnlyList<string> columns) => new(null, null, null, null, [.. columns.Take(MaxColumns)]);

    /// <summary>How a reader reads.</summary>
    public static FileReading Of(DatasetReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var mapping = reader.Mapping;
        return new(
            reader.Kind, mapping.TextColumn, mapping.TextPairColumn, mapping.LabelColumn, [.. reader.Columns.Take(MaxColumns)], reader.Delimiter?.ToString());
    }

    /// <summary>For the readers of data sets.</summary>
    public ColumnRequest ToColumns() => new()
    {
        TextColumn = TextColumn,
        TextPairColumn = TextPairColumn,
        LabelColumn = LabelColumn,
        IgnoreLabels = LabelColumn is null,
    };

    /// <summary>As it is stored.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ApiJson.Options);

    /// <summary>From what is stored.</summary>
    public static FileReading FromJson(string json) => JsonSerializer.Deserialize<FileReading>(json, ApiJson.Options)!;
}
