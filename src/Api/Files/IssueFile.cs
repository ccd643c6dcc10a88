using System.Text.Json;
using FeedbackService.Api.Hosting;
using FeedbackService.Training.Datasets;

namespace FeedbackService.Api.Files;

/// <summary>Keeps the issues of a file as JSON lines, so that a million of them cost no memory and can be paged.</summary>
internal sealed class IssueFile(string path) : IValidationIssueSink, IDisposable
{
    private readonly StreamWriter _writer = new(path, append: false);

    /// <summary>A page of the issues that were kept at <paramref name="path"/>.</summary>
    /// <param name="path">The file; none when nothing was found.</param>
    /// <param name="skip">Issues before the page.</param>
    /// <param name="limit">Issues on the page.</param>
    public static IReadOnlyList<DatasetIssue> Read(string path, long skip, int limit)
    {
        if (!File.Exists(path))
        {
            return [];
        }

        var issues = new List<DatasetIssue>();
        foreach (var line in File.ReadLines(path))
        {
            if (skip-- > 0)
            {
                continue;
            }

            if (issues.Count == limit)
            {
                break;
            }

            issues.Add(JsonSerializer.Deserialize<DatasetIssue>(line, ApiJson.Options)!);
        }

        return issues;
    }

    /// <inheritdoc/>
    public void Add(DatasetIssue issue) => _writer.WriteLine(JsonSerializer.Serialize(issue, ApiJson.Options));

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();
}
