using System.Text.Json;
using FeedbackService.Api.Hosting;
using FeedbackService.Training.Datasets;

namespace FeedbackService.Api.Files;

/// <summary>What looking at an upload found.</summary>
/// <param name="Reading">How to read it.</param>
/// <param name="Report">What is in it.</param>
/// <param name="FirstErrors">The first few errors.</param>
/// <param name="Unclear">Why its columns could not be told apart; null when they could.</param>
internal sealed record FileCheck(FileReading Reading, ValidationReport Report, IReadOnlyList<DatasetIssue> FirstErrors, string? Unclear = null)
{
    /// <summary>Of a file of requests or of answers: no columns, no rows.</summary>
    public static FileCheck NoDataset { get; } = new(FileReading.Unclear([]), NothingRead(null), []);

    /// <summary>Whether something can be done with the file.</summary>
    public bool IsUsable => Unclear is null && (Reading.Kind is null || DatasetUsability.ForAnything(Report) is null);

    /// <summary>Reads the file once; what is found goes to disk as it is found.</summary>
    /// <param name="path">The content.</param>
    /// <param name="purpose">A batch need not be a data set.</param>
    /// <param name="columns">Columns asked for.</param>
    /// <param name="folder">Made; takes issues and rows.</param>
    /// <param name="cancellationToken">Ends the pass between two rows.</param>
    /// <exception cref="UnreadableDatasetException">The file is no data set at all.</exception>
    /// <exception cref="ColumnMappingException">A column asked for is not there.</exception>
    public static FileCheck Run(string path, string purpose, ColumnRequest columns, string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var findings = new FileFindings(folder);
        using var writer = new IssueWriter(findings);
        var issues = new FirstErrorsSink(writer);
        try
        {
            using var reader = DatasetReader.Open(path, columns);
            if (purpose == FilePurpose.Batch && reader.Columns.Contains("custom_id", StringComparer.Ordinal))
            {
                // Lines of requests; 'body' would be taken for a column of texts.
                return NoDataset;
            }

            using var rows = new RowIndexWriter(findings.Rows);
            var report = DatasetValidator.Validate(reader, issues, rows, cancellationToken);
            return new FileCheck(FileReading.Of(reader), report, issues.First);
        }
        catch (ColumnMappingException error) when (error.Code != ColumnMappingException.ColumnMissing)
        {
            if (purpose == FilePurpose.Batch)
            {
                // Lines of requests have no column of texts; each is looked at when the batch runs.
                return NoDataset;
            }

            var issue = new DatasetIssue(IssueSeverity.Error, 1, null, error.Code, error.Message);
            issues.Add(issue);
            return new FileCheck(FileReading.Unclear(error.Columns), NothingRead(issue), issues.First, error.Message);
        }
    }

    /// <summary>The report as it was stored.</summary>
    public static ValidationReport ReportFromJson(string json) =>
        JsonSerializer.Deserialize<ValidationReport>(json, ApiJson.Options)!;

    private static ValidationReport NothingRead(DatasetIssue? issue) => new()
    {
        Rows = 0,
        ValidRows = 0,
        Labels = new Dictionary<string, long>(),
        IssueCount = issue is null ? 0 : 1,
        ErrorCount = issue is null ? 0 : 1,
        IssueCounts = issue is null ? new Dictionary<string, long>() : new Dictionary<string, long> { [issue.Code] = 1 },
        Duplicates = 0,
        Conflicts = 0,
        SimilarLabels = [],
        LengthHistogram = [],
        HasLabels = false,
        MultiLabel = false,
        Statistics = new DatasetStatistics(0, 0, 0),
    };

    private sealed class FirstErrorsSink(IValidationIssueSink next) : IValidationIssueSink
    {
        private readonly List<DatasetIssue> _first = [];

        public IReadOnlyList<DatasetIssue> First => _first;

        public void Add(DatasetIssue issue)
        {
            if (issue.Severity == IssueSeverity.Error && _first.Count < FileSummary.ShownErrors)
            {
                _first.Add(issue);
            }

            next.Add(issue);
        }
    }
}
