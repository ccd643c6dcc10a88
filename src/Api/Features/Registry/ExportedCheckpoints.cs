using FeedbackService.Api.Errors;
using FeedbackService.Api.Files;
using FeedbackService.Api.Registry;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.HuggingFace;

namespace FeedbackService.Api.Features.Registry;

/// <summary>Versions as checkpoints in Hugging Face layout, made when they are asked for.</summary>
internal sealed class ExportedCheckpoints(ModelStore models, ArtifactStore artifacts, FileContents contents)
{
    /// <summary>All files, by name.</summary>
    /// <exception cref="ServiceException">404 when there is no such version; 422 <c>not_exportable</c>.</exception>
    public async Task<IReadOnlyList<ExportedFile>> ListAsync(string name, int version, CancellationToken cancellationToken)
    {
        var row = await models.GetVersionAsync(name, version, cancellationToken);
        var artifact = ArtifactReader.Open(await artifacts.GetLocalAsync(row.Directory, cancellationToken));
        try
        {
            return CheckpointExport.Files(artifact, ModelAddress.OfVersion(name, version));
        }
        catch (NotExportableException refused)
        {
            throw ServiceException.Unusable("not_exportable", $"'{ModelAddress.OfVersion(name, version)}' cannot be exported. {refused.Message}");
        }
    }

    /// <summary>One file, written to a temporary place that goes with the stream.</summary>
    /// <exception cref="ServiceException">404 when there is no such version or file; 422 <c>not_exportable</c>.</exception>
    public async Task<Stream> OpenAsync(string name, int version, string file, CancellationToken cancellationToken)
    {
        var found = (await ListAsync(name, version, cancellationToken)).FirstOrDefault(known => known.Name == file)
            ?? throw ServiceException.NotFound("artifact_not_found", $"'{ModelAddress.OfVersion(name, version)}' is exported without such a file.", "file");
        var stream = new FileStream(contents.NewTemporaryPath(), new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
            PreallocationSize = found.Bytes,
        });
        try
        {
            await Task.Run(() => found.Write(stream), cancellationToken);
            stream.Position = 0;
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }
}
