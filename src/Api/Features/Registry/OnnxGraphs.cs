using FeedbackService.Api.Errors;
using FeedbackService.Api.Files;
using FeedbackService.Api.Registry;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Onnx;

namespace FeedbackService.Api.Features.Registry;

/// <summary>Versions as ONNX graphs, made when they are asked for, one at a time: a graph is in memory as a whole.</summary>
internal sealed class OnnxGraphs(ModelRegistry registry, FileContents contents) : IDisposable
{
    private static readonly Dictionary<string, OnnxPart> Parts = new(StringComparer.Ordinal)
    {
        ["model.onnx"] = OnnxPart.Classifier,
        ["beginning.onnx"] = OnnxPart.Beginning,
        ["ending.onnx"] = OnnxPart.Ending,
        ["feedback.onnx"] = OnnxPart.Feedback,
    };

    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>A graph, written to a temporary place that goes with the stream.</summary>
    /// <exception cref="ServiceException">404 when there is no such version or file; 422 <c>not_exportable</c>, or <c>model_not_servable</c> for an encoder.</exception>
    public async Task<Stream> OpenAsync(string name, int version, string file, CancellationToken cancellationToken)
    {
        var model = await registry.ResolveServableAsync(ModelAddress.OfVersion(name, version), cancellationToken);
        if (!Parts.TryGetValue(file, out var part))
        {
            throw ServiceException.NotFound("artifact_not_found", $"'{model.Address}' has no such graph; there are {string.Join(", ", Parts.Keys)}.", "file");
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(() => Write(model.Directory, model.Base?.Directory, part), cancellationToken);
        }
        catch (NotExportableException refused)
        {
            throw ServiceException.Unusable("not_exportable", $"'{model.Address}' cannot be exported. {refused.Message}");
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private FileStream Write(string directory, string? baseDirectory, OnnxPart part)
    {
        var stream = new FileStream(contents.NewTemporaryPath(), new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
        });
        try
        {
            OnnxExport.Write(directory, baseDirectory, part, stream);
            stream.Position = 0;
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }
}
