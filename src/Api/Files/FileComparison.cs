using FeedbackService.Api.Storage.Entities;
using FeedbackService.Training.Datasets;

namespace FeedbackService.Api.Files;

/// <summary>Holds two files against each other, as a validation file against the training file.</summary>
internal sealed class FileComparison(FileChecker checker)
{
    private const int Examples = 20;

    /// <summary>Compares texts and labels.</summary>
    /// <param name="file">The file looked at; a data set.</param>
    /// <param name="other">The file its texts should not stand in; a data set.</param>
    /// <param name="cancellationToken">Ends the comparison.</param>
    public async Task<FileOverlap> CompareAsync(FileRow file, FileRow other, CancellationToken cancellationToken)
    {
        using var here = await checker.RowsAsync(file, cancellationToken);
        using var there = await checker.RowsAsync(other, cancellationToken);
        var labelsHere = FileCheck.ReportFromJson(file.ReportJson).Labels.Keys;
        var labelsThere = FileCheck.ReportFromJson(other.ReportJson).Labels.Keys;
        return new FileOverlap(
            DatasetLeakage.Find(here, there, Examples, cancellationToken),
            [.. labelsHere.Except(labelsThere, StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            [.. labelsThere.Except(labelsHere, StringComparer.Ordinal).Order(StringComparer.Ordinal)]);
    }
}
