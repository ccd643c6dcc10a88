namespace FeedbackService.Training.Datasets;

/// <summary>Takes an entry for every row as it is validated.</summary>
public interface IRowEntrySink
{
    /// <summary>Takes the entry of the next row, good or bad, in the order of the file.</summary>
    void Add(RowEntry entry);
}
