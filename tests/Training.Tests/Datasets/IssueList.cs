using FeedbackService.Training.Datasets;

namespace FeedbackService.Training.Tests.Datasets;

/// <summary>Keeps issues in memory.</summary>
internal sealed class IssueList : IValidationIssueSink
{
    public List<DatasetIssue> Issues { get; } = [];

    public void Add(DatasetIssue issue) => Issues.Add(issue);
}
