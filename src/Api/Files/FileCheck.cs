using System.Text.Json;
using FeedbackService.Api.Hosting;
using FeedbackService.Training.Datasets;

namespace FeedbackService.Api.Files;

/// <summary>What looking at an upload found.</summary>
/// <param name="Reading">How to read it.</param>
/// <param name="Report">What is in it.</param>
internal sealed record FileCheck(FileReading Reading, ValidationReport Report)
{
    private static readonly ValidationReport NothingRead = new()
    {
        Rows = 0,
        ValidRows = 0,
        Labels = new Dictionary<string, long>(),
        IssueCount = 0,
        ErrorCount = 0,
        Duplicates = 0,
        Conflicts = 0,
        SimilarLabels = [],
        LengthHistogram = [],
        HasLabels = false,
        MultiLabel = false,
        Statistics = new DatasetStatistics(0, 0, 0),
    };

    /// <summary>Why nothing can be done with the file; null when something can. One line.</summary>
    public string? Unusable => Reading.Kind is null ? null : DatasetUsability.ForAnything(Report)?.Message;

    /// <summary>What a user should know although the file can be used; null if nothing. One line.</summary>
    public string? Remark => Report.ErrorCount == 0 ? null
        : $"{Report.ErrorCount} {(Report.ErrorCount == 1 ? "error" : "errors")} in {Report.Rows} rows, so it cannot be trained on; /validation names each line.";

    /// <summary>Reads the file once; every issue goes to <paramref name="issuesPath"/> as it is found.</summary>
    /// <param name="path">The content.</param>
    /// <param name="purpose">A batch need not be a data set.</param>
    /// <param name="columns">Columns asked for.</param>
    /// <param name="issuesPath">One JSON object per line; the folder is made.</param>
    /// <param name="cancellationToken">Ends the pass between two rows.</param>
    /// <exception cref="UnreadableDatasetException">The file is no data set at all.</exception>
    /// <exception cref="ColumnMappingException">It is not clear which columns are meant.</exception>
    public static FileCheck Run(string path, string purpose, ColumnRequest columns, string issuesPath, CancellationToken cancellationToken)
    {
        try
        {
            using var reader = DatasetReader.Open(path, columns);
            Directory.CreateDirectory(Path.GetDirectoryName(issuesPath)!);
            using var issues = new IssueFile(issuesPath);
            var report = DatasetValidator.Validate(reader, issues, cancellationToken);
            var mapping = reader.Mapping;
            return new FileCheck(new FileReading(reader.Kind, mapping.TextColumn, mapping.TextPairColumn, mapping.LabelColumn), report);
        }
        catch (ColumnMappingException error) when (purpose == FilePurpose.Batch && error.Code != ColumnMappingException.ColumnMissing)
        {
            // Lines of requests have no column of texts; each is looked at when the batch runs.
            return new FileCheck(new FileReading(null, null, null, null), NothingRead);
        }
    }

    /// <summary>The report as it was stored.</summary>
    public static ValidationReport ReportFromJson(string json) =>
        JsonSerializer.Deserialize<ValidationReport>(json, ApiJson.Options)!;
}
