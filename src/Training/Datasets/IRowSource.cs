namespace FeedbackService.Training.Datasets;

/// <summary>One pass over a file's rows.</summary>
internal interface IRowSource
{
    /// <summary>Takes the next row; false at the end. Bad content is an issue, never an exception.</summary>
    /// <param name="row">The row, null inside when it has an error.</param>
    bool TryRead(out DatasetRow row);
}
