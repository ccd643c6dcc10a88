using FeedbackService.Api.Storage;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Faults;

namespace FeedbackService.Api.Jobs.Batches;

/// <summary>The two files that one claim of a batch writes, answers and refusals, each in the order of the input.</summary>
internal sealed class BatchPartWriter : IDisposable
{
    private readonly string _folder;
    private readonly long _epoch;
    private readonly FileStream _output;
    private readonly FileStream _errors;
    private bool _named;

    /// <summary>Makes the files, empty.</summary>
    public BatchPartWriter(DataFolder data, string batchId, long epoch)
    {
        (_folder, _epoch) = (FolderOf(data, batchId), epoch);
        Directory.CreateDirectory(_folder);
        _output = Create(OutputPath(data, batchId, epoch));
        _errors = Create(ErrorPath(data, batchId, epoch));
    }

    /// <summary>Folder of all parts of a batch.</summary>
    public static string FolderOf(DataFolder data, string batchId) => Path.Combine(data.Batches, batchId);

    /// <summary>Answers of a claim.</summary>
    public static string OutputPath(DataFolder data, string batchId, long epoch) => Path.Combine(FolderOf(data, batchId), $"{epoch}-output.jsonl");

    /// <summary>Refusals of a claim.</summary>
    public static string ErrorPath(DataFolder data, string batchId, long epoch) => Path.Combine(FolderOf(data, batchId), $"{epoch}-errors.jsonl");

    /// <summary>Appends a line.</summary>
    public void Write(BatchAnswer answer)
    {
        var file = answer.Succeeded ? _output : _errors;
        file.Write(answer.Json);
        file.WriteByte((byte)'\n');
    }

    /// <summary>Brings everything written to disk.</summary>
    /// <returns>How much that is.</returns>
    public BatchPart Flush()
    {
        _output.Flush(flushToDisk: true);
        _errors.Flush(flushToDisk: true);
        if (!_named)
        {
            DurableFiles.FlushFolder(_folder);
            DurableFiles.FlushFolder(Path.GetDirectoryName(_folder)!);
            _named = true;
        }

        FaultPoint.Reach(FaultPoints.BatchPartFlushed);
        return new BatchPart(_epoch, _output.Length, _errors.Length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _output.Dispose();
        _errors.Dispose();
    }

    private static FileStream Create(string path) => new(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 128 * 1024);
}
