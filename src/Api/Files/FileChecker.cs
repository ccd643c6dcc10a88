using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Training.Datasets;

namespace FeedbackService.Api.Files;

/// <summary>Looks at every row of files, not at more than a few files at a time: each costs up to about 150 MB while it lasts.</summary>
internal sealed class FileChecker(FileContents contents) : IDisposable
{
    private const int AtATime = 2;
    private readonly SemaphoreSlim _turns = new(AtATime, AtATime);

    /// <summary>Looks at a file.</summary>
    /// <param name="path">The content.</param>
    /// <param name="purpose">A batch need not be a data set.</param>
    /// <param name="columns">Columns asked for.</param>
    /// <param name="folder">Made; takes what is found.</param>
    /// <param name="cancellationToken">Ends the wait and the pass.</param>
    /// <exception cref="UnreadableDatasetException">The file is no data set at all.</exception>
    /// <exception cref="ColumnMappingException">A column asked for is not there.</exception>
    public async Task<FileCheck> CheckAsync(string path, string purpose, ColumnRequest columns, string folder, CancellationToken cancellationToken)
    {
        await _turns.WaitAsync(cancellationToken);
        try
        {
            // Seconds of work for a large file, which the threads that answer requests should not do.
            return await Task.Factory.StartNew(
                () => FileCheck.Run(path, purpose, columns, folder, cancellationToken),
                cancellationToken,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
        }
        finally
        {
            _turns.Release();
        }
    }

    /// <summary>What was found in a file, found anew if it is lost.</summary>
    /// <param name="file">The file.</param>
    /// <param name="cancellationToken">Ends the wait and the pass.</param>
    public async Task<FileFindings> FindingsAsync(FileRow file, CancellationToken cancellationToken)
    {
        var findings = await contents.GetFindingsAsync(file.Id, cancellationToken);
        var reading = FileReading.FromJson(file.ReadingJson);
        using var index = RowIndex.TryOpen(findings.Rows);
        if (index is not null || reading.Kind is null)
        {
            return findings;
        }

        var folder = contents.NewTemporaryPath();
        try
        {
            await CheckAsync(await contents.GetAsync(file.Sha256, cancellationToken), file.Purpose, reading.ToColumns(), folder, cancellationToken);
            await contents.KeepFindingsAsync(folder, file.Id, cancellationToken);
        }
        finally
        {
            DurableFolder.Remove(folder);
        }

        return await contents.GetFindingsAsync(file.Id, cancellationToken);
    }

    /// <summary>The index of a file's rows, made anew if it is lost.</summary>
    /// <param name="file">A data set.</param>
    /// <param name="cancellationToken">Ends the wait and the pass.</param>
    public async Task<RowIndex> RowsAsync(FileRow file, CancellationToken cancellationToken)
    {
        var findings = await FindingsAsync(file, cancellationToken);
        return RowIndex.TryOpen(findings.Rows) ?? throw new InvalidDataException($"The index of '{file.Id}' cannot be read back.");
    }

    /// <inheritdoc/>
    public void Dispose() => _turns.Dispose();
}
