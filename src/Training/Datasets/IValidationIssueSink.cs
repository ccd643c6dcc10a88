namespace FeedbackService.Training.Datasets;

/// <summary>Takes issues as they are found, so that a file with a million bad lines needs no memory for them.</summary>
public interface IValidationIssueSink
{
    /// <summary>Takes one issue; called on the reading thread, in order of lines, issues of the whole file last.</summary>
    void Add(DatasetIssue issue);
}
