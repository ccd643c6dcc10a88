using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Contents;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Faults;

namespace FeedbackService.Api.Jobs.Batches;

/// <summary>The two files that one claim of a batch writes, answers and refusals, each in the order of the input.</summary>
internal sealed class BatchPartWriter : IDisposable
{
    private readonly long _epoch;
    private readonly string? _folder;
    private readonly BatchPartFile _output;
    private readonly BatchPartFile _errors;
    private bool _named;

    /// <summary>Makes the files, empty.</summary>
    public BatchPartWriter(DataFolder data, IContentStore store, string batchId, long epoch)
    {
        _epoch = epoch;
        _folder = Path.GetDirectoryName(store.PathToGrow(OutputKey(batchId, epoch)));
        _output = new BatchPartFile(store, OutputKey(batchId, epoch), NewScratch(data));
        _errors = new BatchPartFile(store, ErrorKey(batchId, epoch), NewScratch(data));
    }

    /// <summary>Whether the files grow in place, so that saving them often costs little.</summary>
    public bool GrowsInPlace => _folder is not null;

    /// <summary>Answers of a claim.</summary>
    public static string OutputKey(string batchId, long epoch) => $"batches/{batchId}/{epoch}-output.jsonl";

    /// <summary>Refusals of a claim.</summary>
    public static string ErrorKey(string batchId, long epoch) => $"batches/{batchId}/{epoch}-errors.jsonl";

    /// <summary>Appends a line.</summary>
    public void Write(BatchAnswer answer) => (answer.Succeeded ? _output : _errors).Write(answer.Json);

    /// <summary>Brings everything written to where whoever goes on finds it, on whichever machine.</summary>
    /// <returns>How much that is.</returns>
    public async Task<BatchPart> KeepAsync(CancellationToken cancellationToken)
    {
        await _output.KeepAsync(cancellationToken);
        await _errors.KeepAsync(cancellationToken);
        if (_folder is not null && !_named)
        {
            DurableFiles.FlushFolder(_folder);
            DurableFiles.FlushFolder(Path.GetDirectoryName(_folder)!);
            _named = true;
        }

        FaultPoint.Reach(FaultPoints.BatchPartFlushed);
        return new BatchPart(_epoch, _output.Bytes, _errors.Bytes, _output.Segments, _errors.Segments);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _output.Dispose();
        _errors.Dispose();
    }

    private static string NewScratch(DataFolder data) => Path.Combine(data.Temporary, Guid.CreateVersion7().ToString("N"));
}
