using System.Runtime.CompilerServices;
using FeedbackService.Api.Files;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Contents;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Model.Checkpoints;

namespace FeedbackService.Api.Jobs.Batches;

/// <summary>Makes files for users of what the claims of a batch have written.</summary>
internal sealed class BatchFiles(IContentStore store, FileIntake intake, FileContents contents, TimeProvider clock)
{
    /// <summary>Progress with the ids that the files will have; a file without a line is not made.</summary>
    public static BatchProgress Name(BatchProgress progress) => progress with
    {
        OutputFile = progress.OutputFile ?? (progress.Completed > 0 ? Ids.NewFile() : null),
        ErrorFile = progress.ErrorFile ?? (progress.Failed > 0 ? Ids.NewFile() : null),
    };

    /// <summary>Puts the parts together and keeps their content, for the ids in <paramref name="progress"/>. Done twice, it makes nothing twice.</summary>
    /// <returns>For each file, what enters its row.</returns>
    /// <exception cref="IOException">The disk is full.</exception>
    public async IAsyncEnumerable<FileEntry> KeepAsync(JobRow batch, BatchProgress progress, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (progress.OutputFile is { } output)
        {
            yield return await KeepAsync(
                batch, output, "output", progress.Parts.Select(part => (BatchPartWriter.OutputKey(batch.Id, part.Epoch), part.OutputBytes, part.OutputSegments)), cancellationToken);
        }

        if (progress.ErrorFile is { } errors)
        {
            yield return await KeepAsync(
                batch, errors, "errors", progress.Parts.Select(part => (BatchPartWriter.ErrorKey(batch.Id, part.Epoch), part.ErrorBytes, part.ErrorSegments)), cancellationToken);
        }
    }

    private async Task<FileEntry> KeepAsync(
        JobRow batch, string fileId, string name, IEnumerable<(string Key, long Bytes, int Segments)> parts, CancellationToken cancellationToken)
    {
        var whole = contents.NewTemporaryPath();
        try
        {
            var pieces = await FindAsync(parts, cancellationToken);
            var (bytes, sha256) = DurableFiles.Create(whole, target =>
            {
                foreach (var (path, length) in pieces)
                {
                    Append(path, length, target, cancellationToken);
                }
            });
            var expires = BatchSpec.FromJson(batch.SpecJson).OutputSeconds is { } seconds
                ? clock.NowMicroseconds() + TimeSpan.FromSeconds(seconds).ToMicroseconds()
                : (long?)null;
            return await intake.KeepAsync(
                fileId,
                new IncomingFile(whole, $"{batch.Id}_{name}.jsonl", bytes, sha256),
                FilePurpose.BatchOutput,
                row => (row.ExpiresAt, row.CreatedByKeyId) = (expires, batch.CreatedByKeyId),
                cancellationToken);
        }
        finally
        {
            File.Delete(whole);
        }
    }

    private async Task<List<(string Path, long Bytes)>> FindAsync(IEnumerable<(string Key, long Bytes, int Segments)> parts, CancellationToken cancellationToken)
    {
        var pieces = new List<(string, long)>();
        foreach (var (key, bytes, segments) in parts.Where(part => part.Bytes > 0))
        {
            foreach (var piece in BatchPartFile.KeysOf(key, segments))
            {
                var path = await store.GetFileAsync(piece, cancellationToken);
                pieces.Add((path, segments == 0 ? bytes : new FileInfo(path).Length));
            }
        }

        return pieces;
    }

    // No more than was counted: behind it may be lines that another claim has written again.
    private static void Append(string path, long length, Stream target, CancellationToken cancellationToken)
    {
        using var source = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0, FileOptions.SequentialScan);
        var buffer = new byte[128 * 1024];
        while (length > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var read = (int)Math.Min(length, buffer.Length);
            source.ReadExactly(buffer, 0, read);
            target.Write(buffer, 0, read);
            length -= read;
        }
    }
}
