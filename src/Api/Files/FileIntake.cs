using System.Text.Json;
using FeedbackService.Api.Hosting;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Training.Datasets;

namespace FeedbackService.Api.Files;

/// <summary>Takes a file that lies in a temporary place: looks at every row and keeps it with what was found.</summary>
internal sealed class FileIntake(FileStore files, FileContents contents, FileChecker checker)
{
    /// <summary>Takes the file.</summary>
    /// <param name="file">The content and its particulars.</param>
    /// <param name="purpose">One of <see cref="FilePurpose.Uploads"/>.</param>
    /// <param name="columns">Columns asked for.</param>
    /// <param name="claim">Of the request; null without a key.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    /// <exception cref="UnreadableDatasetException">The file is no data set at all.</exception>
    /// <exception cref="ColumnMappingException">A column asked for is not there.</exception>
    public async Task<FileRow> TakeAsync(
        IncomingFile file, string purpose, ColumnRequest columns, IdempotencyClaim? claim, CancellationToken cancellationToken)
    {
        var findings = contents.NewTemporaryPath();
        try
        {
            var check = await checker.CheckAsync(file.TemporaryPath, purpose, columns, findings, cancellationToken);
            return await files.AddAsync(NewRow(Ids.NewFile(), file, purpose, check), file.TemporaryPath, findings, file.KeptFor, claim, cancellationToken);
        }
        finally
        {
            DurableFolder.Remove(findings);
        }
    }

    /// <summary>Keeps the content of a file that a job has made.</summary>
    /// <param name="id">Its id, chosen before, so that a repetition after a crash makes no second file.</param>
    /// <param name="file">The content, on disk. It stays.</param>
    /// <param name="purpose">What it is.</param>
    /// <param name="complete">Fills in the rest of the row.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>What enters the row.</returns>
    public async Task<FileEntry> KeepAsync(string id, IncomingFile file, string purpose, Action<FileRow> complete, CancellationToken cancellationToken)
    {
        var row = NewRow(id, file, purpose, FileCheck.NoDataset);
        complete(row);
        await contents.KeepAsync(file.TemporaryPath, file.Sha256, cancellationToken);
        return (db, now, token) => files.EnterAsync(db, row, now, token);
    }

    private static FileRow NewRow(string id, IncomingFile file, string purpose, FileCheck check) => new()
    {
        Id = id,
        Purpose = purpose,
        FileName = file.Name,
        Bytes = file.Bytes,
        Sha256 = file.Sha256,
        Status = check.IsUsable ? "processed" : "error",
        StatusDetails = FileSummary.Of(check, purpose),
        ReadingJson = check.Reading.ToJson(),
        ReportJson = JsonSerializer.Serialize(check.Report, ApiJson.Options),
    };
}
